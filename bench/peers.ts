/** The same eight rules over the same stream by other means: a rule engine, a Rete network, a query per event. */
import Database from "better-sqlite3";
import { Engine } from "json-rules-engine";
import nools from "nools";
import type { Event } from "../server/core/event.ts";
import { compileLibrary } from "../server/core/matching/compile.ts";
import type { Cells } from "../server/core/matching/contract.ts";
import { newCells, observe } from "../server/core/matching/matcher.ts";
import type { Pattern } from "../server/core/pattern.ts";
import { type Bench, type Figure, median } from "./kit/figures.ts";
import { eightPatterns, eventAt, streamOf } from "./kit/world.ts";

const STREAM = streamOf(10_000);
const WINDOW = 15 * 60_000;

/** Matching alone, events per second. Peers are given the windows ready-made where they keep none. */
export const peers: Bench = {
  name: "peers",
  about: "matching alone, beside json-rules-engine, nools and COUNT(*) per event",
  async run({ quick, say }): Promise<readonly Figure[]> {
    const rounds = quick ? 2 : 5;
    const rates = {
      own: [] as number[],
      rules: [] as number[],
      nools: [] as number[],
      count: [] as number[],
    };
    for (let round = 0; round < rounds; round++) {
      rates.own.push(own(round, 200_000));
      rates.rules.push(await jsonRules(round, 2_000));
      rates.nools.push(await rete(round, 1_000));
      rates.count.push(countPerEvent(round, 20_000));
      const shown = Object.entries(rates).map(([name, runs]) => `${name} ${Math.round(runs.at(-1) ?? 0)}/s`);
      say(`round ${round + 1}: ${shown.join(", ")}`);
    }
    const ratio = (peer: readonly number[]) => [median(rates.own) / median(peer)];
    return [
      { what: "matching alone", unit: "events/s", bound: null, runs: rates.own },
      { what: "json-rules-engine, which keeps no windows", unit: "events/s", bound: null, runs: rates.rules },
      { what: "nools", unit: "events/s", bound: null, runs: rates.nools },
      { what: "COUNT(*) per event, SQLite in memory", unit: "events/s", bound: null, runs: rates.count },
      { what: "times json-rules-engine", unit: "x", bound: { atLeast: 50 }, runs: ratio(rates.rules) },
      { what: "times nools", unit: "x", bound: { atLeast: 500 }, runs: ratio(rates.nools) },
      { what: "times COUNT(*)", unit: "x", bound: { atLeast: 50 }, runs: ratio(rates.count) },
    ];
  },
};

const eventsOf = (round: number, count: number): Event[] =>
  Array.from({ length: count }, (_, i) => eventAt(round * count + i, STREAM));

function own(round: number, count: number): number {
  const library = compileLibrary(eightPatterns(), "bench");
  const cells = new Map<string, Cells>();
  const warm = eventsOf(round, count);
  const take = (event: Event) => {
    const unit = `account/${event.account}`;
    let own = cells.get(unit);
    if (own === undefined) {
      own = newCells();
      cells.set(unit, own);
    }
    observe(own, library, unit, event, () => {});
  };
  for (const event of warm.slice(0, count / 2)) take(event);
  const rest = warm.slice(count / 2);
  return rate(rest.length, () => {
    for (const event of rest) take(event);
  });
}

/** Every rule asks for the event's type and whether the count it was handed has been reached. */
async function jsonRules(round: number, count: number): Promise<number> {
  const engine = new Engine([], { allowUndefinedFacts: true });
  for (const pattern of eightPatterns()) {
    engine.addRule({
      conditions: {
        all: [
          { fact: "type", operator: "in", value: [...typesOf(pattern)] },
          { fact: "seen", operator: "greaterThanInclusive", value: countOf(pattern) },
        ],
      },
      event: { type: pattern.id },
    });
  }
  const events = eventsOf(round, count);
  const start = performance.now();
  for (const event of events) await engine.run({ type: event.type, account: event.account, seen: 1 });
  return count / ((performance.now() - start) / 1_000);
}

interface Fact {
  readonly type: string;
}

/** Events as facts in working memory, eight rules over them; the memory is emptied every hundred events. */
async function rete(round: number, count: number): Promise<number> {
  const patterns = eightPatterns();
  const name = `bench-${round}`;
  const flow = nools.flow(name, (made: NoolsFlow) => {
    for (const pattern of patterns) {
      const types = typesOf(pattern).map((type) => `e.type == '${type}'`);
      made.rule(pattern.id, [[Happened, "e", types.join(" || ")]], () => {});
    }
  });
  const events = eventsOf(round, count);
  const start = performance.now();
  for (let at = 0; at < events.length; at += 100) {
    const session = flow.getSession();
    for (const { type } of events.slice(at, at + 100)) {
      session.assert(new Happened({ type }));
      await session.match();
    }
    session.dispose();
  }
  nools.deleteFlow(name);
  return count / ((performance.now() - start) / 1_000);
}

class Happened {
  readonly type: string;
  constructor({ type }: Fact) {
    this.type = type;
  }
}

/** Writes the event and asks the table how many there were, once per rule that listens to it. */
function countPerEvent(round: number, count: number): number {
  const database = new Database(":memory:");
  database.exec(
    "CREATE TABLE e (account TEXT, type TEXT, time INTEGER); CREATE INDEX i ON e (account, type, time)",
  );
  const insert = database.prepare("INSERT INTO e VALUES (?, ?, ?)");
  const ask = database.prepare("SELECT COUNT(*) AS n FROM e WHERE account = ? AND type = ? AND time >= ?");
  const patterns = eightPatterns();
  const events = eventsOf(round, count);
  const perSecond = rate(count, () => {
    for (const { account, type, time } of events) {
      insert.run(account, type, time);
      for (const pattern of patterns)
        if (typesOf(pattern).includes(type)) ask.get(account, type, time - WINDOW);
    }
  });
  database.close();
  return perSecond;
}

function rate(count: number, work: () => void): number {
  const start = performance.now();
  work();
  return count / ((performance.now() - start) / 1_000);
}

function typesOf({ when }: Pattern): readonly string[] {
  return "of" in when ? when.of : [];
}

function countOf({ when }: Pattern): number {
  return "count" in when ? when.count : 1;
}

interface NoolsFlow {
  rule(name: string, constraints: unknown, action: () => void): void;
}
