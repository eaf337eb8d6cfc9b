/** The store alone, every commit with its fsync: `node bench/store.ts [--quick]`. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ScoreRow } from "../server/core/effect.ts";
import { shardOf } from "../server/core/hash.ts";
import type { Band } from "../server/core/unit.ts";
import { nextTurn } from "../server/lib/next-turn.ts";
import type { Batch, LogInput, Store } from "../server/store/contract.ts";
import { openSqliteStore } from "../server/store/sqlite/store.ts";
import { type Bench, type Figure, type Options, quantile, show } from "./kit/figures.ts";
import { describeMachine } from "./kit/machine.ts";
import { eventAt, START, TENANT } from "./kit/world.ts";

const BATCH = 100;
const EMPTY_BATCH: Batch = {
  inputs: [],
  effects: [],
  contacts: [],
  identities: [],
  memberships: [],
  receptions: [],
  deadLetters: [],
  audit: [],
  incidents: [],
  unknownTypes: [],
};
const ACCOUNTS = 100_000;
const STREAM = { accounts: ACCOUNTS, every: 1 };

export const store: Bench = {
  name: "store",
  about:
    "the store alone: batches of 100 events and single ones, durable; reads, backup and erasure among them",
  async run({ quick, folder: where, say }: Options): Promise<readonly Figure[]> {
    const folder = mkdtempSync(join(where, ".bench-store-"));
    const world = { file: join(folder, "forestall.db"), next: 1 };
    try {
      const events = quick ? 50_000 : 200_000;
      return [
        ...(await writing(world, events, say)),
        ...(await opening(world)),
        ...(await reading(world, quick ? 50_000 : 1_000_000, say)),
        ...(await upkeep(world, folder)),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface World {
  readonly file: string;
  /** Position of the next input. */
  next: number;
}

async function opened<T>({ file }: World, work: (store: Store) => Promise<T>): Promise<T> {
  const db = openSqliteStore({ file, secretKey: Buffer.alloc(32, 7), now: () => START });
  await db.open();
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** The first run is left out of the figures: every account and person is new in it. */
async function writing(
  world: World,
  events: number,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const [rates, single50, single99, turns]: number[][] = [[], [], [], []];
  await opened(world, async (db) => {
    for (let run = 0; run <= 5; run++) {
      const { rate, longest } = await batches(db, world, events);
      const times = await singles(db, world, events / 100);
      say(`run ${run}: ${show(rate, "events/s")}; one event per commit ${show(quantile(times, 0.5), "ms")}`);
      if (run === 0) continue;
      rates?.push(rate);
      turns?.push(longest);
      single50?.push(quantile(times, 0.5));
      single99?.push(quantile(times, 0.99));
    }
  });
  const bytes = statSync(world.file).size / world.next;
  return [
    {
      what: "batches of 100 known and committed",
      unit: "events/s",
      bound: { atLeast: 100_000 },
      runs: rates ?? [],
    },
    { what: "one event per commit, p50", unit: "ms", bound: { atMost: 0.3 }, runs: single50 ?? [] },
    { what: "one event per commit, p99", unit: "ms", bound: { atMost: 5 }, runs: single99 ?? [] },
    { what: "longest turn, checkpoints included", unit: "ms", bound: { atMost: 50 }, runs: turns ?? [] },
    { what: "on disk", unit: "bytes/event", bound: null, runs: [bytes] },
  ];
}

async function batches(db: Store, world: World, events: number): Promise<{ rate: number; longest: number }> {
  let [spent, longest] = [0, 0];
  for (let done = 0; done < events; done += BATCH) {
    const inputs = Array.from({ length: BATCH }, () => nextInput(world));
    const begun = performance.now();
    await db.known(inputs.flatMap(({ body }) => ("event" in body ? [body.event] : [])));
    await db.commit({ ...EMPTY_BATCH, inputs });
    await nextTurn();
    const turn = performance.now() - begun;
    spent += turn;
    longest = Math.max(longest, turn);
  }
  return { rate: events / (spent / 1_000), longest };
}

async function singles(db: Store, world: World, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const inputs = [nextInput(world)];
    const begun = performance.now();
    await db.commit({ ...EMPTY_BATCH, inputs });
    times.push(performance.now() - begun);
    await nextTurn();
  }
  return times;
}

async function opening(world: World): Promise<readonly Figure[]> {
  const runs: number[] = [];
  for (let run = 0; run < 5; run++) {
    const begun = performance.now();
    await opened(world, async () => {
      runs.push(performance.now() - begun);
    });
  }
  return [{ what: `open, ${show(world.next, "events")}`, unit: "ms", bound: { atMost: 3_000 }, runs }];
}

/** Among so many scored keys, a fifth of them above normal. */
async function reading(world: World, keys: number, say: (text: string) => void): Promise<readonly Figure[]> {
  return opened(world, async (db) => {
    for (let from = 0; from < keys; from += 1_000) {
      const effects = Array.from({ length: 1_000 }, (_, i) => ({
        kind: "score" as const,
        row: scoreOf(from + i),
      }));
      await db.commit({ ...EMPTY_BATCH, effects });
      await nextTurn();
    }
    say(`${show(keys, "keys")} scored`);
    let after: string | null = null;
    const asked: readonly (readonly [string, (i: number) => Promise<unknown>])[] = [
      ["score of a key", (i) => db.score(TENANT, `account/a${(i * 7_919) % keys}`)],
      ["risks, first page", () => db.risks(TENANT, { limit: 50 })],
      ["risks, one band", () => db.risks(TENANT, { kind: "account", band: "watch", limit: 50 })],
      ["risks, one pattern", () => db.risks(TENANT, { pattern: "P-003", limit: 50 })],
      [
        "risks, page after page",
        async () => {
          const page = await db.risks(TENANT, { limit: 50, ...(after === null ? {} : { after }) });
          after = page.next;
        },
      ],
      [
        "events of an account",
        (i) => db.events(TENANT, { account: `a${(i * 7_919) % ACCOUNTS}`, limit: 50 }),
      ],
    ];
    const figures: Figure[] = [];
    for (const [what, ask] of asked) {
      const runs: number[] = [];
      for (let run = 0; run < 5; run++) runs.push(quantile(await timesOf(ask, 300), 0.99));
      figures.push({ what: `${what}, p99`, unit: "ms", bound: { atMost: 10 }, runs });
    }
    return figures;
  });
}

async function upkeep(world: World, folder: string): Promise<readonly Figure[]> {
  return opened(world, async (db) => {
    const quiet = quantile(await singles(db, world, 2_000), 0.99);
    const added: number[] = [];
    for (let run = 0; run < 3; run++) {
      let running = true;
      const backup = db.backup(join(folder, `backup-${run}.db`)).finally(() => {
        running = false;
      });
      const times: number[] = [];
      while (running) {
        const inputs = [nextInput(world)];
        const begun = performance.now();
        // What a commit waits for its turn counts too.
        await nextTurn();
        await db.commit({ ...EMPTY_BATCH, inputs });
        times.push(performance.now() - begun);
      }
      await backup;
      added.push(Math.max(0, quantile(times, 0.99) - quiet));
    }
    const erased = await timesOf(
      (i) =>
        db.erasePerson(TENANT, `a${i}-0`, START, { pseudonym: `erased-${i}`, withoutThem: (state) => state }),
      5,
    );
    return [
      { what: "backup while committing adds to p99", unit: "ms", bound: { atMost: 5 }, runs: added },
      { what: "erase a person", unit: "ms", bound: { atMost: 5_000 }, runs: erased },
    ];
  });
}

async function timesOf(action: (i: number) => Promise<unknown>, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    await action(i);
    times.push(performance.now() - begun);
  }
  return times;
}

function nextInput(world: World): LogInput {
  const seq = world.next;
  world.next += 1;
  const event = { ...eventAt(seq, STREAM), reception: `reception-${Math.floor(seq / BATCH)}` };
  const unit = `account/${event.account}`;
  return {
    seq,
    tenant: TENANT,
    unit,
    shard: shardOf(TENANT, unit),
    receivedAt: event.receivedAt,
    body: { event },
  };
}

function scoreOf(i: number): ScoreRow {
  const points = i % 5 === 0 ? 31 + ((i * 31) % 70) : i % 31;
  const band: Band = points > 80 ? "critical" : points > 60 ? "alert" : points > 30 ? "watch" : "normal";
  const pattern = `P-00${1 + (i % 4)}`;
  const one = { match: `m${i}`, pattern, family: pattern, alone: points, points, more: 0, lastSeen: START };
  return {
    tenant: TENANT,
    unit: `account/a${i}`,
    key: `account/a${i}`,
    at: START,
    score: points,
    band,
    contributions: points > 0 ? [one] : [],
    why: "12 rate-limit errors",
    history: false,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  console.log(describeMachine(process.cwd()));
  const say = (text: string) => console.log(text);
  const figures = await store.run({ quick: values.quick, folder: process.cwd(), profile: null, say });
  for (const { what, unit, runs } of figures) console.log(`${what}: ${show(quantile(runs, 0.5), unit)}`);
}
