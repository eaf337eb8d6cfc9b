import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Effect } from "../../../server/core/effect.ts";
import type { Page, Store } from "../../../server/store/contract.ts";
import { RecordRefused } from "../../../server/store/contract.ts";
import type { Table } from "../../../server/store/sqlite/bodies.ts";
import { createVault } from "../../../server/store/vault.ts";
import { aDelivery, aMatch, anAccount, anIncident, aPerson, NOON } from "../../builders.ts";
import {
  aBatch,
  aDecision,
  aFeedback,
  anAlert,
  anInput,
  anOutcome,
  aScore,
  effects,
  NOTHING_LEFT,
} from "../batches.ts";
import type { Opened } from "../contract/opened.ts";
import { openInFolder, SECRET_KEY } from "./files.ts";

let db: Opened & { readonly file: string };
let said: RecordRefused[];
beforeEach(async () => {
  said = [];
  db = await openInFolder(10, { onUnreadable: (refused) => void said.push(refused) });
});
afterEach(() => db.dispose());

/** Beside the store, as a version to come or somebody with an editor would. */
function change(sql: string, ...values: unknown[]): void {
  const file = new Database(db.file);
  expect(file.prepare(sql).run(...values).changes).toBeGreaterThan(0);
  file.close();
}

const NEWER = "json_set(body, '$.shape', 9)";
const BROKEN = "json_set(body, '$.tenant', 17)";
const plant = (table: Table, where: string, how = NEWER) =>
  change(`UPDATE ${table} SET body = ${how} WHERE ${where}`);

/** What is written twice of everything: the first of each is then planted. */
const MATCHES = ["bad", "good"].map((id) => ({ kind: "match", row: aMatch({ id }) }) as const);
const deliveries = (changes: Parameters<typeof aDelivery>[0]) =>
  ["bad", "good"].map(
    (id, i) => ({ kind: "delivery", row: aDelivery({ id, dueBy: NOON + 1 + i, ...changes }) }) as const,
  );
const queued = deliveries({ status: "queued", channel: "email", notBefore: NOON });
const inDoubt = deliveries({ status: "in_doubt", channel: "email", claimedAt: NOON });
const inApp = deliveries({ status: "queued", channel: "in_app.banner", notBefore: NOON });
const ALERTS = ["bad", "good"].map(
  (id, i) => ({ kind: "alert", row: anAlert({ id, dueBy: NOON + i }) }) as const,
);

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describe("what many wait for", () => {
  it.each(["of a newer version", "that fits nothing"])(
    "goes on without a message %s, and says so once",
    async (which) => {
      await db.store.commit(effects(...queued));
      await db.store.dueDeliveries(NOON, 10, ["email"]);
      plant("deliveries", "id = 'bad'", which === "that fits nothing" ? BROKEN : NEWER);

      const read = async () => ids(await db.store.dueDeliveries(NOON, 10, ["email"]));

      expect([await read(), await read(), await read()]).toEqual([["good"], ["good"], ["good"]]);
      expect(said.map(({ where }) => where)).toEqual(["row 1 of deliveries"]);
      expect(await db.store.unreadable()).toEqual([
        { where: "row 1 of deliveries", message: expect.stringContaining("a delivery") },
      ]);
    },
  );

  it("is not hidden behind as many records as are asked for", async () => {
    const bad = ["b1", "b2", "b3"].map(
      (id) => ({ kind: "delivery", row: aDelivery({ id, status: "queued", priority: 9 }) }) as const,
    );
    await db.store.commit(effects(...bad, ...queued));
    await db.store.dueDeliveries(NOON, 10, ["email"]);
    plant("deliveries", "id LIKE 'b%'");

    expect(ids(await db.store.dueDeliveries(NOON, 2, ["email"]))).toEqual(["good"]);
    expect(ids(await db.store.dueDeliveries(NOON, 1, ["email"]))).toEqual(["good"]);
  });

  it.each<[string, readonly Effect[], Table, (store: Store) => Promise<readonly { id: string }[]>]>([
    ["messages in doubt", inDoubt, "deliveries", (store) => store.doubtfulDeliveries(NOON + 1, 1)],
    [
      "messages in the product",
      inApp,
      "deliveries",
      (store) => store.waitingInApp("t1", { person: "u1" }, NOON),
    ],
    ["alerts that nobody was told of", ALERTS, "alerts", (store) => store.unnotifiedAlerts(NOON, 1)],
    ["matches to learn from", MATCHES, "matches", (store) => store.matchesWithoutFeatures(1)],
  ])("%s: the others come", async (_, rows, table, read) => {
    await db.store.commit(effects(...rows));
    await db.store.counts();
    plant(table, "id = 'bad'");

    expect(ids(await read(db.store))).toEqual(["good"]);
    expect(said).toHaveLength(1);
  });

  it("feature rows to label: the others come", async () => {
    const row = { tenant: "t1", pseudonym: "p", at: NOON, kind: "sample", pattern: null } as const;
    const rest = { segment: null, features: {}, label: null } as const;
    await db.store.saveFeatures(["bad", "good"].map((id, i) => ({ ...row, ...rest, id, at: NOON + i })));
    plant("features", "id = 'bad'");

    expect(ids(await db.store.unlabelledFeatures(NOON + 9, 1))).toEqual(["good"]);
  });

  it("erasures that were begun: the others come", async () => {
    await db.store.beginErasure("t1", "bad", "gone-1");
    const [name] = metaNames("erasing:%");
    const sealed = createVault(SECRET_KEY).wrapJson(["", name ?? ""], { shape: 9 });
    change("UPDATE meta SET value = ? WHERE name = ?", sealed, name);
    await db.store.beginErasure("t1", "good", "gone-2");

    expect((await db.store.unfinishedErasures()).map(({ person }) => person)).toEqual(["good"]);
  });

  it("erasures that were begun, one of which nobody can open: the others come, and come to their end", async () => {
    await db.store.beginErasure("t1", "bad", "gone-1");
    change("UPDATE meta SET value = x'00112233' WHERE name LIKE 'erasing:%'");
    await db.store.beginErasure("t1", "good", "gone-2");

    expect((await db.store.unfinishedErasures()).map(({ person }) => person)).toEqual(["good"]);
    await db.store.endErasure("t1", "good");
    expect(await db.store.unfinishedErasures()).toEqual([]);
    expect(said).toHaveLength(1);
  });

  it("dead letters that nobody can open: the others are shown, and an erasure takes them along", async () => {
    const letter = { tenant: "t1", system: "segment", sourceId: "s", receivedAt: NOON, reason: "no JSON" };
    const deadLetters = ["bad", "good"].map((id) => ({ ...letter, id, body: Buffer.from(id) }));
    await db.store.commit(aBatch({ deadLetters }));
    change("UPDATE dead_letters SET sealed = x'00112233' WHERE id = 'bad'");

    expect(ids((await db.store.deadLetters("t1", { limit: 9 })).rows)).toEqual(["good"]);
    await db.store.erasePerson("t1", "u1", NOON, NOTHING_LEFT);
    expect(await db.store.deadLetters("t1", { limit: 9 })).toEqual({
      rows: [expect.objectContaining({ id: "good" })],
      next: null,
    });
  });

  it("tokens: one with a role that nobody knows counts for nothing, the others count", async () => {
    const token = { tenant: "t1", role: "agent", label: "", createdAt: NOON } as const;
    const ends = { expiresAt: null, revokedAt: null };
    await db.store.createTenant({ id: "t1", createdAt: NOON, identitySecret: "s" }, [
      { ...token, ...ends, id: "bad", hash: "1" },
      { ...token, ...ends, id: "good", hash: "2" },
    ]);
    change("UPDATE tokens SET role = 'emperor' WHERE id = 'bad'");

    expect(ids(await db.store.tokens())).toEqual(["good"]);
  });
});

function metaNames(like: string): string[] {
  const file = new Database(db.file);
  const rows = file.prepare<[string], { name: string }>("SELECT name FROM meta WHERE name LIKE ?").all(like);
  file.close();
  return rows.map(({ name }) => name);
}

describe("a commit", () => {
  it("goes on for everybody when a score that it replaces cannot be read", async () => {
    await db.store.commit(effects({ kind: "score", row: aScore({ score: 85 }) }));
    await db.store.counts();
    change("UPDATE scores SET contributions = '17'");

    await db.store.commit(
      effects({ kind: "score", row: aScore({ score: 20 }) }, { kind: "delivery", row: aDelivery() }),
    );

    expect((await db.store.score("t1", "account/acme"))?.score).toBe(20);
    const ranked = await db.store.risks("t1", { pattern: "P-001" });
    expect(ranked.rows.map(({ key, score }) => [key, score])).toEqual([["account/acme", 20]]);
    expect(said).toHaveLength(1);
  });

  it("goes on for everybody when contact data cannot be read, and leaves them to the version that can", async () => {
    const write = (person: string, email: string) => ({ tenant: "t1", person, details: { email } });
    await db.store.commit(aBatch({ contacts: [write("bad", "a@example.com")] }));
    const kept = sealContact("bad", { shape: 9, of: { email: "a@example.com" } });

    await db.store.commit(
      aBatch({ contacts: [write("bad", "b@example.com"), write("good", "c@example.com")] }),
    );

    expect(await db.store.contact("t1", "good")).toEqual({ email: "c@example.com" });
    await expect(db.store.contact("t1", "bad")).rejects.toThrow(RecordRefused);
    expect(sealedContact("bad")).toEqual(Buffer.from(kept));
  });
});

function sealContact(person: string, content: unknown): Uint8Array {
  const file = new Database(db.file);
  const key = file
    .prepare<[string], { wrapped: Uint8Array }>("SELECT wrapped FROM person_keys WHERE person = ?")
    .get(person);
  const sealed = createVault(SECRET_KEY).seal(
    key?.wrapped ?? Buffer.alloc(0),
    ["t1", "person-key", person],
    ["t1", "contact", person],
    content,
  );
  file.prepare("UPDATE contacts SET sealed = ? WHERE person = ?").run(sealed, person);
  file.close();
  return sealed;
}

function sealedContact(person: string): Buffer | undefined {
  const file = new Database(db.file);
  const row = file
    .prepare<[string], { sealed: Buffer }>("SELECT sealed FROM contacts WHERE person = ?")
    .get(person);
  file.close();
  return row?.sealed;
}

describe("a list that somebody asked for", () => {
  const audit = (id: string) => {
    const row = { id, tenant: "t1", at: NOON, actor: "ops:ana", action: "switch.off", subject: "switches" };
    return { ...row, reason: "", detail: {}, undo: null, undone: false } as const;
  };
  const two = <Row>(row: (id: string) => Row): readonly Row[] => ["bad", "good"].map(row);

  it.each<[Table, Parameters<typeof aBatch>[0], string, (store: Store) => Promise<Page<unknown>>]>([
    ["matches", { effects: MATCHES }, "id", (store) => store.matches("t1", {})],
    [
      "decisions",
      { effects: two((id) => ({ kind: "decision", row: aDecision({ id }) })) },
      "id",
      (store) => store.decisions("t1", {}),
    ],
    ["deliveries", { effects: queued }, "id", (store) => store.deliveries("t1", {})],
    ["alerts", { effects: ALERTS }, "id", (store) => store.alerts("t1", {})],
    [
      "outcomes",
      { effects: two((match) => ({ kind: "outcome", row: anOutcome({ match }) })) },
      "id",
      (store) => store.outcomes("t1", {}),
    ],
    [
      "feedback",
      { effects: two((id) => ({ kind: "feedback", row: aFeedback({ id }) })) },
      "id",
      (store) => store.feedback("t1", {}),
    ],
    ["incidents", { incidents: two((id) => anIncident({ id })) }, "id", (store) => store.incidents("t1", {})],
    ["audit", { audit: two(audit) }, "id", (store) => store.audit("t1", {})],
  ])("%s: shows the others and says how many it does not", async (table, batch, column, read) => {
    await db.store.commit(aBatch(batch));
    await db.store.counts();
    plant(table, `${column} = 'bad'`);

    const page = await read(db.store);

    expect(page).toMatchObject({ rows: [expect.anything()], unreadable: 1, next: null });
    expect(said).toHaveLength(1);
  });

  it("goes on to the next page behind what it does not show", async () => {
    const rows = ["d1", "d2", "d3"].map((id) => ({ kind: "decision", row: aDecision({ id }) }) as const);
    await db.store.commit(effects(...rows));
    await db.store.counts();
    plant("decisions", "id = 'd3'");

    const first = await db.store.decisions("t1", { limit: 1 });
    const second = await db.store.decisions("t1", { limit: 1, after: first.next ?? "" });

    expect(first).toMatchObject({ rows: [], unreadable: 1 });
    expect(ids(second.rows)).toEqual(["d2"]);
    expect(second).not.toHaveProperty("unreadable");
  });

  it("events: shows the others", async () => {
    await db.store.commit(aBatch({ inputs: [anInput(1), anInput(2)] }));
    change(`UPDATE inputs SET data = '{"shape":9,"of":{}}' WHERE seq = 1`);

    expect(await db.store.events("t1", {})).toMatchObject({ rows: [{ id: "e2" }], unreadable: 1 });
  });

  it("dead letters: shows the others", async () => {
    const letter = { tenant: "t1", system: "sentry", sourceId: "default", receivedAt: NOON, reason: "?" };
    const body = Buffer.from("{}");
    await db.store.commit(
      aBatch({
        deadLetters: [
          { ...letter, id: "bad", body },
          { ...letter, id: "good", body },
        ],
      }),
    );
    const sealed = createVault(SECRET_KEY).wrapJson(["t1", "dead-letter", "bad"], { shape: 9 });
    change("UPDATE dead_letters SET sealed = ? WHERE id = 'bad'", sealed);

    expect(await db.store.deadLetters("t1", {})).toMatchObject({ rows: [{ id: "good" }], unreadable: 1 });
  });

  it("the way back from a message: shows the other decisions", async () => {
    const decisions = ["bad", "good"].map(
      (id) => ({ kind: "decision", row: aDecision({ id, match: "good" }) }) as const,
    );
    await db.store.commit(effects(...MATCHES, ...decisions));
    await db.store.counts();
    plant("decisions", "id = 'bad'");

    expect(await db.store.trace("t1", "good")).toMatchObject({ decisions: [{ id: "good" }], unreadable: 1 });
  });

  it("the history of a score: shows the other steps", async () => {
    await db.store.commit(effects({ kind: "score", row: aScore({ score: 40 }) }));
    await db.store.commit(effects({ kind: "score", row: aScore({ score: 50, at: NOON + 1 }) }));
    await db.store.counts();
    change("UPDATE score_history SET contributions = '17' WHERE score = 50");

    const steps = await db.store.scoreHistory("t1", "account/acme", 0, 1);

    expect(steps.map(({ score }) => score)).toEqual([40]);
  });
});

async function all(rows: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

describe("what nobody may do without", () => {
  it("is refused: who a person is and what they agreed to, an account, one message, a score", async () => {
    await db.store.commit(
      effects(
        { kind: "person", tenant: "t1", unit: "account/acme", row: aPerson({ id: "u1" }) },
        { kind: "account", tenant: "t1", unit: "account/acme", row: anAccount({ id: "acme" }) },
        { kind: "score", row: aScore() },
        ...queued,
      ),
    );
    await db.store.counts();
    for (const table of ["persons", "accounts", "deliveries"] as const) plant(table, "true");
    change("UPDATE scores SET contributions = '17'");

    await expect(db.store.person("t1", "u1")).rejects.toThrow(RecordRefused);
    await expect(db.store.account("t1", "acme")).rejects.toThrow(RecordRefused);
    await expect(db.store.delivery("t1", "bad")).rejects.toThrow(RecordRefused);
    await expect(db.store.score("t1", "account/acme")).rejects.toThrow(RecordRefused);
    expect(said.map(({ where }) => where)).toEqual([
      ...["row 1 of persons", "row 1 of accounts", "row 1 of deliveries", "row 1 of scores"],
    ]);
  });

  it("is refused: what was sent of a unit that is judged again", async () => {
    await db.store.commit(effects(...MATCHES, ...deliveries({ match: "good", status: "sent" })));
    await db.store.counts();
    plant("deliveries", "id = 'bad'");

    const known = { persons: [], matches: ["good"], deliveries: [] };
    await expect(db.store.served("t1", "account/acme", known)).rejects.toThrow(RecordRefused);
  });

  it.each([
    ["a source", "sources", ["t1", "source", "sentry", "default"]],
    ["a channel", "channels", ["t1", "channel", "email"]],
  ] as const)("is refused of one tenant, and passed over among all: %s", async (_, table, place) => {
    const row = { system: "sentry", settings: {}, secrets: [], createdAt: NOON, lastReceivedAt: null };
    for (const tenant of ["t1", "t2"]) {
      await db.store.createTenant({ id: tenant, createdAt: NOON, identitySecret: "s" }, []);
      await db.store.saveSource({ ...row, tenant, id: "default" });
      await db.store.saveChannel({ tenant, kind: "email", system: "sendgrid", settings: {} });
    }
    const sealed = createVault(SECRET_KEY).wrapJson([...place], { shape: 9, of: {} });
    change(`UPDATE ${table} SET sealed = ? WHERE tenant = 1`, sealed);

    const read = (tenant?: string) => db.store[table](tenant);

    expect((await read()).map(({ tenant }) => tenant)).toEqual(["t2"]);
    await expect(read("t1")).rejects.toThrow(RecordRefused);
  });

  it.each([
    ["a person", (store: Store) => store.exportPerson("t1", "u1")],
    ["a tenant", (store: Store) => all(store.exportTenant("t1"))],
  ])("is refused: everything about %s", async (_, everything) => {
    await db.store.commit(effects(...queued));
    await db.store.commit(aBatch({ inputs: [anInput(1), anInput(2)] }));
    await db.store.counts();
    change(`UPDATE inputs SET data = '{"shape":9,"of":{}}' WHERE seq = 1`);

    await expect(everything(db.store)).rejects.toThrow(RecordRefused);
  });
});
