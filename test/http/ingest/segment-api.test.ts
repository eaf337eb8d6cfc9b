import { gzipSync } from "node:zlib";
import { Analytics } from "@segment/analytics-node";
import { CloudEvent, emitterFor, httpTransport, Mode } from "cloudevents";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aSource, basic, bearer, type Harness, SECRETS, startHarness, TOKENS } from "./harness.ts";

let server: Harness;
beforeEach(async () => {
  server = await startHarness();
});
afterEach(() => server.close());

const call = (changes: object = {}) => ({
  messageId: "m-1",
  userId: "u-17",
  event: "Login Failed",
  properties: { reason: "password" },
  context: { groupId: "acme" },
  timestamp: "2026-03-02T11:59:00.000Z",
  ...changes,
});
const send = (path: string, payload: unknown, headers: Record<string, string> = basic(TOKENS.write)) =>
  server.send({
    path,
    headers: { "content-type": "application/json", ...headers },
    body: typeof payload === "string" ? payload : JSON.stringify(payload),
  });

describe("Segment's calls", () => {
  it("are taken with the write token as the user name and answered as Segment does", async () => {
    const answer = await send("/v1/track", call());

    expect(answer).toMatchObject({ status: 200, json: { success: true } });
    expect(server.events).toMatchObject([
      { source: "segment", id: "m-1", type: "auth.login_failed", person: { value: "u-17" } },
    ]);
  });

  it("may be compressed, come in batches, and be history", async () => {
    const batch = {
      batch: [call({ type: "track" }), call({ type: "identify", messageId: "m-2", traits: {} })],
    };
    const headers = { ...basic(TOKENS.write), "content-encoding": "gzip", "forestall-backfill": "1" };

    const body = gzipSync(JSON.stringify(batch));
    const answer = await server.send({
      path: "/v1/batch",
      headers: { "content-type": "application/json", ...headers },
      body,
    });

    expect(answer.status).toBe(200);
    expect(server.events).toMatchObject([
      { id: "m-1", backfill: true },
      { id: "m-2", backfill: true },
    ]);
  });

  it("take the tenant's own names from its Segment source", async () => {
    const settings = { names: { Oops: { type: "app.error" } } };
    const own = await startHarness({ sources: [aSource("segment", [SECRETS.segment], { settings })] });

    await own.send({
      path: "/v1/track",
      headers: { "content-type": "application/json", ...basic(TOKENS.write) },
      body: JSON.stringify(call({ event: "Oops" })),
    });

    expect(own.events[0]?.type).toBe("app.error");
    await own.close();
  });

  it.each([
    ["no token", 401, {}],
    ["an unknown token", 401, basic("fst_write_nobody_0001")],
    ["a token for reading", 403, basic(TOKENS.agent)],
    ["half an authentication", 401, { authorization: "Basic" }],
  ])("are refused with %s: %i", async (_what, status, headers) => {
    expect((await send("/v1/track", call(), headers)).status).toBe(status);
    expect(server.events).toEqual([]);
  });

  it("are refused when they are no JSON or too many", async () => {
    expect((await send("/v1/track", "{")).status).toBe(400);
    const many = {
      batch: Array.from({ length: 1001 }, (_, i) => call({ type: "track", messageId: `m-${i}` })),
    };
    expect((await send("/v1/batch", many)).status).toBe(413);
    expect((await send("/v1/track", call({ x: "y".repeat(300_000) }))).status).toBe(413);
  });
});

describe("a browser", () => {
  const origin = "https://app.acme.test";

  it("may ask first, and post from any page", async () => {
    const preflight = await server.send({ method: "OPTIONS", path: "/v1/track", headers: { origin } });
    const answer = await send(
      "/v1/t",
      { ...call(), writeKey: TOKENS.public },
      { origin, "content-type": "text/plain" },
    );

    expect(preflight.status).toBe(204);
    expect(preflight.headers["access-control-allow-headers"]).toBe("authorization, content-type");
    expect(answer.status).toBe(200);
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(server.events).toHaveLength(1);
  });

  it("is told on its page why it was refused", async () => {
    const answer = await send("/v1/t", call(), { origin });

    expect(answer.status).toBe(401);
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
  });

  it("may say what happened, but not who somebody is", async () => {
    const identify = call({
      type: "identify",
      anonymousId: "anon-1",
      traits: { email: "mallory@evil.test", roles: ["admin"], consent: { sms: true }, locale: "de" },
    });
    const group = call({
      type: "group",
      messageId: "m-2",
      groupId: "acme",
      traits: { plan: "free", owner: "mallory" },
    });
    const alias = call({ type: "alias", messageId: "m-3", previousId: "u-18" });

    await send("/v1/batch", { batch: [identify, group, alias] }, basic(TOKENS.public));

    expect(JSON.stringify(server.events)).not.toMatch(/mallory|admin|sms|free|u-18|anon-1/);
    expect(server.events.map(({ data }) => data)).toEqual([{ locale: "de" }, {}, {}]);
  });

  it("may not bring history", async () => {
    const headers = { ...basic(TOKENS.public), "forestall-backfill": "1" };

    expect((await send("/v1/track", call(), headers)).status).toBe(403);
  });

  it("has a limit for each address", async () => {
    const few = await startHarness({
      limits: { publicToken: { name: "browser", requests: 2, windowS: 60 } },
    });
    const headers = { "content-type": "application/json", origin, ...basic(TOKENS.public) };
    const post = () => few.send({ path: "/v1/track", headers, body: JSON.stringify(call()) });

    const statuses = [(await post()).status, (await post()).status, (await post()).status];

    expect(statuses).toEqual([200, 200, 429]);
    await few.close();
  });
});

describe("Segment's own library for Node", () => {
  it("is understood in every call it makes", async () => {
    const analytics = new Analytics({ writeKey: TOKENS.write, host: server.url, flushInterval: 50 });
    const failures: unknown[] = [];
    analytics.on("error", (error) => failures.push(error));
    const timestamp = new Date("2026-03-02T11:00:00Z");

    analytics.identify({ userId: "u-17", traits: { email: "ana@acme.test", name: "Ana" } });
    analytics.group({ userId: "u-17", groupId: "acme", traits: { name: "Acme", plan: "pro" } });
    analytics.track({
      userId: "u-17",
      event: "API Rate Limit Hit",
      properties: { endpoint: "/v1/export" },
      context: { groupId: "acme" },
      timestamp,
    });
    analytics.page({ userId: "u-17", name: "Pricing", properties: { path: "/pricing" } });
    analytics.screen({ anonymousId: "anon-1", name: "Home" });
    analytics.alias({ userId: "u-17", previousId: "anon-1" });
    await analytics.closeAndFlush();

    expect(failures).toEqual([]);
    expect(server.events.map(({ type }) => type)).toEqual([
      "person.identified",
      "account.updated",
      "api.request_failed",
      "page.viewed",
      "page.viewed",
      "person.identified",
    ]);
    expect(server.events[2]).toMatchObject({
      time: timestamp.getTime(),
      account: { value: "acme" },
      data: { status: 429, endpoint: "/v1/export" },
    });
  });

  it("repeats a batch that could not be written, and it counts once", async () => {
    const analytics = new Analytics({ writeKey: TOKENS.write, host: server.url, flushInterval: 10 });
    server.failWith(new Error("disk full"));
    setTimeout(() => server.failWith(null), 150);

    analytics.track({ userId: "u-17", event: "Login Failed" });
    await analytics.closeAndFlush({ timeout: 10_000 });

    expect(server.events).toHaveLength(1);
  });
});

describe("the package of CloudEvents", () => {
  const emit = (mode: Mode) =>
    emitterFor(httpTransport(`${server.url}/v1/events`), { mode }) as (
      event: CloudEvent<unknown>,
      options: object,
    ) => Promise<{ body: string }>;
  const event = () =>
    new CloudEvent({
      source: "api-gateway",
      type: "api.request_failed",
      subject: "account/acme",
      time: "2026-03-02T10:00:00.000Z",
      data: { status: 429 },
    });

  it("is understood in structured mode", async () => {
    const sent = event();

    const { body } = await emit(Mode.STRUCTURED)(sent, { headers: bearer(TOKENS.write) });

    expect(JSON.parse(body)).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(server.events).toMatchObject([
      { id: sent.id, source: "api-gateway", account: { value: "acme" }, data: { status: 429 } },
    ]);
  });

  it("is told what to change in binary mode", async () => {
    const { body } = await emit(Mode.BINARY)(event(), { headers: bearer(TOKENS.write) });

    expect(body).toContain("structured mode");
    expect(server.events).toEqual([]);
  });
});
