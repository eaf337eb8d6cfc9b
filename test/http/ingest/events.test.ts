import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Overloaded } from "../../../server/flow/contract.ts";
import { basic, bearer, type Harness, startHarness, TOKENS } from "./harness.ts";

let server: Harness;
beforeEach(async () => {
  server = await startHarness();
});
afterEach(() => server.close());

const ONE = "application/cloudevents+json";
const MANY = "application/cloudevents-batch+json";
const anEvent = (changes: Record<string, unknown> = {}) => ({
  specversion: "1.0",
  id: "evt-1",
  source: "api-gateway",
  type: "api.request_failed",
  time: "2026-03-02T10:00:00Z",
  subject: "account/acme",
  data: { status: 429, endpoint: "/v1/export", user: "u-17" },
  ...changes,
});
const send = (payload: unknown, headers: Record<string, string> = {}, path = "/v1/events") =>
  server.send({
    path,
    headers: {
      "content-type": Array.isArray(payload) ? MANY : ONE,
      ...bearer(TOKENS.write),
      ...headers,
    },
    body: typeof payload === "string" ? payload : JSON.stringify(payload),
  });

describe("one native event", () => {
  it("is taken, attributed, and answered with what became of it", async () => {
    const answer = await send(anEvent());

    expect(answer.status).toBe(202);
    expect(answer.json).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(server.events).toEqual([
      {
        source: "api-gateway",
        id: "evt-1",
        type: "api.request_failed",
        time: Date.UTC(2026, 2, 2, 10),
        account: { namespace: "native", value: "acme" },
        person: { namespace: "native", value: "u-17" },
        data: { status: 429, endpoint: "/v1/export", user: "u-17" },
      },
    ]);
  });

  it("changes nothing the second time", async () => {
    await send(anEvent());

    const again = await send(anEvent());

    expect(again.status).toBe(202);
    expect(again.json).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    expect(server.events).toHaveLength(1);
  });

  it("leaves a reception with the hash of its body, for the trace", async () => {
    const body = '{"specversion":"1.0","id":"1","source":"s","type":"page.viewed"}';

    await send(body);

    expect(server.along[0]?.reception).toMatchObject({
      tenant: "acme",
      system: "cloudevents",
      bodyHash: createHash("sha256").update(body).digest("hex"),
      bytes: body.length,
    });
  });

  it("may be of a type nobody knows, and about nobody", async () => {
    const answer = await send(anEvent({ type: "com.acme.strange", subject: undefined, data: null }));

    expect(answer.json).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(server.events[0]?.type).toBe("com.acme.strange");
  });

  it("takes a slash at the end and compression for what they are", async () => {
    expect((await send(anEvent(), {}, "/v1/events/")).status).toBe(202);

    const body = gzipSync(JSON.stringify(anEvent({ id: "evt-2" })));
    const headers = { "content-type": ONE, "content-encoding": "gzip", ...bearer(TOKENS.write) };
    expect((await server.send({ path: "/v1/events", headers, body })).status).toBe(202);
    expect(server.events.map(({ id }) => id)).toEqual(["evt-1", "evt-2"]);
  });

  it("is history when its sender says so", async () => {
    await send(anEvent(), { "forestall-backfill": "1" });

    expect(server.events[0]?.backfill).toBe(true);
  });

  it("moves contact details out of the event", async () => {
    const data = { email: "ana@acme.test", phone: "+15550100", name: "Ana", identities: { zendesk: 8447 } };

    await send(anEvent({ type: "person.identified", subject: "person/u-17", data }));

    expect(server.events[0]).toMatchObject({
      person: { namespace: "native", value: "u-17" },
      alsoPerson: [
        { namespace: "email", value: "ana@acme.test" },
        { namespace: "phone", value: "+15550100" },
        { namespace: "zendesk", value: "8447" },
      ],
      contact: { email: "ana@acme.test", phone: "+15550100", name: "Ana" },
    });
  });

  it("of somebody who cannot log in is about the session of the page", async () => {
    await send(anEvent({ type: "auth.login_failed", subject: undefined, data: { session: "anon-1" } }));

    expect(server.events[0]?.person).toEqual({ namespace: "anonymous", value: "anon-1" });
  });
});

describe("a batch", () => {
  it("tells by place what was rejected and why, and takes the rest", async () => {
    const answer = await send([
      anEvent(),
      anEvent({ id: "evt-2", specversion: "0.3" }),
      anEvent({ id: "" }),
      anEvent({ id: "evt-4", time: "yesterday" }),
      anEvent({ id: "evt-5", time: "1999-12-31T23:59:59Z" }),
      anEvent({ id: "evt-6", subject: "acme" }),
      anEvent({ id: "evt-7", data: [1] }),
      anEvent({ id: "evt-8", type: "__proto__" }),
      anEvent({ id: "evt\u00009" }),
      anEvent({ id: "evt-10", data: { account: { id: 1 } } }),
      "evt-11",
      anEvent(),
      anEvent({ id: "evt-13", data_base64: "AA==" }),
      anEvent({ id: "evt-14" }),
    ]);

    expect(answer.status).toBe(202);
    expect(answer.json).toEqual({
      accepted: 2,
      duplicates: 1,
      rejected: [
        { index: 1, reason: expect.stringContaining("specversion") },
        { index: 2, reason: expect.stringContaining("id is missing") },
        { index: 3, reason: expect.stringContaining("ISO 8601") },
        { index: 4, reason: expect.stringContaining("2000") },
        { index: 5, reason: expect.stringContaining("account/<id>") },
        { index: 6, reason: expect.stringContaining("data is not a JSON object") },
        { index: 7, reason: expect.stringContaining("reserved") },
        { index: 8, reason: expect.stringContaining("cannot be printed") },
        { index: 9, reason: expect.stringContaining("data.account") },
        { index: 10, reason: expect.stringContaining("not an object") },
        { index: 12, reason: expect.stringContaining("data_base64") },
      ],
    });
  });

  it("may be empty, and hold a thousand events, but not one more", async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => anEvent({ id: `evt-${i}` }));

    expect((await send([])).json).toEqual({ accepted: 0, duplicates: 0, rejected: [] });
    expect((await send(many(1000))).json).toEqual({ accepted: 1000, duplicates: 0, rejected: [] });
    const refused = await send(many(1001));
    expect(refused.status).toBe(413);
    expect(refused.json).toMatchObject({ type: "urn:forestall:problem:too-large", limit: 1000 });
  });
});

describe("a request that is refused", () => {
  const cases: readonly (readonly [string, number, Record<string, string>, string])[] = [
    ["has no token", 401, { authorization: "" }, "{}"],
    ["has an unknown token", 401, bearer("fst_write_nobody_0001"), "{}"],
    ["shows its token twice", 401, { authorization: `Bearer ${TOKENS.write}, Bearer ${TOKENS.write}` }, "{}"],
    ["shows its token the wrong way", 401, basic(TOKENS.write), "{}"],
    ["has a token for reading", 403, bearer(TOKENS.agent), "{}"],
    ["has a token for browsers", 403, bearer(TOKENS.public), "{}"],
    ["is a form", 415, { "content-type": "application/x-www-form-urlencoded" }, "a=b"],
    ["says nothing about its form", 415, { "content-type": "" }, "{}"],
    ["is compressed in another way", 415, { "content-encoding": "br" }, "{}"],
    ["says gzip and is not", 400, { "content-encoding": "gzip" }, "{}"],
    ["is not JSON", 400, {}, "{"],
    ["is empty", 400, {}, ""],
    ["is nested too deep", 400, {}, "[".repeat(21) + "]".repeat(21)],
  ];

  it.each(cases)("%s: %i, as a problem a person can act on", async (_what, status, headers, body) => {
    const answer = await send(body, headers);

    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.json).toMatchObject({
      status,
      title: expect.any(String),
      detail: expect.stringMatching(/\.$/),
    });
    expect(answer.text).not.toMatch(/\bat \/|node_modules|server\/|Error:/);
    expect(server.events).toEqual([]);
  });

  it.each([["GET"], ["HEAD"], ["PUT"], ["DELETE"], ["PATCH"]])(
    "asks with %s: 405 and what to use",
    async (method) => {
      const answer = await server.send({ method, path: "/v1/events", headers: bearer(TOKENS.write) });

      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe("POST");
    },
  );

  it("asks with OPTIONS: what is allowed, and no page of another site", async () => {
    const answer = await server.send({
      method: "OPTIONS",
      path: "/v1/events",
      headers: { origin: "https://a.test" },
    });

    expect(answer.status).toBe(204);
    expect(answer.headers.allow).toBe("POST, OPTIONS");
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("goes to an address that does not exist: 404; elsewhere it is not ours", async () => {
    expect((await send(anEvent(), {}, "/v1/nothing")).status).toBe(404);
    expect((await send(anEvent(), {}, "/v1/events/more")).status).toBe(404);
    expect((await send(anEvent(), {}, "/v10/events")).status).toBe(299);
    expect((await send(anEvent(), {}, "/")).status).toBe(299);
  });
});

describe("when the server cannot take it", () => {
  it.each([
    [429, new Overloaded(429, 7, "too much"), "7"],
    [503, new Overloaded(503, 5, "no disk"), "5"],
    [503, new Error("SQLITE_FULL: /var/lib/forestall.db"), "5"],
  ])("%i, with when to come again and nothing of the inside", async (status, error, after) => {
    server.failWith(error);

    const answer = await send(anEvent());

    expect(answer.status).toBe(status);
    expect(answer.headers["retry-after"]).toBe(after);
    expect(answer.text).not.toMatch(/SQLITE|var|too much|no disk/);
    server.failWith(null);
    expect((await send(anEvent())).json).toMatchObject({ accepted: 1 });
  });
});

describe("when too much waits already", () => {
  it("is refused before its body is read, and taken again later", async () => {
    server.refuseWith(new Overloaded(429, 7, "too much"));

    const answer = await send("{ this is not even JSON");

    expect(answer.status).toBe(429);
    expect(answer.headers["retry-after"]).toBe("7");
    server.refuseWith(null);
    expect((await send(anEvent())).json).toMatchObject({ accepted: 1 });
  });
});

describe("limits of how often", () => {
  it("are told with every answer", async () => {
    const { headers } = await send(anEvent());

    expect(headers["ratelimit-policy"]).toMatch(/^"token";q=\d+;w=\d+$/);
    expect(headers.ratelimit).toMatch(/^"token";r=\d+;t=\d+$/);
  });

  it("hold per token, and name the time to come again", async () => {
    const limited = await startHarness({ limits: { token: { name: "token", requests: 3, windowS: 60 } } });
    const headers = { "content-type": ONE, ...bearer(TOKENS.write) };
    const post = (id: string) =>
      limited.send({ path: "/v1/events", headers, body: JSON.stringify(anEvent({ id })) });

    const answers = [await post("1"), await post("2"), await post("3"), await post("4")];

    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 429]);
    expect(Number(answers[3]?.headers["retry-after"])).toBeGreaterThan(0);
    expect(limited.events).toHaveLength(3);
    await limited.close();
  });

  it("hold per address, whatever a client writes into X-Forwarded-For", async () => {
    const limited = await startHarness({
      limits: { address: { name: "address", requests: 5, windowS: 60 } },
    });
    const statuses: number[] = [];

    for (let i = 0; i < 8; i++) {
      const headers = { "content-type": ONE, ...bearer(TOKENS.write), "x-forwarded-for": `203.0.113.${i}` };
      const body = JSON.stringify(anEvent({ id: `${i}` }));
      statuses.push((await limited.send({ path: "/v1/events", headers, body })).status);
    }

    expect(statuses).toEqual([202, 202, 202, 202, 202, 429, 429, 429]);
    await limited.close();
  });
});
