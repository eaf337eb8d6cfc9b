/**
 * Matching alone, against what one would otherwise take: a rule engine in JavaScript (json-rules-engine), one that
 * keeps facts (nools), and a `COUNT(*)` per event in SQLite. Eight patterns that count within a window, the same
 * events, the same process. Neither engine has windows, so they are handed counts that are kept for them; SQLite works
 * in memory, with an index for each question.
 */
import { createRequire } from "node:module";
import Database from "better-sqlite3";
import { Engine } from "json-rules-engine";
import type { Event } from "../server/core/event.ts";
import { compileLibrary } from "../server/core/matching/compile.ts";
import type { Cells } from "../server/core/matching/contract.ts";
import { newCells, observe } from "../server/core/matching/matcher.ts";
import type { Pattern, When } from "../server/core/pattern.ts";
import { holds } from "../server/core/where.ts";
import type { Bench, Figure, Options } from "./kit/figures.ts";
import { median } from "./kit/figures.ts";
import { eightPatterns, eventAt, type Stream, streamOf } from "./kit/world.ts";

interface Scale {
  readonly stream: Stream;
  /** Events before the measured ones: the windows are as full as they get. */
  readonly past: number;
}

/** Few enough customers for the processor's own memory, and as many as in the other parts. */
const SCALES: readonly Scale[] = [
  { stream: streamOf(2_000), past: 40_000 },
  { stream: streamOf(100_000), past: 500_000 },
];

/** Events are made in advance, and not so many that keeping them is work: what each contender takes is measured. */
const CHUNK = 4_000;

type Counting = Pattern & { readonly when: Extract<When, { readonly kind: "count" }> };

interface Contender {
  readonly name: string;
  /** Measured events of one run. */
  readonly events: number;
  /** Our rate has to be so many times theirs. */
  readonly atLeast: number | null;
  make(patterns: readonly Counting[]): Matching;
}

interface Matching {
  /** Takes in an event that is not measured. */
  prepare(event: Event): void;
  /** Answers the keys whose pattern holds, as `P-001 account/a1`. */
  match(event: Event): readonly string[] | Promise<readonly string[]>;
}

export const peers: Bench = {
  name: "peers",
  about: "matching alone, against json-rules-engine, nools and COUNT(*) on the same work",
  async run({ quick, say }: Options): Promise<readonly Figure[]> {
    const figures: Figure[] = [];
    for (const scale of quick ? SCALES.slice(0, 1) : SCALES)
      figures.push(...(await compare(scale, quick ? 3 : 5, say)));
    return figures;
  },
};

async function compare(scale: Scale, runs: number, say: Options["say"]): Promise<readonly Figure[]> {
  const patterns = eightPatterns() as readonly Counting[];
  const rates = new Map<string, number[]>();
  for (let run = 0; run < runs; run++) {
    for (const contender of CONTENDERS) {
      const known = rates.get(contender.name) ?? [];
      known.push(await rateOf(contender, patterns, scale));
      rates.set(contender.name, known);
    }
    const shown = [...rates].map(
      ([name, all]) => `${name} ${Math.round(all.at(-1) ?? 0).toLocaleString("en")}`,
    );
    say(`run ${run + 1}, events/s: ${shown.join(", ")}`);
  }
  const ours = median(rates.get(OURS) ?? []);
  const where = `${scale.stream.accounts.toLocaleString("en")} accounts`;
  return CONTENDERS.map(({ name, atLeast }): Figure => {
    const own = rates.get(name) ?? [];
    if (atLeast === null)
      return { what: `matching alone, 8 patterns, ${where}`, unit: "events/s", bound: null, runs: own };
    const times = own.map((rate) => ours / rate);
    const note = `${name}: ${Math.round(median(own)).toLocaleString("en")} events/s`;
    return {
      what: `matching alone, against ${name}, ${where}`,
      unit: "times",
      bound: { atLeast },
      runs: times,
      note,
    };
  });
}

async function rateOf(contender: Contender, patterns: readonly Counting[], scale: Scale): Promise<number> {
  const { stream, past } = scale;
  const matching = contender.make(patterns);
  for (let n = 0; n < past; n++) matching.prepare(eventAt(n, stream));
  const found = new Set<string>();
  let spent = 0;
  for (let first = past; first < past + contender.events; first += CHUNK) {
    const events = Array.from({ length: CHUNK }, (_, i) => eventAt(first + i, stream));
    const begun = performance.now();
    for (const event of events) {
      const matched = matching.match(event);
      for (const key of matched instanceof Promise ? await matched : matched) found.add(key);
    }
    spent += performance.now() - begun;
  }
  checkWork(contender.name, found, expected(patterns, contender.events, scale));
  return contender.events / (spent / 1_000);
}

function checkWork(name: string, found: ReadonlySet<string>, wanted: ReadonlySet<string>): void {
  const missing = [...wanted].filter((key) => !found.has(key));
  if (missing.length > 0 || found.size !== wanted.size) {
    throw new Error(
      `${name} found ${found.size} keys of ${wanted.size}, ${missing[0]} is missing: not the same work`,
    );
  }
}

/** What a plain count says. */
function expected(
  patterns: readonly Counting[],
  events: number,
  { stream, past }: Scale,
): ReadonlySet<string> {
  const counts = new Counts(patterns);
  for (let n = 0; n < past; n++) counts.take(eventAt(n, stream));
  const found = new Set<string>();
  for (let n = past; n < past + events; n++) {
    for (const { pattern, key, count } of counts.take(eventAt(n, stream))) {
      if (count >= pattern.when.count) found.add(`${pattern.id} ${key}`);
    }
  }
  return found;
}

// ---- ours

const OURS = "Forestall";

function makeOurs(patterns: readonly Counting[]): Matching {
  const library = compileLibrary(patterns, "bench");
  const units = new Map<string, Cells>();
  let found: string[] = [];
  const take = (event: Event) => {
    const account = event.account ?? "";
    let cells = units.get(account);
    if (cells === undefined) {
      cells = newCells();
      units.set(account, cells);
    }
    observe(cells, library, `account/${account}`, event, (change) => {
      if (change.kind !== "retracted" && change.match.state === "open") {
        found.push(`${change.match.pattern.id} ${change.match.key}`);
      }
    });
  };
  return {
    prepare: take,
    match(event) {
      found = [];
      take(event);
      return found;
    },
  };
}

// ---- counts, for engines that have no windows

interface Counted {
  readonly pattern: Counting;
  readonly key: string;
  readonly count: number;
}

function keyOf({ per }: Counting, { account, person }: Event): string {
  return per[0] === "person" ? `person/${person}` : `account/${account}`;
}

function isEvidence({ when }: Counting, { type, data }: Event): boolean {
  if (when.of?.includes(type) !== true) return false;
  return Object.entries(when.where ?? {}).every(([field, condition]) => holds(condition, data[field]));
}

class Counts {
  readonly #patterns: readonly Counting[];
  readonly #times = new Map<string, number[]>();

  constructor(patterns: readonly Counting[]) {
    this.#patterns = patterns;
  }

  take(event: Event): readonly Counted[] {
    const counted: Counted[] = [];
    for (const pattern of this.#patterns) {
      if (!isEvidence(pattern, event)) continue;
      const key = keyOf(pattern, event);
      const name = `${pattern.id} ${key}`;
      const times = this.#times.get(name) ?? [];
      times.push(event.time);
      while ((times[0] ?? 0) < event.time - pattern.when.within) times.shift();
      this.#times.set(name, times);
      counted.push({ pattern, key, count: times.length });
    }
    return counted;
  }
}

// ---- json-rules-engine

function makeRulesEngine(patterns: readonly Counting[]): Matching {
  const counts = new Counts(patterns);
  const engine = new Engine([], { allowUndefinedFacts: true });
  for (const { id, when } of patterns) {
    engine.addRule({
      conditions: { all: [{ fact: id, operator: "greaterThanInclusive", value: when.count }] },
      event: { type: id },
    });
  }
  return {
    prepare: (event) => void counts.take(event),
    async match(event) {
      const counted = counts.take(event);
      const facts = Object.fromEntries(counted.map(({ pattern, count }) => [pattern.id, count]));
      const { events } = await engine.run(facts);
      return events.map(({ type }) => `${type} ${counted.find(({ pattern }) => pattern.id === type)?.key}`);
    },
  };
}

// ---- nools

interface Nools {
  flow(name: string, define: (flow: NoolsFlow) => void): NoolsFlow;
  deleteFlow(name: string): void;
}
interface NoolsFlow {
  rule(name: string, pattern: readonly unknown[], action: (facts: { count: Fact }) => void): void;
  getSession(...facts: readonly Fact[]): { match(): Promise<void>; dispose(): void };
}

class Fact {
  readonly pattern: string;
  readonly key: string;
  readonly count: number;
  constructor(pattern: string, key: string, count: number) {
    this.pattern = pattern;
    this.key = key;
    this.count = count;
  }
}

function makeNools(patterns: readonly Counting[]): Matching {
  const nools = createRequire(import.meta.url)("nools") as Nools;
  const counts = new Counts(patterns);
  let found: string[] = [];
  nools.deleteFlow("bench");
  const flow = nools.flow("bench", (it) => {
    for (const { id, when } of patterns) {
      const condition = `count.pattern == '${id}' && count.count >= ${when.count}`;
      it.rule(id, [Fact, "count", condition], ({ count }) => {
        found.push(`${id} ${count.key}`);
      });
    }
  });
  return {
    prepare: (event) => void counts.take(event),
    async match(event) {
      found = [];
      const facts = counts.take(event).map(({ pattern, key, count }) => new Fact(pattern.id, key, count));
      const session = flow.getSession(...facts);
      await session.match();
      session.dispose();
      return found;
    },
  };
}

// ---- COUNT(*)

/** Asks every question at every event, as a job that runs its rules does; or only those the event is evidence for. */
function makeCounting(patterns: readonly Counting[], asks: "all" | "concerned"): Matching {
  const db = new Database(":memory:");
  db.exec(`CREATE TABLE events (account TEXT, person TEXT, type TEXT, status INTEGER, time INTEGER);
           CREATE INDEX by_account ON events (account, type, time);
           CREATE INDEX by_person ON events (person, type, time);`);
  const insert = db.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?)");
  const questions = patterns.map((pattern) => {
    const types = (pattern.when.of ?? []).map((type) => `'${type}'`).join();
    const { status } = (pattern.when.where ?? {}) as { status?: number | { not?: number } };
    const filter =
      status === undefined
        ? ""
        : typeof status === "number"
          ? `AND status = ${status}`
          : `AND status <> ${status.not}`;
    const sql = `SELECT COUNT(*) AS count FROM events
      WHERE ${pattern.per[0]} = ? AND type IN (${types}) AND time >= ? ${filter}`;
    return { pattern, count: db.prepare<[string | null, number], { count: number }>(sql) };
  });
  const take = ({ account, person, type, data, time }: Event) =>
    insert.run(account, person, type, typeof data.status === "number" ? data.status : null, time);
  return {
    prepare: (event) => void take(event),
    match(event) {
      take(event);
      const found: string[] = [];
      for (const { pattern, count } of questions) {
        const concerned = isEvidence(pattern, event);
        if (asks === "concerned" && !concerned) continue;
        const who = pattern.per[0] === "person" ? event.person : event.account;
        const counted = count.get(who, event.time - pattern.when.within)?.count ?? 0;
        if (concerned && counted >= pattern.when.count) found.push(`${pattern.id} ${keyOf(pattern, event)}`);
      }
      return found;
    },
  };
}

const CONTENDERS: readonly Contender[] = [
  { name: OURS, events: 400_000, atLeast: null, make: makeOurs },
  { name: "json-rules-engine", events: 20_000, atLeast: 50, make: makeRulesEngine },
  { name: "nools", events: 4_000, atLeast: 500, make: makeNools },
  {
    name: "COUNT(*) of each pattern per event",
    events: 20_000,
    atLeast: 50,
    make: (patterns) => makeCounting(patterns, "all"),
  },
  {
    name: "COUNT(*) of the concerned patterns",
    events: 40_000,
    atLeast: 50,
    make: (patterns) => makeCounting(patterns, "concerned"),
  },
];
