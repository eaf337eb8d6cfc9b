import { createHmac } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendgridEvent, smsStatus } from "../../fixtures/receipts.ts";
import { anError, eventAlert, issue, legacyHook, metricAlert } from "../../fixtures/sentry.ts";
import { segmentPost, sentryPost, stripePost, twilioPost, zendeskPost } from "../../fixtures/sign.ts";
import { aPayment, failedSince2025, failedUntil2025 } from "../../fixtures/stripe.ts";
import { ticketEvent, triggerBody } from "../../fixtures/zendesk.ts";
import { sized } from "../../support/size.ts";
import { basic, bearer, type Harness, PUBLIC_URL, SECRETS, startHarness, TOKENS } from "./harness.ts";

/* Ten thousand requests that no sender means, many of them rightly signed: nothing falls over, hangs or leaks. */

let server: Harness;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
beforeAll(async () => {
  server = await startHarness();
});
afterAll(async () => {
  agent.destroy();
  await server.close();
});

interface Attempt {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Values that have broken parsers before. */
const NASTY: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  "",
  "__proto__",
  "constructor",
  "\u0000",
  "\ud800",
  "x".repeat(10_000),
  [],
  {},
  [[[[]]]],
  { __proto__: null, constructor: { prototype: { polluted: true } } },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  "9999-99-99T99:99:99Z",
  "2026-03-02T12:00:00.123456789+00:00",
  -62_135_596_800,
  "NaN",
  { toString: "x", valueOf: 1, hasOwnProperty: 1, length: -1 },
];

const tracked = {
  type: "track",
  event: "Login Failed",
  userId: "u",
  properties: {},
  context: {},
  timestamp: 1,
};
const identified = { type: "identify", userId: "u", traits: { email: "a@b.test", company: { id: 1 } } };
const native = { specversion: "1.0", id: "1", source: "s", type: "person.identified" };
/** Good payloads, each with the address that reads it. */
const seeds: readonly (readonly [string, unknown])[] = [
  ["/webhooks/acme/sentry", eventAlert()],
  ["/webhooks/acme/sentry", eventAlert(anError({ tags: { a: 1 }, user: [] }))],
  ["/webhooks/acme/sentry", issue("created")],
  ["/webhooks/acme/sentry", metricAlert("critical")],
  ["/webhooks/acme/sentry/legacy?token=token-of-the-legacy-plugin", legacyHook()],
  ["/webhooks/acme/stripe", failedUntil2025(aPayment()).charge],
  ["/webhooks/acme/stripe", failedUntil2025(aPayment()).invoice],
  ["/webhooks/acme/stripe", failedSince2025(aPayment()).intent],
  ["/webhooks/acme/zendesk", ticketEvent("ticket.comment_added", {}, { comment: { author: { id: 1 } } })],
  ["/webhooks/acme/zendesk", triggerBody()],
  ["/webhooks/acme/segment", tracked],
  ["/webhooks/acme/segment", [identified, tracked]],
  ["/v1/batch", { batch: [tracked, identified, { type: "group", groupId: "g", traits: {} }] }],
  ["/v1/identify", identified],
  ["/v1/events", { ...native, data: { email: "a@b.test", identities: { zendesk: 1 } } }],
  ["/v1/events", [{ ...native, type: "auth.login_failed", subject: "person/u", data: { session: 1 } }]],
  ["/receipts/acme/sendgrid", [sendgridEvent("bounce"), sendgridEvent("open")]],
];

/** A good payload in which any value, at any depth, is replaced, repeated or removed. */
const damaged = fc
  .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(), fc.constantFrom(...NASTY)), { maxLength: 4 }))
  .map(([[path, seed], damages]) => {
    const copy: unknown = structuredClone(seed);
    for (const [where, value] of damages) damage(copy, where, value);
    return [path, JSON.stringify(copy)] as const;
  });

function damage(root: unknown, where: number, value: unknown): void {
  const places: (readonly [Record<string, unknown>, string])[] = [];
  const collect = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      collect((node as Record<string, unknown>)[key]);
    }
  };
  collect(root);
  const place = places[where % Math.max(1, places.length)];
  if (place === undefined) return;
  const [holder, key] = place;
  // Defined, not assigned: `__proto__` is a name like any other in JSON.
  Object.defineProperty(holder, key, { value: structuredClone(value), enumerable: true, configurable: true });
}

const noise = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.json(),
  fc.constantFrom(
    "[".repeat(5_000),
    '{"a":'.repeat(3_000),
    "\ufeff{}",
    "[1,]",
    '"',
    "{]",
    "nul",
    "\u0000".repeat(100),
    "x".repeat(70_000),
  ),
  fc.constantFrom("a=b&a=c&=&%", "&".repeat(10_000), "MessageSid=%00&MessageStatus=%ff", "%E0%A4%A"),
);
const PATHS = [
  "/webhooks/acme/stripe",
  "/webhooks/acme/sentry",
  "/webhooks/acme/zendesk",
  "/webhooks/acme/segment",
  "/receipts/acme/twilio",
  "/receipts/acme/sendgrid",
  "/v1/events",
  "/v1/batch",
  "/v1/identify",
  "/webhooks/acme/sentry/legacy?token=token-of-the-legacy-plugin",
];

/** Mostly almost right, for what is behind the signature; the rest is noise anywhere. */
const targets = fc.oneof(
  { weight: 3, arbitrary: damaged },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...PATHS), noise) },
);

/** Signs as the address wants it, so that what is behind the signature is reached too. */
function signedFor(path: string, body: string): Readonly<Record<string, string>> {
  const now = Date.now();
  if (path.startsWith("/v1/events")) {
    return { "content-type": "application/cloudevents-batch+json", ...bearer(TOKENS.write) };
  }
  if (path.startsWith("/v1/")) return { "content-type": "application/json", ...basic(TOKENS.write) };
  if (path.includes("stripe")) return stripePost(body, SECRETS.stripe, now).headers;
  if (path.includes("zendesk")) return zendeskPost(body, SECRETS.zendesk, now).headers;
  if (path.includes("segment")) return segmentPost(body, SECRETS.segment).headers;
  if (path.includes("twilio")) return twilioHeaders(path, body);
  if (path.includes("sendgrid")) return sendgridHeaders(body, now);
  if (path.includes("legacy")) return {};
  const resource = body.includes('"metric_alert"')
    ? "metric_alert"
    : body.includes('"issue"')
      ? "issue"
      : "event_alert";
  return sentryPost(body, SECRETS.sentry, resource).headers;
}

function sendgridHeaders(body: string, now: number): Readonly<Record<string, string>> {
  const stamp = String(Math.floor(now / 1000));
  return {
    "x-twilio-email-event-webhook-signature": server.keys.sign(stamp + body),
    "x-twilio-email-event-webhook-timestamp": stamp,
  };
}

function twilioHeaders(path: string, body: string): Readonly<Record<string, string>> {
  const form = [...new Map([...new URLSearchParams(body)].map(([name, value]) => [name, value]))].sort();
  const signed = PUBLIC_URL + path + form.flat().join("");
  const signature = createHmac("sha1", SECRETS.twilio).update(signed).digest("base64");
  return { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature };
}

const headerNoise = fc.dictionary(
  fc.constantFrom(
    "content-type",
    "content-encoding",
    "authorization",
    "x-forwarded-for",
    "stripe-signature",
    "sentry-hook-resource",
    "x-signature",
    "x-twilio-signature",
    "x-zendesk-webhook-signature-timestamp",
    "x-twilio-email-event-webhook-signature",
    "forestall-backfill",
    "origin",
    "__proto__",
  ),
  fc.oneof(
    fc.stringMatching(/^[\x20-\x7e]{0,200}$/),
    fc.constantFrom(
      "gzip",
      "br",
      "t=,v1=,",
      "t=1,t=1,v1=x",
      "Basic Og==",
      "Bearer ",
      "a".repeat(4_000),
      "1",
      "*/*",
    ),
  ),
  { maxKeys: 4 },
);

const usually = <T>(usual: T, otherwise: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: otherwise });

const attempts: fc.Arbitrary<Attempt> = fc
  .tuple(
    targets,
    usually(true, fc.constant(false)),
    usually({}, headerNoise),
    usually("POST", fc.constantFrom("PUT", "GET", "HEAD", "OPTIONS")),
    usually(false, fc.boolean()),
  )
  .map(([[path, body], signed, noisy, method, gzip]) => {
    const own = signed ? signedFor(path, body) : {};
    const headers = { ...own, ...noisy, ...(gzip ? { "content-encoding": "gzip" } : {}) };
    return { path, method, headers, body: gzip ? gzipSync(body) : Buffer.from(body) };
  });

function send({
  path,
  method,
  headers,
  body,
}: Attempt): Promise<{ status: number; text: string; took: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const all = { ...headers, "content-length": String(body.length) };
    const outgoing = httpRequest({ port: server.port, agent, method, path, headers: all }, (incoming) => {
      let text = "";
      incoming.setEncoding("latin1");
      incoming.on("data", (chunk: string) => {
        text += chunk;
      });
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, text, took: performance.now() - started }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const pristine = () => [
  Object.getOwnPropertyNames(Object.prototype),
  Object.getOwnPropertyNames(Array.prototype),
];

const REQUESTS = sized(1_500, 10_000);

describe(`${REQUESTS} requests that nobody means`, () => {
  it("crash nothing, are never our fault, take no time and pollute nothing", {
    timeout: 60_000,
  }, async () => {
    const before = pristine();
    const all = fc.sample(attempts, { seed: 20260302, numRuns: REQUESTS });
    const statuses = new Map<number, number>();
    const slow: Attempt[] = [];
    const leaks: string[] = [];

    // One at a time: the time of each is its own.
    for (const attempt of all) {
      const { status, text, took } = await send(attempt);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (took > 100) slow.push(attempt);
      if (/\bat .+:\d+:\d+|node_modules|SyntaxError|TypeError|SQLITE/.test(text)) leaks.push(text);
    }

    expect([...statuses.keys()].filter((status) => status >= 500 || status === 0)).toEqual([]);
    expect(leaks).toEqual([]);
    // A busy machine makes any request slow once; what is slow every time is our doing.
    for (const attempt of slow) {
      const again = [await send(attempt), await send(attempt), await send(attempt)];
      expect(Math.min(...again.map(({ took }) => took)), attempt.path).toBeLessThanOrEqual(100);
    }
    expect(pristine()).toEqual(before);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    // It did reach what is behind the signatures, and each kind of refusal.
    for (const status of [200, 202, 400, 401, 405, 413, 415])
      expect(statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
    expect(server.along.length).toBeGreaterThan(REQUESTS / 20);
    expect(server.logged.filter((line) => line.includes("a source failed"))).toEqual([]);
  });

  it("include broken HTTP itself, which is answered or cut off", async () => {
    const broken = [
      "POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
      "POST /v1/events HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
      `POST /v1/events HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
      "POST http://[::1/webhooks/acme/none HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n",
      "POST /webhooks/%00/%ff HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n",
      "POST /webhooks//// HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n",
      "\r\n\r\n\u0000\u0001",
    ];

    for (const text of broken) {
      const answer = await new Promise<string>((resolve) => {
        let received = "";
        const socket = connect(server.port, "127.0.0.1", () => socket.write(text, "latin1"));
        socket.on("data", (chunk) => {
          received += chunk.toString("latin1");
          socket.end();
        });
        socket.on("error", () => undefined);
        socket.on("close", () => resolve(received));
        socket.setTimeout(500, () => socket.destroy());
      });
      expect(answer, text.slice(0, 60)).not.toMatch(/^HTTP\/1\.1 [25]/);
    }
    const post = { headers: { "content-type": "application/cloudevents+json", ...bearer(TOKENS.write) } };
    const body = '{"specversion":"1.0","id":"after","source":"s","type":"page.viewed"}';
    expect((await server.send({ path: "/v1/events", ...post, body })).status).toBe(202);
  });
});

it("forms of Twilio reach what is behind the signature in these tests", async () => {
  const fields = smsStatus("delivered");
  const post = twilioPost(fields, SECRETS.twilio, `${PUBLIC_URL}/receipts/acme/twilio`);

  expect(twilioHeaders("/receipts/acme/twilio", post.body)["x-twilio-signature"]).toBe(
    post.headers["x-twilio-signature"],
  );
});
