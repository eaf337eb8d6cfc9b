/**
 * Measures the matcher alone: events per second on one core, time per event, and memory per active account, with
 * eight count-like rules over 100,000 accounts. Run it with `npx node bench/matching.ts`.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Event, EventData } from "../server/core/event.ts";
import { compileLibrary } from "../server/core/matching/compile.ts";
import type { Cells } from "../server/core/matching/contract.ts";
import { newCells, observe } from "../server/core/matching/matcher.ts";
import type { KeyPart, Pattern, Selector, When } from "../server/core/pattern.ts";
import { HOUR, MINUTE, type Millis, SECOND } from "../server/core/time.ts";

export interface MatchingFigures {
  /** Of several rounds, the middle one. */
  readonly eventsPerSecond: number;
  readonly rounds: readonly number[];
  /** Nanoseconds per event, the clock's own cost taken off. */
  readonly p50: number;
  readonly p99: number;
  readonly bytesPerAccount: number;
  /** The share of events that opened, extended or closed a match. */
  readonly changes: number;
}

export interface MatchingLoad {
  readonly accounts: number;
  /** Events per second of the simulated clock, over all accounts. */
  readonly rate: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly eventsPerRound: number;
}

export const DEFAULT_LOAD: MatchingLoad = {
  accounts: 100_000,
  rate: 1_000,
  warmUp: 1_000_000,
  rounds: 7,
  eventsPerRound: 300_000,
};

export function measureMatching(load: MatchingLoad = DEFAULT_LOAD): MatchingFigures {
  const units = Array.from({ length: load.accounts }, (_, i) => `account/acct-${i}`);
  const makeEvents = generator(load);
  const library = compileLibrary(rules(), "bench");
  const emptyHeap = heapUsed();
  const cellsOf = new Map<string, Cells>(units.map((unit) => [unit, newCells()]));
  let changes = 0;
  const emit = () => {
    changes++;
  };
  const run = (batch: readonly Routed[]): number => {
    const start = process.hrtime.bigint();
    for (const { unit, event } of batch) {
      const cells = cellsOf.get(unit);
      if (cells !== undefined) observe(cells, library, unit, event, emit);
    }
    return Number(process.hrtime.bigint() - start);
  };

  for (let done = 0; done < load.warmUp; done += load.eventsPerRound)
    run(makeEvents(load.eventsPerRound, units));
  changes = 0;
  const rounds: number[] = [];
  for (let i = 0; i < load.rounds; i++) {
    const batch = makeEvents(load.eventsPerRound, units);
    collectGarbage();
    rounds.push(Math.round((batch.length / run(batch)) * 1e9));
  }
  const share = changes / (load.rounds * load.eventsPerRound);
  const bytesPerAccount = Math.round((heapUsed() - emptyHeap) / load.accounts);

  const { p50, p99 } = percentiles(makeEvents(load.eventsPerRound, units), (one) => {
    const cells = cellsOf.get(one.unit);
    if (cells !== undefined) observe(cells, library, one.unit, one.event, emit);
  });
  const middle = rounds.toSorted((a, b) => a - b)[rounds.length >> 1] ?? 0;
  return { eventsPerSecond: middle, rounds, p50, p99, bytesPerAccount, changes: share };
}

function percentiles(batch: readonly Routed[], take: (one: Routed) => void): { p50: number; p99: number } {
  const clock = middleOf(batch.map(() => timed(() => {})));
  const times = batch.map((one) => timed(() => take(one))).sort((a, b) => a - b);
  const at = (share: number) => Math.max(0, (times[Math.floor(times.length * share)] ?? 0) - clock);
  return { p50: at(0.5), p99: at(0.99) };
}

function timed(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start);
}

function middleOf(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

// ---- the load

interface Routed {
  readonly unit: string;
  readonly event: Event;
}

/** Events of five types in random order over random accounts; every one has an id and data of its own. */
function generator({ accounts, rate }: MatchingLoad): (count: number, units: readonly string[]) => Routed[] {
  const random = xorshift(20260302);
  const names = Array.from({ length: accounts }, (_, i) => `acct-${i}`);
  const persons = Array.from({ length: accounts * 3 }, (_, i) => `person-${i}`);
  const start = Date.UTC(2026, 2, 2, 10);
  let serial = 0;
  return (count, units) =>
    Array.from({ length: count }, () => {
      const number = random() % accounts;
      const person = persons[number * 3 + (random() % 3)] ?? null;
      const time = start + Math.floor((serial * 1000) / rate);
      const { type, data } = whatHappens(random());
      const id = `evt-${(serial++).toString(36)}-${random().toString(36)}`;
      const event: Event = {
        tenant: "bench",
        source: "api-gateway",
        id,
        type,
        time,
        receivedAt: time + 20,
        account: names[number] ?? null,
        person,
        data,
      };
      return { unit: units[number] ?? "", event };
    });
}

function whatHappens(dice: number): { type: string; data: EventData } {
  switch (dice % 6) {
    case 0:
      return { type: "api.request_failed", data: { status: 429, endpoint: "/v1/export" } };
    case 1:
      return { type: "api.request_failed", data: { status: 500, endpoint: "/v1/export" } };
    case 2:
      return { type: "auth.login_failed", data: { reason: "password" } };
    case 3:
      return { type: "webhook.delivery_failed", data: { endpoint: `/hooks/${dice % 2}`, status: 500 } };
    case 4:
      return { type: "webhook.delivery_succeeded", data: { endpoint: `/hooks/${dice % 2}`, status: 200 } };
    default:
      return { type: "config.save_failed", data: { area: "sso", errorCode: "E_CONFLICT" } };
  }
}

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 1;
  };
}

function rules(): Pattern[] {
  const failed = (where: Selector["where"] = {}): Selector => ({ of: ["api.request_failed"], where });
  const login: Selector = { of: ["auth.login_failed"], where: {} };
  const count = (count: number, of: Selector, within: Millis): When => ({
    kind: "count",
    count,
    ...of,
    within,
  });
  return [
    rule("R-1", count(5, failed({ status: 429 }), 15 * MINUTE), ["account"]),
    rule("R-2", count(12, failed({ status: { not: 429 } }), HOUR), ["account"]),
    rule("R-3", count(20, failed(), HOUR), ["account"]),
    rule("R-4", count(3, login, 10 * MINUTE), ["person"]),
    rule("R-5", count(3, login, 30 * SECOND), ["person"]),
    rule("R-6", count(10, login, 30 * MINUTE), ["account"]),
    rule(
      "R-7",
      {
        kind: "consecutive",
        count: 3,
        of: ["webhook.delivery_failed"],
        where: {},
        brokenBy: { of: ["webhook.delivery_succeeded"], where: {} },
      },
      ["account", "endpoint"],
    ),
    rule("R-8", count(3, { of: ["config.save_failed"], where: {} }, 30 * MINUTE), ["person"]),
  ];
}

function rule(id: string, when: When, per: readonly KeyPart[]): Pattern {
  return {
    ...(BLANK as Pattern),
    id,
    when,
    per,
    quiet: when.kind === "count" ? when.within : 24 * HOUR,
  };
}

const BLANK: Partial<Pattern> = { version: "1", segments: {}, refractory: 0, status: "active" };

// ---- memory

function heapUsed(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

let collect: (() => void) | undefined;

function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}

if (import.meta.main) {
  for (const rate of [1_000, 100]) {
    const figures = measureMatching({ ...DEFAULT_LOAD, rate });
    const { eventsPerSecond, p50, p99, bytesPerAccount, changes } = figures;
    console.log(`${rate} events/s over ${DEFAULT_LOAD.accounts} accounts on the simulated clock:`);
    console.log(`  ${(eventsPerSecond / 1e6).toFixed(2)} M events/s on one core`);
    console.log(`  p50 ${p50} ns, p99 ${p99} ns per event; ${(changes * 100).toFixed(1)} % change a match`);
    console.log(`  ${bytesPerAccount} bytes per active account`);
  }
}
