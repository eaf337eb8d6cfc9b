import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Effect } from "../../../server/core/effect.ts";
import { DAY } from "../../../server/core/time.ts";
import type { FeatureRow, SourceRow, Store, TokenRow, UnitSnapshot } from "../../../server/store/contract.ts";
import { Connection } from "../../../server/store/sqlite/durability/connection.ts";
import { settledFirst } from "../../../server/store/sqlite/effects/settled-first.ts";
import type { WaitingEffects } from "../../../server/store/sqlite/effects/waiting-effects.ts";
import { storeParts } from "../../../server/store/sqlite/store.ts";
import { aDelivery, anEvent, aPerson, NOON } from "../../builders.ts";
import { aBatch, anInput, NOTHING_LEFT } from "../batches.ts";
import { aLife, CANARY } from "../contract/a-life.ts";
import { contentOf, copyFiles, IN_MEMORY, newFolder, SECRET_KEY, storeAt } from "./files.ts";

/*
 * Effects of a small commit wait in one row before they go to their tables. Every method of the store is called here
 * three times on the same data: as whoever uses the store calls it, while effects wait; past the list of
 * settled-first.ts, while they wait; and past it, when they stand in their tables. A method that the list names must
 * answer the first as the last, and could not without being named; for the others waiting makes no difference.
 */

const { person, email } = CANARY;
const GONE = "gone-7";
const KEY = `person/${person}`;
const REFS = [{ namespace: "email", value: email }] as const;
const ALL_KINDS = ["email", "in_app"] as const;

/** One call of each method, about the commit whose effects wait. The type leaves none out. */
const CALLS: { readonly [Method in keyof Store]: (store: Store, copy: string) => ReturnType<Store[Method]> } =
  {
    open: (store) => store.close().then(() => store.open()),
    close: (store) => store.close().then(() => store.open()),
    backup: (store, copy) => store.backup(copy),

    commit: (store) => store.commit(aBatch({ inputs: [anInput(900)], effects: [delivery("w-released")] })),
    probe: (store) => store.probe(),
    lastSeq: (store) => store.lastSeq(),
    known: (store) => store.known([{ tenant: "t1", source: anEvent().source, id: `evt-${person}-1` }]),
    inputs: (store) => store.inputs({ after: 0, limit: 100 }),
    loadUnits: (store) => store.loadUnits([{ tenant: "t1", unit: "account/acme" }]),
    saveUnits: (store) => store.saveUnits([snapshot(108)]),
    dueUnits: (store) => store.dueUnits(NOON, 10),
    unitsBefore: (store) => store.unitsBefore("t1", { seq: 1_000, after: "", limit: 10 }),
    checkpoint: (store) => store.checkpoint(),
    setCheckpoint: (store) => store.setCheckpoint(5),
    judgedBy: (store) => store.judgedBy(),
    setJudgedBy: (store) => store.setJudgedBy({ engine: 1, judgedBefore: 0 }),

    identify: (store) => store.identify("t1", REFS),
    nameKeys: (store) => store.nameKeys("t1", REFS),
    memberships: (store) => store.memberships("t1", [person]),
    contact: (store) => store.contact("t1", person),
    erased: (store) => store.erased("t1", [{ namespace: "native", value: "long-gone" }, ...REFS]),
    stopped: (store) => store.stopped("t1", REFS),
    person: (store) => store.person("t1", person),
    account: (store) => store.account("t1", "acme"),

    dueDeliveries: (store) => store.dueDeliveries(NOON, 10, ALL_KINDS),
    releasedWaiting: (store) => store.releasedWaiting(NOON, ALL_KINDS),
    doubtfulDeliveries: (store) => store.doubtfulDeliveries(NOON, 10),
    nextDeliveryAt: (store) => store.nextDeliveryAt(),
    waitingInApp: (store) => store.waitingInApp("t1", { person }, NOON),
    delivery: (store) => store.delivery("t1", "life-y1"),
    deliveryByProviderId: (store) => store.deliveryByProviderId("t1", "sendgrid", "pm-1"),
    saveSentCopy: (store) => store.saveSentCopy({ ...COPY, rendered: "Hello" }),
    sentCopy: (store) => store.sentCopy("t1", COPY.delivery),
    behindShortLink: (store) => store.behindShortLink(COPY.shortLink),
    messagesElsewhere: (store) => store.messagesElsewhere("t1", person, "account/acme", NOON - DAY),
    served: (store) => store.served("t1", "account/acme", { persons: [person], matches: [], deliveries: [] }),
    unnotifiedAlerts: (store) => store.unnotifiedAlerts(NOON, 10),
    markNotified: (store) => store.markNotified("t1", "alert-1", NOON),

    match: (store) => store.match("t1", "life-m1"),
    decision: (store) => store.decision("t1", "life-d1"),
    alert: (store) => store.alert("t1", "alert-1"),
    auditRow: (store) => store.auditRow("t1", "life-x1"),
    matches: (store) => store.matches("t1", {}),
    decisions: (store) => store.decisions("t1", {}),
    deliveries: (store) => store.deliveries("t1", {}),
    alerts: (store) => store.alerts("t1", {}),
    incidents: (store) => store.incidents("t1", {}),
    outcomes: (store) => store.outcomes("t1", {}),
    feedback: (store) => store.feedback("t1", {}),
    // The log has only the pseudonym, so their units are found by what is known of persons.
    events: (store) => store.events("t1", { person: GONE }),
    audit: (store) => store.audit("t1", {}),
    deadLetters: (store) => store.deadLetters("t1", {}),
    unknownTypes: (store) => store.unknownTypes("t1"),
    score: (store) => store.score("t1", KEY),
    scoreHistory: (store) => store.scoreHistory("t1", KEY, 0, 10),
    risks: (store) => store.risks("t1", {}),
    riskFilters: (store) => store.riskFilters("t1"),
    trace: (store) => store.trace("t1", "life-d1"),
    summary: (store) => store.summary("t1", NOON),
    pseudonym: (store) => store.pseudonym("t1", KEY),
    saveFeatures: (store) => store.saveFeatures([feature("life-m1")]),
    matchesWithoutFeatures: (store) => store.matchesWithoutFeatures(10),
    unlabelledFeatures: (store) => store.unlabelledFeatures(NOON + 1, 10),
    unreadable: (store) => store.unreadable(),
    dailyAggregates: (store) => store.dailyAggregates("t1", {}),
    counts: (store) => store.counts(),

    tenants: (store) => store.tenants(),
    createTenant: (store) => store.createTenant({ id: "t9", createdAt: NOON, identitySecret: "s" }, []),
    tokens: (store) => store.tokens(),
    saveToken: (store) => store.saveToken({ ...TOKEN, revokedAt: NOON }),
    sources: (store) => store.sources("t1"),
    saveSource: (store) => store.saveSource({ ...SOURCE, id: "second" }),
    removeSource: (store) => store.removeSource("t1", SOURCE.system, SOURCE.id),
    channels: (store) => store.channels("t1"),
    saveChannel: (store) => store.saveChannel({ tenant: "t1", kind: "sms", system: "twilio", settings: {} }),
    libraryContent: (store) => store.libraryContent("l"),
    saveLibraryContent: (store) => store.saveLibraryContent("l2", []),

    exportPerson: (store) => store.exportPerson("t1", person),
    exportTenant: (store) => store.exportTenant("t1"),
    beginErasure: (store) => store.beginErasure("t1", person, "gone-9"),
    endErasure: (store) => store.endErasure("t1", person),
    unfinishedErasures: (store) => store.unfinishedErasures(),
    erasePerson: (store) => store.erasePerson("t1", person, NOON, { ...NOTHING_LEFT, pseudonym: "gone-9" }),
    retain: (store) => store.retain(NOON + 100 * DAY),
  };

const METHODS = Object.keys(CALLS).filter(isMethod);

const folderBefore = newFolder(IN_MEMORY);
/** The database in which everything was brought to its place. */
const before = join(folderBefore, "before.db");

beforeAll(async () => {
  const store = storeAt(before);
  await store.open();
  await fill(store);
  await store.close();
});
afterAll(() => rmSync(folderBefore, { recursive: true, force: true }));

describe("while the effects of a commit wait", () => {
  const { unsettled, waiting } = storeParts({ file: "never-opened", secretKey: SECRET_KEY, now: () => NOON });
  const settled = settledFirst(unsettled, waiting);
  const named = METHODS.filter((method) => settled[method] !== unsettled[method]);
  const others = METHODS.filter((method) => settled[method] === unsettled[method]);

  it.each(named)("`%s` sees them, and would not if the list did not name it", async (method) => {
    const seen = await outcomeOf(method, "waiting", ({ store }) => store);
    const unnamed = await outcomeOf(method, "waiting", ({ past }) => past);
    const written = await outcomeOf(method, "written", ({ past }) => past);

    expect(seen).toEqual(written);
    expect(unnamed).not.toEqual(written);
  });

  it.each(others)("`%s` does what it does when they are written", async (method) => {
    const meanwhile = await outcomeOf(method, "waiting", ({ past }) => past);
    const written = await outcomeOf(method, "written", ({ past }) => past);

    expect(meanwhile).toEqual(written);
  });
});

interface World {
  readonly store: Store;
  /** The same, past the list. */
  readonly past: Store;
  readonly waiting: WaitingEffects;
}

/** What a method answers, and what is in the store afterwards. */
async function outcomeOf(method: keyof Store, effects: "waiting" | "written", by: (world: World) => Store) {
  const folder = newFolder(IN_MEMORY);
  const world = await worldIn(join(folder, "forestall.db"));
  try {
    if (effects === "written") world.waiting.now();
    const copy = join(folder, "copy.db");
    const answer = await answerOf(CALLS[method](by(world), copy));
    world.waiting.now();
    const matches = existsSync(copy) ? matchesIn(copy) : null;
    const open = await world.past.matchesWithoutFeatures(10);
    const alerts = await world.past.unnotifiedAlerts(NOON, 10);
    return { answer, matches, open, alerts, content: await contentOf(world.past, ["t1"]) };
  } finally {
    await world.store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A store with something of everything, in which the effects of the last commit wait. */
async function worldIn(file: string): Promise<World> {
  copyFiles(before, file);
  const connection = new QuietConnection(file);
  const { unsettled, waiting } = storeParts({ file, secretKey: SECRET_KEY, now: () => NOON, connection });
  const store = settledFirst(unsettled, waiting);
  await store.open();
  const life = aLife("t1", 101);
  connection.quiet = true;
  void store.commit({ ...life, effects: [...life.effects, ...MORE] });
  connection.quiet = false;
  return { store, past: unsettled, waiting };
}

async function fill(store: Store): Promise<void> {
  await store.createTenant({ id: "t1", createdAt: NOON, identitySecret: "s" }, [TOKEN]);
  await store.saveSource(SOURCE);
  await store.saveChannel({ tenant: "t1", kind: "email", system: "sendgrid", settings: {} });
  await store.saveLibraryContent("l", []);
  await store.commit(aBatch({ inputs: [anInput(1, { person: "long-gone" })] }));
  await store.erasePerson("t1", "long-gone", NOON, { ...NOTHING_LEFT, pseudonym: GONE });
  await store.saveUnits([snapshot(1)]);
  await store.saveSentCopy(COPY);
  await store.saveFeatures([feature("sample:x:2026-03-02")]);
  await store.beginErasure("t1", "somebody", "gone-8");
}

/** While it is quiet nobody hears that a commit is on disk, so that its effects wait as long as they may. */
class QuietConnection extends Connection {
  quiet = false;

  override sync(): Promise<void> {
    return this.quiet ? new Promise(() => {}) : super.sync();
  }
}

/** Nothing of the contract is synchronous: it is a promise, or rows that come one after the other. */
async function answerOf(answer: Promise<unknown> | AsyncIterable<unknown>): Promise<unknown> {
  if (answer instanceof Promise) return answer;
  expect(answer[Symbol.asyncIterator]).toBeTypeOf("function");
  const rows: unknown[] = [];
  for await (const row of answer) rows.push(row);
  return rows;
}

function matchesIn(copy: string): unknown {
  const db = new Database(copy, { readonly: true });
  const ids = db.prepare("SELECT id FROM matches ORDER BY id").pluck().all();
  db.close();
  return ids;
}

function isMethod(name: string): name is keyof Store {
  return name in CALLS;
}

const delivery = (id: string, changes: Parameters<typeof aDelivery>[0] = {}): Effect => ({
  kind: "delivery",
  row: aDelivery({ id, person, ...changes }),
});

const MORE: readonly Effect[] = [
  delivery("w-released", { released: true }),
  delivery("w-claimed", { status: "sending", claimedAt: NOON - 1, leaseUntil: NOON - 1 }),
  delivery("w-shown", { channel: "in_app.banner" }),
  delivery("w-sent", { status: "sent", sentAt: NOON, unit: "account/globex", providerId: "pm-1" }),
  { kind: "person", tenant: "t1", unit: "account/acme", row: aPerson({ id: GONE }) },
];

const COPY = {
  tenant: "t1",
  delivery: "sent-before",
  person: "u1",
  at: NOON,
  rendered: "Hi",
  shortLink: "ab".repeat(32),
};

const TOKEN: TokenRow = {
  id: "token-1",
  tenant: "t1",
  role: "ops",
  label: "",
  hash: "cd".repeat(32),
  createdAt: NOON,
  expiresAt: null,
  revokedAt: null,
};

const SOURCE: SourceRow = {
  tenant: "t1",
  system: "sentry",
  id: "default",
  settings: {},
  secrets: ["s"],
  createdAt: NOON,
  lastReceivedAt: null,
};

const snapshot = (seq: number): UnitSnapshot => ({
  tenant: "t1",
  unit: "account/acme",
  shard: 1,
  seq,
  engine: "1",
  library: "l",
  nextDue: NOON,
  state: Buffer.from("state"),
});

const feature = (id: string): FeatureRow => ({
  id,
  tenant: "t1",
  pseudonym: "p",
  at: NOON,
  kind: "match",
  pattern: "P-001",
  segment: null,
  features: { errors: 12 },
  label: null,
});
