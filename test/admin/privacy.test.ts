import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Opened } from "../../server/app.ts";
import { DAY } from "../../server/core/time.ts";
import { encodeUnit } from "../../server/core/unit-codec.ts";
import { scratchFolder } from "../cli/world.ts";
import { adminOf } from "../support/acting.ts";
import { type AdminWorld, anAdminWorld, BY, NOON } from "./world.ts";

const CANARY = "canary-person-7";
const EMAIL = "canary-7@acme.example";

async function withCanary(account: string | null = "acme"): Promise<AdminWorld> {
  const world = await anAdminWorld();
  const base = { source: "app", person: { namespace: "native", value: CANARY } };
  const belongs = account === null ? {} : { account: { namespace: "native", value: account } };
  await world.app.pipeline.receive("acme", [
    {
      ...{ ...base, ...belongs, id: "who", type: "person.identified", time: NOON - 60_000, data: {} },
      contact: { email: EMAIL, name: "Canary Seven" },
    },
    ...[1, 2, 3, 4, 5].map((n) => ({
      ...{ ...base, ...belongs, id: `call-${n}`, type: "api.request_failed", time: NOON - 1_000 * n },
      data: { status: 429, endpoint: "/v1" },
    })),
    ...[1, 2, 3].map((n) => ({
      ...{ ...base, ...belongs, id: `login-${n}`, type: "auth.login_failed", time: NOON - 100 * n, data: {} },
    })),
  ]);
  return world;
}

/** The files on disk in which the word stands. */
function filesWith(word: string, folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path, "latin1").includes(word);
  });
}

const inMemory = ({ app }: Pick<AdminWorld, "app">) =>
  [...app.pipeline.units.values()].map(encodeUnit).join("\n");

describe("erasing a person", () => {
  it.each(["acme", null])("leaves nothing of them on disk or in memory (account %s)", async (account) => {
    const world = await withCanary(account);
    await world.app.pipeline.checkpoint();
    expect(filesWith(CANARY, world.folder)).not.toEqual([]);

    const result = await adminOf(world.app).erasePerson("acme", { email: EMAIL }, BY);
    await world.app.pipeline.drain();

    expect(result.rows).toBeGreaterThan(0);
    expect(inMemory(world)).not.toContain(CANARY);
    expect(filesWith(CANARY, world.folder)).toEqual([]);
    expect(filesWith(EMAIL, world.folder)).toEqual([]);
  });

  it("keeps the account's trouble, under a name that leads to nobody", async () => {
    const world = await withCanary();
    const [before] = (await world.app.store.matches("acme", { pattern: "P-001" })).rows;

    await adminOf(world.app).erasePerson("acme", { person: CANARY }, BY);

    const [after] = (await world.app.store.matches("acme", { pattern: "P-001" })).rows;
    expect(before).toMatchObject({ person: CANARY });
    expect(after).toMatchObject({
      id: before?.id,
      account: "acme",
      person: expect.stringMatching(/^erased-/),
    });
    const unit = await world.app.pipeline.peek("acme", "account/acme");
    expect([...(unit?.persons.keys() ?? [])]).toEqual([after?.person]);
  });

  it("keeps the wish of somebody who had stopped: whoever turns up with their address starts stopped", async () => {
    const world = await withCanary();
    const { pipeline, store } = world.app;
    const admin = adminOf(world.app);
    const stop = { kind: "preference", person: CANARY, change: { kind: "stop" }, ...BY } as const;
    await pipeline.control("acme", { person: CANARY }, stop);

    await admin.erasePerson("acme", { person: CANARY }, BY);
    await pipeline.receive("acme", [
      {
        ...{ source: "app", id: "new", type: "person.identified", time: NOON, data: {} },
        person: { namespace: "native", value: "successor" },
        contact: { email: EMAIL },
      },
    ]);

    expect((await store.person("acme", "successor"))?.stoppedAt).not.toBeNull();
  });

  it("holds after a restart, and against events that are sent again", async () => {
    const world = await withCanary();
    await adminOf(world.app).erasePerson("acme", { person: CANARY }, BY);
    const app = await world.reopen();

    await app.pipeline.receive("acme", [
      {
        ...{ source: "app", id: "again", type: "session.started", time: NOON, data: {} },
        person: { namespace: "native", value: CANARY },
      },
    ]);

    expect(await app.store.person("acme", CANARY)).toBeNull();
    expect(inMemory(world)).not.toContain(CANARY);
  });

  it("leaves an account of the same name as it was, with what belongs to it", async () => {
    const world = await withCanary(CANARY);
    const { pipeline, store } = world.app;
    const read = async () => {
      const { rows } = await store.matches("acme", { account: CANARY, limit: 10 });
      return rows
        .map(({ id, unit, account }) => ({ id, unit, account }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    };
    const before = await read();
    expect(before).toContainEqual(expect.objectContaining({ unit: `account/${CANARY}`, account: CANARY }));

    await adminOf(world.app).erasePerson("acme", { person: CANARY }, BY);

    expect(await read()).toEqual(before);
    const unit = await pipeline.peek("acme", `account/${CANARY}`);
    expect([...(unit?.persons.keys() ?? [])]).toEqual([expect.stringMatching(/^erased-/)]);
  });

  it.each([
    ["in capitals", EMAIL.toUpperCase()],
    ["in a form", "To=canary-7%40acme.example&x=1"],
    ["in JSON that writes letters by number", '{"to":"canary-7\\u0040acme.example"}'],
    ["with their id alone", `user=${CANARY}`],
  ])("takes away what could not be read and names them (%s)", async (_, body) => {
    const world = await withCanary();
    const { pipeline, store } = world.app;
    const letter = { tenant: "acme", system: "app", sourceId: "s", receivedAt: NOON, reason: "unread" };
    for (const [id, text] of [
      ["theirs", body],
      ["others", "canary-71 at acme.example"],
    ] as const) {
      await pipeline.receive("acme", [], { deadLetter: { ...letter, id, body: Buffer.from(text) } });
    }

    await adminOf(world.app).erasePerson("acme", { person: CANARY }, BY);

    const { rows } = await store.deadLetters("acme", { limit: 10 });
    expect(rows.map(({ id }) => id)).toEqual(["others"]);
  });

  it("finds their address in what people wrote, in whatever case", async () => {
    const world = await withCanary();
    const audit = {
      ...{ id: "why", tenant: "acme", at: NOON, actor: BY.actor, action: "switch.off", subject: "switches" },
      ...{ reason: `${EMAIL.toUpperCase()} asked for it`, detail: {}, undo: null },
    };
    await world.app.pipeline.receive("acme", [], { audit });

    await adminOf(world.app).erasePerson("acme", { person: CANARY }, BY);
    await world.app.pipeline.drain();

    expect(filesWith(EMAIL.toUpperCase(), world.folder)).toEqual([]);
    expect((await world.app.store.auditRow("acme", "why"))?.reason).toBe("[erased] asked for it");
  });

  it("is remembered without a name, and cannot be done twice", async () => {
    const world = await withCanary();
    world.clock.advance(1_000);

    await adminOf(world.app).erasePerson("acme", { person: CANARY }, BY);

    const { rows } = await world.app.store.audit("acme", { limit: 5 });
    expect(rows[0]).toMatchObject({
      action: "person.erase",
      subject: expect.stringMatching(/^person\/erased-/),
    });
    // Where others say to whom the act was directed.
    expect(rows[0]?.detail).not.toHaveProperty("target");
    await expect(adminOf(world.app).erasePerson("acme", { person: CANARY }, BY)).rejects.toThrow(
      "There is no person",
    );
  });
});

/*
 * The log goes back 90 days, so what a colleague said before that stands in the saved state of the account alone. The
 * same state names the person who goes.
 */
describe("erasing a person of whom colleagues stay", () => {
  const COLLEAGUE = "carol";

  /** A colleague told the time zone and stopped all messages, more than 90 days ago; the canary is in the account, or in another and only its billing contact. */
  async function withColleague(canary: "member" | "contact"): Promise<AdminWorld> {
    const world = await anAdminWorld();
    const { pipeline, store } = world.app;
    const event = { source: "app", account: { namespace: "native", value: "acme" }, time: NOON, data: {} };
    const elsewhere = { account: { namespace: "native", value: "globex" } };
    const about = (value: string) => ({ person: { namespace: "native", value } });
    await pipeline.receive("acme", [
      { ...event, ...about(COLLEAGUE), id: "1", type: "person.identified", data: { timeZone: "Asia/Tokyo" } },
      ...(canary === "member"
        ? [{ ...event, ...about(CANARY), id: "2", type: "session.started" }]
        : [
            { ...event, id: "2", type: "account.updated", data: { contacts: { billing: CANARY } } },
            { ...event, ...about(CANARY), ...elsewhere, id: "3", type: "session.started" },
          ]),
    ]);
    const change = { kind: "preference", person: COLLEAGUE, change: { kind: "stop" }, ...BY } as const;
    await pipeline.control("acme", { person: COLLEAGUE }, change);
    world.clock.advance(100 * DAY);
    await pipeline.checkpoint();
    await store.retain(world.clock.now());
    return world;
  }

  const known = async ({ pipeline }: Opened) => {
    const unit = await pipeline.peek("acme", "account/acme");
    return [...(unit?.persons.values() ?? [])].map(({ id, stoppedAt, timeZone }) => [
      id,
      stoppedAt,
      timeZone,
    ]);
  };

  it("forgets nobody else, where the account sleeps on disk", async () => {
    const world = await withColleague("contact");
    const app = await world.reopen();
    expect(app.pipeline.units.size).toBe(0);

    await adminOf(app).erasePerson("acme", { person: CANARY }, BY);

    expect(await known(app)).toEqual([[COLLEAGUE, NOON, "Asia/Tokyo"]]);
    await app.pipeline.drain();
    expect(filesWith(CANARY, world.folder)).toEqual([]);
  });

  it.each(["member", "contact"] as const)(
    "forgets nobody else, where the server is killed as the store has forgotten (%s)",
    async (canary) => {
      const world = await withColleague(canary);
      const asItLay = scratchFolder();
      const { store } = world.app;
      const erase = store.erasePerson.bind(store);
      store.erasePerson = async (...erasure) => {
        const result = await erase(...erasure);
        cpSync(world.folder, asItLay, { recursive: true });
        return result;
      };

      await adminOf(world.app).erasePerson("acme", { person: CANARY }, BY);
      const app = await world.openAgain(asItLay);

      expect(await known(app)).toContainEqual([COLLEAGUE, NOON, "Asia/Tokyo"]);
      await app.pipeline.drain();
      expect(inMemory({ app })).not.toContain(CANARY);
      expect(filesWith(CANARY, asItLay)).toEqual([]);
    },
  );

  it("leaves nothing of them in an account of which they were only a contact, and which is awake", async () => {
    const world = await withColleague("contact");
    expect(inMemory(world)).toContain(`"billing":["${CANARY}"]`);

    await adminOf(world.app).erasePerson("acme", { person: CANARY }, BY);

    expect(inMemory(world)).not.toContain(CANARY);
  });

  it("is thorough while timers ring and mail comes in", async () => {
    const world = await withColleague("member");
    const { pipeline, store } = world.app;
    const erase = store.erasePerson.bind(store);
    let asked = 0;
    store.erasePerson = async (...erasure) => {
      const result = await erase(...erasure);
      // What was judged before, and answered only now.
      if (asked++ === 0) {
        const row = {
          id: "late",
          tenant: "acme",
          at: NOON,
          actor: BY.actor,
          reason: "",
          detail: {},
          undo: null,
        };
        const audit = { ...row, action: "person.pause", subject: `person/${CANARY}` };
        await pipeline.control("acme", { unit: `person/${CANARY}` }, { kind: "tick" }, { audit });
      }
      return result;
    };

    await adminOf(world.app).erasePerson("acme", { person: CANARY }, BY);

    await pipeline.drain();
    expect(inMemory(world)).not.toContain(CANARY);
    expect(filesWith(CANARY, world.folder)).toEqual([]);
  });
});

describe("exporting", () => {
  it("writes every moment as people read it, whatever table it stands in", async () => {
    const world = await withCanary();
    const { pipeline } = world.app;
    const admin = adminOf(world.app);
    const pause = { kind: "preference", person: CANARY, ...BY } as const;
    await pipeline.control(
      "acme",
      { person: CANARY },
      { ...pause, change: { kind: "snooze", until: NOON + 1e8 } },
    );
    await pipeline.checkpoint();
    const [one, all] = [join(world.folder, "one.ndjson"), join(world.folder, "all.ndjson")];

    await admin.exportPerson("acme", { person: CANARY }, one, BY);
    await admin.exportTenant("acme", all, BY);

    for (const text of [readFileSync(one, "utf8"), readFileSync(all, "utf8")]) {
      expect(text).toContain('"snoozedUntil":"2026-03-03T15:46:40.000Z"');
      expect(text).toContain('"firedAt":"2026-03-02T');
      // Milliseconds of the year 2026 or thereabouts.
      expect(text.match(/[^"\n]{0,60}\b1[78]\d{11}\b/g) ?? []).toEqual([]);
    }
  });

  const rowsIn = (path: string) =>
    readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text) as { table: string; row: unknown });

  it("writes what is kept of a person, readable, for its owner only", async () => {
    const world = await withCanary();
    const path = join(world.folder, "export.ndjson");

    const { rows } = await adminOf(world.app).exportPerson("acme", { email: EMAIL }, path, BY);

    const lines = rowsIn(path);
    expect(lines).toHaveLength(rows);
    expect(lines).toContainEqual({ table: "contact", row: expect.objectContaining({ email: EMAIL }) });
    expect(lines.filter(({ table }) => table === "events")).toHaveLength(9);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("writes a whole tenant, and nothing of another", async () => {
    const world = await withCanary();
    await adminOf(world.app).createTenant("globex", {}, BY);
    const path = join(world.folder, "export.ndjson");

    await adminOf(world.app).exportTenant("globex", path, BY);
    const other = readFileSync(path, "utf8");
    const { rows } = await adminOf(world.app).exportTenant("acme", path, BY);

    expect(rowsIn(path)).toHaveLength(rows);
    expect(new Set(rowsIn(path).map(({ table }) => table))).toContain("matches");
    expect(other).not.toContain(CANARY);
  });

  it("of a person is remembered", async () => {
    const world = await withCanary();

    await adminOf(world.app).exportPerson("acme", { person: CANARY }, join(world.folder, "x"), BY);

    const { rows } = await world.app.store.audit("acme", { subject: `person/${CANARY}` });
    expect(rows).toEqual([expect.objectContaining({ action: "person.export", actor: "cli:tester" })]);
  });
});
