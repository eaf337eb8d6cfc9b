import { createSign, generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, MINUTE, SECOND } from "../../../server/core/time.ts";
import { aMatch, aPerson, aTenant, NOON } from "../../builders.ts";
import { type AskOptions, type InAppSite, OTHER_SECRET, PAGE, SECRET, SESSION, startInApp } from "./setup.ts";

let site: InAppSite;
beforeEach(async () => {
  site = await startInApp();
});
afterEach(() => site.close());

const messages = async (options: AskOptions): Promise<{ id: string; [field: string]: unknown }[]> => {
  const answer = await site.ask("/messages", options);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { messages: { id: string }[] }).messages;
};
const idsFor = async (options: AskOptions) => (await messages(options)).map(({ id }) => id);

describe("a person whose identity is signed", () => {
  it("gets what waits, claimed and judged like any other message", async () => {
    site.add({ id: "d1" });

    const [message] = await messages({ person: "u1" });

    expect(message).toEqual({
      id: "d1",
      title: "Title of d1",
      body: "Body",
      person: "u1",
      at: new Date(NOON).toISOString(),
    });
    expect(site.world.row("d1")).toMatchObject({ status: "sent", preview: false, seenAt: null });
    expect(site.world.copies.get("d1")?.rendered).toMatchObject({ title: "Title of d1", claim: 1 });
  });

  it("gets nothing that a guard stops at that moment", async () => {
    site.add({ id: "d1" });
    site.world.persons.set("u1", aPerson({ stoppedAt: NOON }));

    expect(await idsFor({ person: "u1" })).toEqual([]);
    expect(site.world.row("d1")).toMatchObject({ status: "suppressed", detail: "opted_out" });
  });

  it("gets nothing of anybody else's, nor what waits for its moment, nor an email", async () => {
    site.add({ id: "other", person: "u2" });
    site.add({ id: "later", notBefore: NOON + MINUTE });
    site.add({ id: "email", channel: "email" });
    site.add({ id: "tenant", tenant: "t2" });

    expect(await idsFor({ person: "u1" })).toEqual([]);
  });

  it("gets five at a time", async () => {
    for (let i = 0; i < 8; i++) site.add();

    expect(await idsFor({ person: "u1" })).toHaveLength(5);
  });

  it("gets a message again when the page was left before it was seen, but not in two tabs at once", async () => {
    site.add({ id: "d1" });

    expect(await idsFor({ person: "u1" })).toEqual(["d1"]);
    expect(await idsFor({ person: "u1" })).toEqual([]);
    await site.clock.advanceAsync(15 * SECOND);

    expect(await idsFor({ person: "u1" })).toEqual(["d1"]);
  });

  it("gets one copy when two tabs ask at the same moment", async () => {
    site.add({ id: "d1" });

    const both = await Promise.all([idsFor({ person: "u1" }), idsFor({ person: "u1" })]);

    expect(both.flat()).toEqual(["d1"]);
  });

  it.each([
    ["the trouble is over", () => Object.assign(site, { match: aMatch({ closedBy: "recovery" }) })],
    ["the match was retracted", () => Object.assign(site, { match: aMatch({ state: "retracted" }) })],
    ["the person stopped", () => site.world.persons.set("u1", aPerson({ stoppedAt: NOON }))],
    ["the person takes a break", () => site.world.persons.set("u1", aPerson({ snoozedUntil: NOON + DAY }))],
    ["in-app is switched off", () => switchOff({ tenant: false, patterns: [], channels: ["in_app"] })],
    ["everything is switched off", () => switchOff({ tenant: true, patterns: [], channels: [] })],
    ["its pattern is switched off", () => switchOff({ tenant: false, patterns: ["P-001"], channels: [] })],
  ])("does not get it again when %s", async (_why, change) => {
    site.add({ id: "d1" });
    await idsFor({ person: "u1" });
    await site.clock.advanceAsync(MINUTE);
    change();

    expect(await idsFor({ person: "u1" })).toEqual([]);
  });

  const switchOff = (switches: ReturnType<typeof aTenant>["switches"]) => {
    const tenant = site.world.tenants.get("t1");
    if (tenant !== undefined) site.world.tenants.set("t1", { ...tenant, switches });
  };

  it("gets nothing when a link of the tenant is missing; the row fails with the reason", async () => {
    site.notReady = "links.limits is not set";
    site.add({ id: "d1" });

    expect(await idsFor({ person: "u1" })).toEqual([]);
    expect(site.world.row("d1")).toMatchObject({
      status: "failed",
      detail: "not ready: links.limits is not set",
    });
  });

  it("gets nothing in preview, where it is rendered and kept", async () => {
    const tenant = site.world.tenants.get("t1") ?? aTenant();
    site.world.tenants.set("t1", { ...tenant, channels: { ...tenant.channels, in_app: "preview" } });
    site.add({ id: "d1" });

    expect(await idsFor({ person: "u1" })).toEqual([]);
    expect(site.world.row("d1")).toMatchObject({ status: "sent", preview: true });
    expect(site.world.copies.has("d1")).toBe(true);
  });

  it("says what became of a message, and what is wished for", async () => {
    site.add({ id: "d1" });
    await idsFor({ person: "u1" });
    const until = new Date(NOON + 3 * DAY).toISOString();

    const said = [
      ["shown", undefined],
      ["clicked", {}],
      ["dismissed", undefined],
      ["feedback", { answer: "not_mine", stars: 2 }],
      ["snooze", { for: "1w" }],
      ["snooze", { until }],
      ["stop", undefined],
      ["resume", undefined],
    ] as const;
    for (const [action, body] of said) {
      const answer = await site.ask(`/messages/d1/${action}`, { person: "u1", method: "POST", body });
      expect(`${action} ${answer.status}`).toBe(`${action} 204`);
    }

    const who = {
      actor: "customer",
      reason: "in the product, at message d1",
      kind: "preference",
      person: "u1",
    };
    expect(site.said()).toEqual([
      { kind: "receipt", delivery: "d1", receipt: "shown", at: NOON },
      { kind: "receipt", delivery: "d1", receipt: "clicked", at: NOON },
      { kind: "receipt", delivery: "d1", receipt: "dismissed", at: NOON },
      { kind: "feedback", delivery: "d1", match: "match-1", person: "u1", answer: "not_mine", stars: 2 },
      { ...who, change: { kind: "snooze", until: NOON + 7 * DAY } },
      { ...who, change: { kind: "snooze", until: NOON + 3 * DAY } },
      { ...who, change: { kind: "stop" } },
      { ...who, change: { kind: "resume" } },
    ]);
  });

  it.each([
    ["feedback", {}],
    ["feedback", { answer: "maybe" }],
    ["feedback", { stars: 6 }],
    ["feedback", { stars: 2.5 }],
    ["feedback", { answer: "yes", extra: 1 }],
    ["snooze", { for: "2y" }],
    ["snooze", { until: "tomorrow" }],
    ["shown", { at: 1 }],
  ])("is told what is wrong with %s %j", async (action, body) => {
    site.add({ id: "d1" });

    const answer = await site.ask(`/messages/d1/${action}`, { person: "u1", method: "POST", body });

    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(site.said()).toEqual([]);
  });

  it("cannot speak about a message of somebody else, of another tenant, or of another channel", async () => {
    site.add({ id: "other", person: "u2" });
    site.add({ id: "tenant", tenant: "t2" });
    site.add({ id: "email", channel: "email" });

    for (const id of ["other", "tenant", "email", "nothing", "__proto__"]) {
      for (const action of ["shown", "stop"]) {
        const answer = await site.ask(`/messages/${id}/${action}`, { person: "u1", method: "POST" });
        expect(answer.status).toBe(404);
      }
    }
    expect(site.said()).toEqual([]);
  });

  it("finds no other actions", async () => {
    site.add({ id: "d1" });

    for (const action of ["erase", "constructor", "toString"]) {
      const answer = await site.ask(`/messages/d1/${action}`, { person: "u1", method: "POST" });
      expect(answer.status).toBe(404);
    }
  });
});

describe("a page without login", () => {
  const prompt = { channel: "in_app.prompt", pattern: "P-002", session: SESSION } as const;

  it("gets the prompt of its own session, written for nobody in particular", async () => {
    site.add({ ...prompt, id: "nobody", person: null });
    site.add({ ...prompt, id: "somebody", person: "u1" });

    const got = await messages({ session: SESSION });

    expect(got.map(({ id, person }) => [id, person])).toEqual([
      ["nobody", null],
      ["somebody", null],
    ]);
    expect(site.rendered.every(({ person }) => person === null)).toBe(true);
  });

  it("gets no prompt of another session, of a pattern with login, and nothing but prompts", async () => {
    site.add({ ...prompt, session: `${SESSION}b` });
    site.add({ ...prompt, pattern: "P-001" });
    site.add({ ...prompt, channel: "in_app.banner" });

    expect(await idsFor({ session: SESSION })).toEqual([]);
  });

  it("may say that the prompt was shown, clicked or dismissed, and nothing else", async () => {
    site.add({ ...prompt, id: "d1", person: "u1" });
    const say = (action: string, body?: unknown) =>
      site.ask(`/messages/d1/${action}`, { session: SESSION, method: "POST", body });

    for (const action of ["shown", "clicked", "dismissed"]) expect((await say(action)).status).toBe(204);
    expect((await say("feedback", { answer: "yes" })).status).toBe(404);
    expect((await say("snooze", { for: "1d" })).status).toBe(404);
    expect((await say("stop")).status).toBe(404);

    expect(site.said().map(({ kind }) => kind)).toEqual(["receipt", "receipt", "receipt"]);
  });

  it("learns nothing about which sessions or messages there are", async () => {
    site.add({ ...prompt, id: "d1", session: `${SESSION}b`, person: "u1" });

    const [known, unknown] = await Promise.all(
      ["d1", "d2"].map(async (id) => {
        const answer = await site.ask(`/messages/${id}/shown`, { session: SESSION, method: "POST" });
        const { instance: _instance, ...body } = (await answer.json()) as { instance: string };
        return [answer.status, body];
      }),
    );

    expect(known).toEqual(unknown);
    expect(known?.[0]).toBe(404);
  });

  it.each(["short", "a".repeat(21), "a".repeat(129), "session with spaces in it", ""])(
    "has to have a session nobody can guess: %j",
    async (session) => {
      expect((await site.ask("/messages", { session })).status).toBe(401);
    },
  );
});

describe("who asks", () => {
  it("has to say which tenant, with the public token and no other", async () => {
    for (const token of [null, "unknown-token", "write-token-1", "admin-token-1"]) {
      expect((await site.ask("/messages", { token, person: "u1" })).status).toBe(401);
    }
  });

  it("has to say who they are", async () => {
    expect((await site.ask("/messages")).status).toBe(401);
  });

  it("is believed with either secret while the secret is changed", async () => {
    site.secrets = ["a-new-secret-that-is-long-enough", SECRET];

    expect((await site.ask("/messages", { person: "u1" })).status).toBe(200);
  });

  it("is one person of one tenant: the other tenant's signature is worth nothing here", async () => {
    const identity = await site.identity("u1", {}, OTHER_SECRET);

    expect((await site.ask("/messages", { identity })).status).toBe(401);
    expect((await site.ask("/messages", { identity, token: "public-token-2" })).status).toBe(200);
  });

  it("is not believed with anything but a fresh HS256 signature made for us", async () => {
    const now = NOON / 1_000;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { sub: "u1", aud: "forestall", exp: now + 600 };
    const good = await site.identity("u1");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const head = `${part({ alg: "RS256" })}.${part(claims)}`;
    const rs256 = `${head}.${createSign("sha256").update(head).sign(privateKey, "base64url")}`;
    const hostile = {
      none: `${part({ alg: "none" })}.${part(claims)}.`,
      noneWithSignature: `${part({ alg: "none" })}.${part(claims)}.${good.split(".")[2]}`,
      rs256,
      otherAudience: await site.identity("u1", { aud: "somebody-else" }),
      expired: await site.identity("u1", { exp: now - 61 }),
      tooLong: await site.identity("u1", { exp: now + 25 * 3_600 }),
      nobody: await site.identity(""),
      cut: good.slice(0, -1),
      otherClaims: [good.split(".")[0], part({ ...claims, sub: "u2" }), good.split(".")[2]].join("."),
      text: "u1",
    };

    const statuses = await Promise.all(
      Object.entries(hostile).map(async ([name, identity]) => [
        name,
        (await site.ask("/messages", { identity })).status,
      ]),
    );

    expect(statuses).toEqual(Object.keys(hostile).map((name) => [name, 401]));
  });

  it("may ask sixty times a minute, each for themselves", async () => {
    for (let i = 0; i < 60; i++) await site.ask("/messages", { person: "u1" });

    const answer = await site.ask("/messages", { person: "u1" });

    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await site.ask("/messages", { person: "u2" })).status).toBe(200);
  });

  it("cannot get around the limit with ever new sessions or a borrowed address", async () => {
    const strict = await startInApp({ perAddress: 5 });
    let last = 0;
    for (let i = 0; i < 6; i++) {
      const answer = await fetch(`${strict.url}/in-app/v1/messages`, {
        headers: {
          authorization: "Bearer public-token-1",
          "forestall-session": `${SESSION}${i}`,
          "x-forwarded-for": `203.0.113.${i}`,
        },
      });
      last = answer.status;
    }

    expect(last).toBe(429);
    await strict.close();
  });
});

describe("a browser", () => {
  it("lets a page of the tenant ask and read", async () => {
    const before = await fetch(`${site.url}/in-app/v1/messages`, {
      method: "OPTIONS",
      headers: {
        origin: PAGE,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization,forestall-identity",
      },
    });
    const answer = await site.ask("/messages", { person: "u1", origin: PAGE });

    expect(before.status).toBe(204);
    expect(before.headers.get("access-control-allow-headers")).toContain("forestall-identity");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(PAGE);
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    expect(answer.headers.get("vary")).toMatch(/origin/i);
  });

  it.each([
    "https://evil.test",
    "https://app.cloud.test.evil.test",
    "http://app.cloud.test",
    "null",
    `${PAGE}:8443`,
  ])("lets no page of %s ask", async (origin) => {
    site.add({ id: "d1" });

    const answer = await site.ask("/messages", { person: "u1", origin });

    expect(answer.status).toBe(403);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(site.world.row("d1").status).toBe("queued");
  });

  it("can read why it was refused", async () => {
    const answer = await site.ask("/messages", { session: "short", origin: PAGE });

    expect(answer.status).toBe(401);
    expect(answer.headers.get("access-control-allow-origin")).toBe(PAGE);
  });
});

it("has no other addresses", async () => {
  expect((await site.ask("/messages", { method: "DELETE", person: "u1" })).status).toBe(405);
  expect((await site.ask("/persons", { person: "u1" })).status).toBe(404);
});
