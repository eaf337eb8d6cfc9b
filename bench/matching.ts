/**
 * Measures the matcher alone: events per second on one core, time per event, and memory per active account, with
 * eight count-like rules over 100,000 accounts. Run it with `npx node bench/matching.ts`.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Event } from "../server/core/event.ts";
import { compileLibrary } from "../server/core/matching/compile.ts";
import type { Cells } from "../server/core/matching/contract.ts";
import { newCells, observe } from "../server/core/matching/matcher.ts";
import { eightPatterns, eventAt } from "./kit/world.ts";

export interface MatchingFigures {
  /** Per second of processor time, which other programs on the machine disturb less; the middle of all rounds. */
  readonly eventsPerSecond: number;
  readonly rounds: readonly number[];
  /** How many plain look-ups with a write take as long as one event: nearly the same on a busy machine. */
  readonly lookUps: number;
  /** Nanoseconds per event by the clock on the wall, its own cost taken off. */
  readonly p50: number;
  readonly p99: number;
  readonly bytesPerAccount: number;
  /** Changes of matches per event. */
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
  eventsPerRound: 200_000,
};

export function measureMatching(load: MatchingLoad = DEFAULT_LOAD): MatchingFigures {
  const units = Array.from({ length: load.accounts }, (_, i) => `account/a${i}`);
  const plain = new Map(units.map((unit) => [unit, { seen: 0, times: [0.5, 0.5, 0.5, 0.5] }]));
  const makeEvents = generator(load);
  const library = compileLibrary(eightPatterns(), "bench");
  const emptyHeap = heapUsed();
  const cellsOf = new Map<string, Cells>(units.map((unit) => [unit, newCells()]));
  let changes = 0;
  const emit = () => {
    changes++;
  };
  const match = ({ unit, event }: Routed): void => {
    const cells = cellsOf.get(unit);
    if (cells !== undefined) observe(cells, library, unit, event, emit);
  };
  const lookUp = ({ unit, event }: Routed): void => {
    const found = plain.get(unit);
    if (found !== undefined) found.times[found.seen++ & 3] = event.time;
  };
  const round = (): { rate: number; lookUps: number } => {
    const batch = makeEvents(load.eventsPerRound);
    collectGarbage();
    const spent = processorTime(() => batch.forEach(match));
    return {
      rate: Math.round((batch.length / spent) * 1e6),
      lookUps: spent / processorTime(() => batch.forEach(lookUp)),
    };
  };

  for (let done = 0; done < load.warmUp; done += load.eventsPerRound)
    makeEvents(load.eventsPerRound).forEach(match);
  changes = 0;
  const rounds = Array.from({ length: load.rounds }, round);
  const share = changes / (load.rounds * load.eventsPerRound);
  const bytesPerAccount = Math.round((heapUsed() - emptyHeap) / load.accounts);
  return {
    eventsPerSecond: middleOf(rounds.map(({ rate }) => rate)),
    rounds: rounds.map(({ rate }) => rate),
    lookUps: middleOf(rounds.map(({ lookUps }) => lookUps)),
    ...percentiles(makeEvents(load.eventsPerRound), match),
    bytesPerAccount,
    changes: share,
  };
}

/** Microseconds of user and system time, garbage collection included. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
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

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

// ---- the load

interface Routed {
  readonly unit: string;
  readonly event: Event;
}

/** The events of the other benches; each with data of its own, as if it came over the wire. */
function generator({ accounts, rate }: MatchingLoad): (count: number) => Routed[] {
  const stream = { accounts, every: 1_000 / rate };
  let next = 0;
  return (count) =>
    Array.from({ length: count }, () => {
      const event = eventAt(next++, stream);
      return { unit: `account/${event.account}`, event: { ...event, data: { ...event.data } } };
    });
}

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
    const { eventsPerSecond, lookUps, p50, p99, bytesPerAccount, changes } = figures;
    console.log(`${rate} events/s over ${DEFAULT_LOAD.accounts} accounts on the simulated clock:`);
    console.log(`  ${(eventsPerSecond / 1e6).toFixed(2)} M events per second of processor time`);
    console.log(`  one event takes as long as ${lookUps.toFixed(1)} look-ups with a write`);
    console.log(`  p50 ${p50} ns, p99 ${p99} ns per event; ${(changes * 100).toFixed(1)} % change a match`);
    console.log(`  ${bytesPerAccount} bytes per active account`);
  }
}
