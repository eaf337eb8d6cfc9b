import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Overloaded } from "../../../server/flow/contract.ts";
import { aDelivery } from "../../builders.ts";
import { sendgridEvent, smsReply, smsStatus } from "../../fixtures/receipts.ts";
import { anError, eventAlert, legacyHook } from "../../fixtures/sentry.ts";
import {
  type Post,
  segmentPost,
  sendgridPost,
  sentryPost,
  stripePost,
  twilioPost,
  zendeskPost,
} from "../../fixtures/sign.ts";
import { aPayment, failedUntil2025 } from "../../fixtures/stripe.ts";
import { ticketEvent } from "../../fixtures/zendesk.ts";
import { aSource, type Harness, PUBLIC_URL, SECRETS, startHarness } from "./harness.ts";

const delivery = aDelivery({ id: "delivery-1", unit: "account/acme", person: "u-17", providerId: "f0r3" });
let server: Harness;
beforeEach(async () => {
  server = await startHarness({
    deliveries: [delivery],
    persons: { "email:ana@acme.test": "u-17", "phone:+15550100": "u-17" },
  });
});
afterEach(() => server.close());

const now = () => Date.now();
const WEBHOOKS = "/webhooks/acme";
const TWILIO = "/receipts/acme/twilio";

/** One good delivery of each system. */
const good: readonly (readonly [string, string, () => Post])[] = [
  [
    "stripe",
    `${WEBHOOKS}/stripe`,
    () => stripePost(failedUntil2025(aPayment()).charge, SECRETS.stripe, now()),
  ],
  ["sentry", `${WEBHOOKS}/sentry`, () => sentryPost(eventAlert(), SECRETS.sentry, "event_alert")],
  [
    "zendesk",
    `${WEBHOOKS}/zendesk`,
    () => zendeskPost(ticketEvent("ticket.created"), SECRETS.zendesk, now()),
  ],
  [
    "segment",
    `${WEBHOOKS}/segment`,
    () =>
      segmentPost(
        { type: "track", event: "Login Failed", userId: "u-17", messageId: "m-1" },
        SECRETS.segment,
      ),
  ],
  [
    "sendgrid",
    "/receipts/acme/sendgrid",
    () => sendgridPost([sendgridEvent("delivered")], server.keys, now()),
  ],
  ["twilio", TWILIO, () => twilioPost(smsReply("STOP"), SECRETS.twilio, PUBLIC_URL + TWILIO)],
];
const effects = () => server.events.length + server.controls.length;

describe.each(good)("a delivery of %s", (system, path, make) => {
  it("is taken, answered as that sender expects, and has one effect however often it comes", async () => {
    const post = make();

    const answers = [await server.post(path, post), await server.post(path, post)];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]?.headers["content-type"]).toMatch(
      system === "twilio" ? /^text\/xml/ : /^application\/json/,
    );
    expect(effects()).toBe(1);
  });

  it("is taken with a slash at the end of its address", async () => {
    const post =
      system === "twilio" ? twilioPost(smsReply("STOP"), SECRETS.twilio, `${PUBLIC_URL}${path}/`) : make();

    expect((await server.post(`${path}/`, post)).status).toBe(200);
    expect(effects()).toBe(1);
  });

  it("is 401 without a word on why when anything signed is missing or not right", async () => {
    const post = make();
    const signature = Object.keys(post.headers).find((name) => name.endsWith("signature")) ?? "";
    const value = post.headers[signature] ?? "";
    const { [signature]: _, ...unsigned } = post.headers;
    const last = value.slice(0, -3) + (value.at(-3) === "a" ? "b" : "a") + value.slice(-2);
    const wrong: readonly Post[] = [
      { ...post, headers: unsigned },
      { ...post, headers: { ...post.headers, [signature]: last } },
      { ...post, headers: { ...post.headers, [signature]: value.slice(0, -4) } },
      { ...post, headers: { ...post.headers, [signature]: "" } },
      { ...post, body: `${post.body} ` },
      { ...post, body: "" },
    ];

    for (const [i, each] of wrong.entries()) {
      const answer = await server.post(path, each);
      expect(answer.status, `case ${i}`).toBe(401);
      expect(answer.text).not.toMatch(/signature|secret|mismatch|missing|expired|malformed/i);
    }
    expect(effects()).toBe(0);
    expect(server.logged.join()).toMatch(/"reason":"(missing|mismatch|malformed)"/);
    expect(server.logged.join()).not.toContain(value);
  });

  it("is 401 when the signature comes twice", async () => {
    const post = make();
    const signature = Object.keys(post.headers).find((name) => name.endsWith("signature")) ?? "";
    const value = post.headers[signature] ?? "";

    const answer = await server.send({
      path,
      headers: { ...post.headers, [signature]: [value, value] },
      body: post.body,
    });

    expect(answer.status).toBe(401);
    expect(effects()).toBe(0);
  });

  it("is 404 for a tenant, system or source that is not connected", async () => {
    const post = make();
    const [, kind = "", tenant = "", name = ""] = path.split("/");

    for (const other of [`/${kind}/globex/${name}`, `/${kind}/${tenant}/github`, `${path}/other/more`]) {
      expect((await server.post(other, post)).status, other).toBe(404);
    }
  });

  // A form can always be read.
  it.skipIf(system === "twilio")("is put aside with 200 when it was signed and cannot be read", async () => {
    const unreadable: Record<string, () => Post> = {
      stripe: () => stripePost("{", SECRETS.stripe, now()),
      sentry: () => sentryPost("<xml/>", SECRETS.sentry, "event_alert"),
      zendesk: () => zendeskPost('{"v":1,"subject":"a "quoted" word"}', SECRETS.zendesk, now()),
      segment: () => segmentPost("[".repeat(30), SECRETS.segment),
      sendgrid: () => sendgridPost("[}", server.keys, now()),
    };
    const post = unreadable[system]?.() ?? make();

    const answer = await server.post(path, post);

    expect(answer.status).toBe(200);
    expect(effects()).toBe(0);
    expect(server.along[0]?.deadLetter).toMatchObject({
      tenant: "acme",
      system,
      reason: expect.stringMatching(/not JSON|deeper/),
      body: Buffer.from(post.body),
    });
  });

  it("is asked for again, in under a minute, when it cannot be written", async () => {
    server.failWith(new Overloaded(503, 2, "disk full"));

    const answer = await server.post(path, make());

    expect(answer.status).toBe(503);
    expect(Number(answer.headers["retry-after"])).toBeLessThan(60);
    server.failWith(null);
    expect((await server.post(path, make())).status).toBe(200);
    expect(effects()).toBe(1);
  });

  it.each([["GET"], ["HEAD"], ["PUT"], ["DELETE"]])("is not taken with %s", async (method) => {
    const answer = await server.send({ method, path });

    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe("POST");
  });

  it("answers OPTIONS without letting pages of other sites post", async () => {
    const answer = await server.send({ method: "OPTIONS", path, headers: { origin: "https://evil.test" } });

    expect(answer.status).toBe(204);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("timestamps that are signed", () => {
  const MINUTE = 60_000;
  const cases: readonly (readonly [string, string, number, (at: number) => Post])[] = [
    [
      "stripe",
      `${WEBHOOKS}/stripe`,
      5,
      (at) => stripePost(failedUntil2025(aPayment()).charge, SECRETS.stripe, at),
    ],
    [
      "zendesk",
      `${WEBHOOKS}/zendesk`,
      15,
      (at) => zendeskPost(ticketEvent("ticket.created"), SECRETS.zendesk, at),
    ],
    ["sendgrid", "/receipts/acme/sendgrid", 48 * 60, (at) => sendgridPost([], server.keys, at)],
  ];

  it.each(cases)("of %s are neither old nor ahead", async (_system, path, minutes, make) => {
    const statusAt = async (at: number) => (await server.post(path, make(at))).status;

    expect(await statusAt(now() - (minutes - 1) * MINUTE)).toBe(200);
    expect(await statusAt(now() - (minutes + 1) * MINUTE)).toBe(401);
    expect(await statusAt(now() + (minutes + 6) * MINUTE)).toBe(401);
  });

  it("cannot be moved without the signature noticing", async () => {
    const post = stripePost(failedUntil2025(aPayment()).charge, SECRETS.stripe, now() - 600_000);
    const fresh = (post.headers["stripe-signature"] ?? "").replace(/t=\d+/, `t=${Math.floor(now() / 1000)}`);

    expect(
      (await server.post(`${WEBHOOKS}/stripe`, { ...post, headers: { "stripe-signature": fresh } })).status,
    ).toBe(401);
  });
});

describe("two secrets that are live at once", () => {
  it("are both believed, and no third", async () => {
    const rotating = await startHarness({ sources: [aSource("stripe", ["whsec_old", "whsec_new"])] });
    const statusWith = async (secret: string) =>
      (
        await rotating.post(
          `${WEBHOOKS}/stripe`,
          stripePost(failedUntil2025(aPayment()).charge, secret, now()),
        )
      ).status;

    expect(await statusWith("whsec_old")).toBe(200);
    expect(await statusWith("whsec_new")).toBe(200);
    expect(await statusWith("whsec_other")).toBe(401);
    expect(await statusWith("")).toBe(401);
    await rotating.close();
  });
});

describe("several sources of one system", () => {
  it("have addresses and labels of their own", async () => {
    const two = await startHarness({
      sources: [
        aSource("sentry", ["secret-one"], { id: "web" }),
        aSource("sentry", ["secret-two"], { id: "api" }),
      ],
    });
    const post = (secret: string) => sentryPost(eventAlert(anError()), secret, "event_alert");

    expect((await two.post(`${WEBHOOKS}/sentry/web`, post("secret-one"))).status).toBe(200);
    expect((await two.post(`${WEBHOOKS}/sentry/api`, post("secret-one"))).status).toBe(401);
    expect((await two.post(`${WEBHOOKS}/sentry/api`, post("secret-two"))).status).toBe(200);
    expect((await two.post(`${WEBHOOKS}/sentry`, post("secret-one"))).status).toBe(404);
    expect(two.events.map(({ source }) => source)).toEqual(["sentry/web", "sentry/api"]);
    await two.close();
  });

  it("include Sentry's old plugin, believed for the token in its address", async () => {
    const body = JSON.stringify(legacyHook());
    const at = (query: string) => server.post(`${WEBHOOKS}/sentry/legacy`, { headers: {}, body, query });

    expect((await at("")).status).toBe(401);
    expect((await at("?token=guess")).status).toBe(401);
    expect((await at("?token=token-of-the-legacy-plugin")).status).toBe(200);
    expect(server.events).toHaveLength(1);
    expect(server.logged.join()).not.toContain("token-of-the-legacy-plugin");
  });
});

describe("receipts", () => {
  const sendgrid = (payload: unknown) =>
    server.post("/receipts/acme/sendgrid", sendgridPost(payload, server.keys, now()));

  it("reach the unit of the delivery, and the person when it is a stop", async () => {
    await sendgrid([sendgridEvent("spamreport")]);

    expect(server.controls).toEqual([
      {
        target: { unit: "account/acme" },
        control: {
          kind: "receipt",
          delivery: "delivery-1",
          receipt: "complained",
          at: expect.any(Number),
          providerId: "f0r3",
        },
      },
      {
        target: { person: "u-17" },
        control: {
          kind: "preference",
          person: "u-17",
          change: { kind: "stop" },
          actor: "provider:sendgrid",
          reason: "complained",
        },
      },
    ]);
  });

  it("find the delivery by the id of the message when ours did not come back", async () => {
    await sendgrid([sendgridEvent("open", { forestall_delivery: undefined })]);

    expect(server.controls).toMatchObject([{ control: { kind: "receipt", delivery: "delivery-1" } }]);
  });

  it("about an address nobody knows concern whoever the message went to", async () => {
    await sendgrid([sendgridEvent("unsubscribe", { email: "forwarded@elsewhere.test" })]);

    expect(server.controls).toMatchObject([{ control: { kind: "receipt" } }, { target: { person: "u-17" } }]);
  });

  it("about other mail of the tenant change nothing, but a stop of somebody we know does", async () => {
    const other = { forestall_delivery: undefined, sg_message_id: "other.1" };

    await sendgrid([
      sendgridEvent("delivered", other),
      sendgridEvent("unsubscribe", { ...other, email: "x@elsewhere.test" }),
      sendgridEvent("group_unsubscribe", other),
    ]);

    expect(server.controls).toMatchObject([
      { target: { person: "u-17" }, control: { change: { kind: "stop" } } },
    ]);
  });

  it("come in batches, each counted once however often the batch comes", async () => {
    const batch = Array.from({ length: 300 }, (_, i) =>
      sendgridEvent("click", { sg_event_id: `click-${i}` }),
    );

    await sendgrid(batch);
    await sendgrid(batch);

    expect(server.controls).toHaveLength(300);
  });

  it("by SMS stop every channel; the words are kept nowhere", async () => {
    const post = twilioPost(smsReply("STOP"), SECRETS.twilio, PUBLIC_URL + TWILIO);

    await server.post(TWILIO, post);

    expect(server.controls).toMatchObject([
      { target: { person: "u-17" }, control: { kind: "preference", change: { kind: "stop" } } },
    ]);
    expect(JSON.stringify(server.controls)).not.toContain("+1555");
  });

  it("are signed over the public address, not over the one the request names", async () => {
    const query = "?delivery=delivery-1";
    const right = twilioPost(smsStatus("delivered"), SECRETS.twilio, PUBLIC_URL + TWILIO, query);
    const local = twilioPost(smsStatus("sent"), SECRETS.twilio, server.url + TWILIO, query);
    const host = { ...local.headers, host: `127.0.0.1:${server.port}`, "x-forwarded-host": "help.acme.test" };

    expect((await server.post(TWILIO, right)).status).toBe(200);
    expect((await server.post(TWILIO, { ...local, headers: host })).status).toBe(401);
    expect(server.controls).toMatchObject([{ control: { delivery: "delivery-1", receipt: "delivered" } }]);
  });
});

describe("limits of how often", () => {
  it("hold for each source and sender", async () => {
    const limited = await startHarness({
      sources: [aSource("sentry", [SECRETS.sentry]), aSource("stripe", [SECRETS.stripe])],
      limits: { source: { name: "source", requests: 2, windowS: 60 } },
    });
    const post = () =>
      limited.post(`${WEBHOOKS}/sentry`, sentryPost(eventAlert(), SECRETS.sentry, "event_alert"));

    const statuses = [(await post()).status, (await post()).status, (await post()).status];

    expect(statuses).toEqual([200, 200, 429]);
    const other = stripePost(failedUntil2025(aPayment()).charge, SECRETS.stripe, now());
    expect((await limited.post(`${WEBHOOKS}/stripe`, other)).status).toBe(200);
    await limited.close();
  });
});
