import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MINUTE } from "../../../server/core/time.ts";
import { createTokenBook } from "../../../server/http/auth.ts";
import type { ProblemWire } from "../../../server/http/wire.ts";
import type { TokenRole } from "../../../server/store/contract.ts";
import { NOON } from "../../builders.ts";
import { fakeClock } from "../../fake-clock.ts";
import { type FakeStore, fakeStore } from "../fakes.ts";
import { ask } from "./client.ts";
import { aToken, createWorld, type World } from "./world.ts";

let world: World;
let store: FakeStore;
const more: World[] = [];

beforeAll(async () => {
  store = fakeStore();
  world = await createWorld(store);
});
afterAll(() => world.close());
afterEach(async () => {
  for (const each of more.splice(0)) await each.close();
});
async function another(options: Parameters<typeof createWorld>[1]): Promise<World> {
  const made = await createWorld(fakeStore(), options);
  more.push(made);
  return made;
}

const ROLES: readonly TokenRole[] = ["write", "agent", "ops", "admin", "analyst", "privacy", "public"];

describe("a token", () => {
  it.each([
    ["none", undefined, "Send a token"],
    ["an empty one", "Bearer ", "has to read `Bearer <token>`"],
    ["another scheme", "Basic dXNlcjpwYXNz", "has to read `Bearer <token>`"],
    ["one that nobody was given", `Bearer fst_agent_${"x".repeat(30)}`, "This token is not known"],
    ["one with a stray character", `Bearer fst_agent_${"x".repeat(30)}%00`, "has to read `Bearer <token>`"],
  ])("is refused with 401 and a challenge: %s", async (_name, authorization, detail) => {
    const { status, body, headers } = await ask<ProblemWire>(world, "GET /decisions", {
      headers: authorization === undefined ? {} : { authorization },
    });

    expect(status).toBe(401);
    expect(body.detail).toContain(detail);
    expect(headers.get("www-authenticate")).toMatch(/^Bearer realm="forestall"/);
  });

  it("does not work after it was revoked, or has expired", async () => {
    const [revoked, revokedRow] = aToken("t-one", "agent", { id: "revoked", revokedAt: NOON });
    const [expired, expiredRow] = aToken("t-one", "agent", { id: "expired", expiresAt: NOON });
    store.tokenRows.push(revokedRow, expiredRow);
    await world.tokens.reload();

    const first = await ask<ProblemWire>(world, "GET /decisions", { token: revoked });
    const second = await ask<ProblemWire>(world, "GET /decisions", { token: expired });

    expect([first.status, first.body.detail]).toEqual([401, "This token was revoked; ask for a new one."]);
    expect([second.status, second.body.detail]).toEqual([401, "This token has expired; ask for a new one."]);
  });

  it("is not accepted by its hash", async () => {
    const [, row] = aToken("t-one", "admin");

    expect((await ask(world, "GET /decisions", { token: row.hash })).status).toBe(401);
  });

  it("is asked for before anything is said about what is there", async () => {
    const there = await ask<ProblemWire>(world, `GET /matches/${world.a.match}`);
    const notThere = await ask<ProblemWire>(world, "GET /matches/none");

    expect({ ...there.body, instance: "" }).toEqual({ ...notThere.body, instance: "" });
  });

  it("opens exactly the addresses of its role", async () => {
    const wrong: string[] = [];
    for (const route of world.api.routes.filter(({ kind }) => kind === "json")) {
      for (const role of ROLES) {
        const may = (route.roles as readonly string[]).includes(role);
        const path = route.path.replace(":id", "none-such");
        const body = route.method === "post" ? {} : undefined;
        const { status } = await ask(world, `${route.method.toUpperCase()} ${path}`, {
          token: world.a.tokens[role],
          body,
        });
        if ((status === 403) === may || status === 401) wrong.push(`${role} ${route.path}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("of ingest or of the snippet opens nothing here", () => {
    for (const { roles } of world.api.routes) expect(roles).not.toEqual(expect.arrayContaining(["write"]));
    for (const { roles } of world.api.routes) expect(roles).not.toEqual(expect.arrayContaining(["public"]));
  });
});

describe("the tokens in memory", () => {
  it("notice within seconds what another process revoked, and at once what is new", async () => {
    const clock = fakeClock(NOON);
    const rows = fakeStore();
    const book = createTokenBook(rows, clock);
    const [token, row] = aToken("t-one", "agent");
    expect(await book.find(token)).toBeUndefined();

    rows.tokenRows.push(row);
    clock.advance(1_000);
    expect(await book.find(token)).toMatchObject({ id: row.id, revokedAt: null });

    rows.tokenRows[0] = { ...row, revokedAt: clock.now() };
    clock.advance(5_000);
    expect((await book.find(token))?.revokedAt).not.toBeNull();
  });

  it("ask the store once a second at most, however many guesses come", async () => {
    const clock = fakeClock(NOON);
    let asked = 0;
    const book = createTokenBook({ tokens: () => Promise.resolve([]).finally(() => asked++) }, clock);

    await Promise.all(Array.from({ length: 50 }, (_, i) => book.find(`guess-${i}`)));
    await book.find("another");

    expect(asked).toBe(1);
  });
});

describe("limits", () => {
  const quotas = {
    token: { name: "token", requests: 5, windowS: 60 },
    address: { name: "address", requests: 100, windowS: 60 },
    refused: { name: "refused", requests: 3, windowS: 60 },
  };

  it("are told with every answer", async () => {
    const { headers } = await ask(world, "GET /switches", { token: world.b.tokens.agent });

    expect(headers.get("ratelimit-policy")).toBe('"token";q=6000;w=60');
    expect(headers.get("ratelimit")).toMatch(/^"token";r=5\d\d\d;t=\d+$/);
  });

  it("hold one token back with 429 and a time to wait, and no other", async () => {
    const limited = await another({ quotas });
    const { agent, ops } = limited.a.tokens;
    for (let i = 0; i < 5; i++) await ask(limited, "GET /switches", { token: agent });

    const refused = await ask<ProblemWire>(limited, "GET /switches", { token: agent });
    const other = await ask(limited, "GET /switches", { token: ops });

    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("12");
    expect(refused.headers.get("ratelimit")).toBe('"token";r=0;t=60');
    expect(other.status).toBe(200);
    limited.clock.advance(12_000);
    expect((await ask(limited, "GET /switches", { token: agent })).status).toBe(200);
  });

  it("hold an address back that tries tokens, whatever it claims to be", async () => {
    const limited = await another({ quotas });
    const guess = (i: number) =>
      ask(limited, "GET /switches", {
        token: `guess-number-${i}`,
        headers: { "x-forwarded-for": `10.0.0.${i}`, forwarded: `for=10.0.0.${i}` },
      });

    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await guess(i)).status);

    expect(statuses).toEqual([401, 401, 401, 429, 429, 429]);
    const valid = await ask(limited, "GET /switches", { token: limited.a.tokens.agent });
    expect(valid.status).toBe(429);
  });

  it("believe a proxy about the address only when told to", async () => {
    const limited = await another({ quotas, trustProxy: 1 });
    const guess = (address: string) =>
      ask(limited, "GET /switches", { token: "guess-guess", headers: { "x-forwarded-for": address } });

    for (let i = 0; i < 4; i++) await guess("10.0.0.1");

    expect((await guess("10.0.0.1")).status).toBe(429);
    expect((await guess("10.0.0.2")).status).toBe(401);
    // What the client wrote before the proxy's own entry does not count.
    expect((await guess("10.0.0.9, 10.0.0.1")).status).toBe(429);
  });

  it("grow back evenly", async () => {
    const limited = await another({ quotas });
    const token = limited.a.tokens.agent;
    for (let i = 0; i < 5; i++) await ask(limited, "GET /switches", { token });

    limited.clock.advance(MINUTE);
    const { headers } = await ask(limited, "GET /switches", { token });

    expect(headers.get("ratelimit")).toMatch(/r=4;/);
  });
});

describe("every answer", () => {
  it("carries the headers that keep a browser out of trouble", async () => {
    for (const path of ["/switches", "/none-such", "/openapi.json"]) {
      const { headers } = await ask(world, `GET ${path}`, { token: world.a.tokens.agent });

      expect(headers.get("x-powered-by")).toBeNull();
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      );
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("strict-transport-security")).toContain("max-age=31536000");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("about a tenant is kept by nobody on the way", async () => {
    const { headers } = await ask(world, "GET /accounts/acme/risk", { token: world.a.tokens.agent });

    expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("an address", () => {
  it("that does not exist is a 404 problem that names itself for the log", async () => {
    const { status, body } = await ask<ProblemWire>(world, "GET /none-such");

    expect(status).toBe(404);
    expect(body.instance).toMatch(/^urn:forestall:request:[0-9a-f-]{36}$/);
  });

  it.each([
    ["DELETE /decisions", "GET, HEAD, OPTIONS"],
    ["PUT /deliveries", "GET, HEAD, POST, OPTIONS"],
    ["GET /persons/u1/pause", "POST, OPTIONS"],
    ["POST /openapi.json", "GET, HEAD, OPTIONS"],
  ])("answers %s with 405 and the methods it takes", async (line, allow) => {
    const { status, headers } = await ask(world, line);

    expect(status).toBe(405);
    expect(headers.get("allow")).toBe(allow);
  });

  it("tells its methods to who asks for them", async () => {
    const { status, headers } = await ask(world, "OPTIONS /deliveries");

    expect([status, headers.get("allow")]).toEqual([204, "GET, HEAD, POST, OPTIONS"]);
  });

  it("answers HEAD like GET, without a body", async () => {
    const { status, text } = await ask(world, "HEAD /decisions", { token: world.a.tokens.agent });

    expect([status, text]).toEqual([200, ""]);
  });
});

describe("a request that is broken", () => {
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    ask<ProblemWire>(world, "POST /persons/u1/pause", { token: world.a.tokens.agent, body, headers });

  it.each([
    ["not JSON", "{", 400],
    ["JSON that is no object", "[]", 400],
    ["a bare string", '"x"', 400],
    ["an unknown field", { reason: "x", untl: "2026-04-01T00:00:00Z" }, 400],
    ["no reason", {}, 400],
    ["an empty reason", { reason: " " }, 400],
    ["a reason without end", { reason: "x".repeat(501) }, 400],
    ["a time that is none", { reason: "x", until: "tomorrow" }, 400],
    ["an end in the past", { reason: "x", until: "2020-01-01T00:00:00Z" }, 400],
    ["two ends", { reason: "x", until: "2026-04-01T00:00:00Z", for: "1h" }, 400],
    ["an actor over two lines", { reason: "x", actor: "a\nb" }, 400],
    ["a body of 70 kB", { reason: "x".repeat(70_000) }, 413],
    ["a prototype", '{"reason":"x","__proto__":{"admin":true}}', 400],
  ])("is told what is wrong with it: %s", async (_name, body, expected) => {
    const { status } = await post(body);

    expect(status).toBe(expected);
  });

  it("names the field and what to send instead", async () => {
    const { body } = await post({ untl: 1 });

    expect(body.detail).toContain("body.reason: must be given: say in a few words why");
    expect(body.errors).toContainEqual({
      in: "body",
      path: "reason",
      message: "must be given: say in a few words why",
    });
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "is refused as %s",
    async (type) => {
      expect((await post('{"reason":"x"}', { "content-type": type })).status).toBe(415);
    },
  );

  it("is refused in another character set or packing", async () => {
    expect((await post('{"reason":"x"}', { "content-type": "application/json; charset=utf-7" })).status).toBe(
      415,
    );
    expect((await post('{"reason":"x"}', { "content-encoding": "rot13" })).status).toBe(415);
  });

  it.each([
    "GET /persons/%zz/risk",
    "GET /persons/%00/risk",
    `GET /persons/${"x".repeat(600)}/risk`,
    "GET /decisions?limit=0",
    "GET /decisions?limit=201",
    "GET /decisions?limit=1e2",
    "GET /decisions?limit=1&limit=2",
    "GET /decisions?since=yesterday",
    "GET /decisions?after=rubbish",
    "GET /decisions?__proto__=1",
    "GET /decisions?person[$ne]=1",
    "GET /risks?band=purple",
    "GET /stream?events=everything",
  ])("is answered with 400: %s", async (line) => {
    expect((await ask(world, line, { token: world.a.tokens.ops })).status).toBe(400);
  });

  it("does not end the server: raw rubbish on the wire", async () => {
    const { port } = new URL(world.origin);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1", () => socket.write("\x00\x01 HTTP/9\r\n\r\n"));
      socket.on("close", () => resolve());
      socket.on("data", () => {});
      socket.on("error", () => {});
    });

    expect((await ask(world, "GET /switches", { token: world.a.tokens.agent })).status).toBe(200);
  });
});

describe("a store that is ill", () => {
  it("is a 503 with a time to wait, and says nothing of its inside", async () => {
    const illStore = fakeStore();
    const ill = await createWorld(illStore);
    more.push(ill);
    illStore.failing = true;

    const { status, headers, text } = await ask(ill, "POST /persons/u1/pause", {
      token: ill.a.tokens.agent,
      body: { reason: "x" },
    });

    expect(status).toBe(503);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(text).not.toMatch(/disk full|forestall\.db|StoreUnavailable|\bat \//);
  });

  it("that throws something unknown is a 500 that names nothing but the request", async () => {
    const broken = fakeStore();
    const ill = await createWorld(broken);
    more.push(ill);
    broken.summary = async () => {
      throw new Error("SELECT * FROM secrets: no such table in /var/lib/forestall/data.db");
    };

    const { status, text } = await ask(ill, "GET /metrics/summary", { token: ill.a.tokens.admin });

    expect(status).toBe(500);
    expect(text).not.toMatch(/SELECT|secrets|\/var|Error|\.ts/);
  });
});
