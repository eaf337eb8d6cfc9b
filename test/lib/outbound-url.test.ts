import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendgridChannel } from "../../server/integrations/sendgrid/channel.ts";
import { twilioChannel } from "../../server/integrations/twilio/channel.ts";
import { systemClock } from "../../server/lib/clock.ts";
import { createOutbound } from "../../server/lib/outbound-line.ts";
import {
  type Address,
  checkOutbound,
  isPublic,
  RefusedUrl,
  type Resolve,
} from "../../server/lib/outbound-url.ts";
import { type FakeServer, startFakeServer } from "../fakes/misbehaviour.ts";

/** Spellings of this machine, of private networks and of other things one must not be sent to. */
const HOSTS = [
  ..."127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 127.0.0.1. 127.255.255.254".split(
    " ",
  ),
  ..."0 0.0.0.0 0x0 localhost localhost. LOCALHOST LocalHost foo.localhost 127%2e0%2e0%2e1 １２７.0.0.1".split(
    " ",
  ),
  ..."①②⑦.⓪.⓪.① 127。0。0。1 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255".split(
    " ",
  ),
  ..."169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 100.64.0.1 192.0.0.1 198.18.0.1 224.0.0.1".split(
    " ",
  ),
  ..."240.0.0.1 255.255.255.255 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]".split(
    " ",
  ),
  ..."[fe80::1] [fc00::1] [fd00:ec2::254] [ff02::1] [64:ff9b::7f00:1] [2002:7f00:1::] [2001::7f00:1] [2001:db8::1]".split(
    " ",
  ),
  ..."[::ffff:a9fe:a9fe] [0:0:0:0:0:ffff:10.0.0.1] [100::1] [3fff::1]".split(" "),
  // Names whose owner lets them stand for something inside.
  ..."127.0.0.1.nip.io localtest.me metadata.google.internal inside.example rebind.example mixed.example".split(
    " ",
  ),
];
const NAMES: { readonly [name: string]: readonly string[] } = {
  "127.0.0.1.nip.io": ["127.0.0.1"],
  "localtest.me": ["::1"],
  "metadata.google.internal": ["169.254.169.254"],
  "inside.example": ["10.1.2.3"],
  "mixed.example": ["8.8.8.8", "127.0.0.1"],
};
const OTHER_URLS = [
  "file:///etc/passwd",
  "gopher://127.0.0.1/",
  "ftp://127.0.0.1/",
  "data:text/plain,x",
  "http://8.8.8.8/",
  "//127.0.0.1/",
  "https://",
  "https://user:secret@8.8.8.8/",
  "https://8.8.8.8@127.0.0.1/",
  "https://127.0.0.1#@8.8.8.8/",
  "https://127.0.0.1?@8.8.8.8/",
  "https://8.8.8.8/?next=127.0.0.1",
];

/** The first answer is public, the second is this machine: what DNS rebinding looks like. */
function rebinding(): Resolve {
  let asked = 0;
  return async (hostname) => {
    const literal = /^[\d.]+$/.test(hostname) || hostname.includes(":");
    const found = literal ? [hostname] : hostname.includes("localhost") ? ["127.0.0.1"] : NAMES[hostname];
    const answer = found ?? [asked++ === 0 ? "127.0.0.1" : "8.8.8.8"];
    return answer.map((address): Address => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
}

describe("addresses that a tenant may not send us to", () => {
  let canary: FakeServer;
  beforeAll(async () => {
    canary = await startFakeServer(() => ({ status: 202, body: "" }));
  });
  afterAll(() => canary.close());

  const port = () => new URL(canary.url).port;
  const everyUrl = () => [
    ...HOSTS.map((host) => `https://${host}:${port()}`),
    ...HOSTS.map((host) => `http://${host}:${port()}/`),
    ...OTHER_URLS,
  ];

  it("are more than sixty in this test", () => {
    expect(everyUrl().length).toBeGreaterThan(120);
  });

  it("are all refused, and nobody connects", async () => {
    const accepted: string[] = [];
    for (const url of everyUrl()) {
      const check = checkOutbound(url, { allowLoopback: false, resolve: rebinding() });
      await check.then(
        () => accepted.push(url),
        (error: unknown) => expect(error).toBeInstanceOf(RefusedUrl),
      );
    }

    expect(accepted).toEqual([]);
    expect(canary.connections()).toBe(0);
  });

  it("get no connection from a channel either", async () => {
    const fresh = () => ({
      outbound: createOutbound({ allowLoopback: false, resolve: rebinding() }),
      clock: systemClock,
    });
    const message = {
      delivery: "d1",
      tenant: "t1",
      to: { address: "+15551230001", name: null },
      from: { name: "Us", address: "us@example.com" },
      replyTo: null,
      subject: "Hello",
      text: "Hello",
      html: null,
      headers: {},
      receiptsUrl: null,
    };
    for (const url of everyUrl()) {
      const mail = sendgridChannel(fresh()).send(
        { ...message, to: { address: "ana@acme.test", name: null } },
        { apiKey: "SG.any-key-will-do", baseUrl: url },
        AbortSignal.timeout(2_000),
      );
      await expect(mail).rejects.toThrow(/refused|not complete/);
      const account = { accountSid: `AC${"0".repeat(32)}`, authToken: "any-token", from: "+15550109999" };
      const sms = twilioChannel(fresh()).send(
        message,
        { ...account, baseUrl: url },
        AbortSignal.timeout(2_000),
      );
      await expect(sms).rejects.toThrow(/refused|not complete/);
    }

    expect(canary.connections()).toBe(0);
  });

  it("are not reached when the name changes its mind after the check", async () => {
    let answers = 0;
    const resolve: Resolve = async () => [
      answers++ === 0 ? { address: "127.0.0.1", family: 4 } : { address: "127.0.0.2", family: 4 },
    ];
    const line = await createOutbound({ allowLoopback: true, resolve }).open(
      `http://provider.test:${port()}`,
    );
    const { request } = await import("node:http");

    const status = await new Promise((done, fail) => {
      const options = { agent: line.httpAgent };
      request(line.base, options, (response) => done(response.resume().statusCode))
        .on("error", fail)
        .end();
    });

    expect(status).toBe(202);
    expect(answers).toBe(1);
    expect(line.reached()).toBe(true);
    line.close();
  });
});

it("lets a public name pass and pins its first address", async () => {
  const resolve: Resolve = async () => [{ address: "8.8.8.8", family: 4 }];

  const { url, pinned } = await checkOutbound("https://api.sendgrid.com", { allowLoopback: false, resolve });

  expect(url.hostname).toBe("api.sendgrid.com");
  expect(pinned).toEqual({ address: "8.8.8.8", family: 4 });
});

it("lets this machine pass where the server allows it, but no other private network", async () => {
  const check = (host: string) => checkOutbound(`http://${host}:1`, { allowLoopback: true });

  await expect(check("127.0.0.1")).resolves.toBeDefined();
  await expect(check("10.0.0.1")).rejects.toThrow(RefusedUrl);
  await expect(check("169.254.169.254")).rejects.toThrow(RefusedUrl);
});

it("calls no IPv6 address public that is outside 2000::/3", () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffff }),
      fc.array(group, { minLength: 7, maxLength: 7 }),
      (head, rest) => {
        const address = [head.toString(16), ...rest].join(":");
        return !isPublic({ address, family: 6 }) || (head >= 0x2000 && head < 0x4000);
      },
    ),
    { seed: 7, numRuns: 500 },
  );
});
