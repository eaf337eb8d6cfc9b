import type { ClaimFacts } from "../control.ts";
import type { Effect } from "../effect.ts";
import type { TenantState } from "../tenant.ts";
import type { Millis } from "../time.ts";
import type { Timer, TimerKind, Tracked, Unit } from "../unit.ts";

/** Ids are hashes of what they name, so that the same log gives the same ids. */
export type HashId = (...parts: readonly (string | number)[]) => string;

/**
 * `real`: deliveries are queued and reported on. `delivered`: as a backtest assumes: made at once, not seen.
 */
export type Assumption = "real" | "delivered";

/** One input (or timer) being assessed: what it may read, what it changes, what it leads to. */
export interface Turn {
  readonly unit: Unit;
  readonly tenant: TenantState;
  /** The moment of judging: `receivedAt` of the input, or the due time of the timer. */
  readonly now: Millis;
  readonly hash: HashId;
  readonly assume: Assumption;
  /** The input is part of a backfill; decisions are marked and nothing leaves. */
  readonly simulated: boolean;
  readonly effects: Effect[];
  /** Tracked matches whose judgement has to wait until the scores are up to date. */
  readonly toJudge: ToJudge;
  /** Set when a score of this unit may have changed. */
  scoresTouched: boolean;
}

const NOTHING: ReadonlySet<string> = new Set();

/** A set of match ids that is made when the first is put in: nearly every event leaves it empty. */
export class ToJudge {
  #ids: Set<string> | null = null;

  get size(): number {
    return this.#ids === null ? 0 : this.#ids.size;
  }

  add(id: string): void {
    this.#ids ??= new Set();
    this.#ids.add(id);
  }

  clear(): void {
    this.#ids = null;
  }

  [Symbol.iterator](): SetIterator<string> {
    return (this.#ids ?? NOTHING).values();
  }
}

export function schedule(turn: Turn, kind: TimerKind, ref: string, due: Millis): void {
  unschedule(turn.unit, kind, ref);
  if (due === Number.POSITIVE_INFINITY) return;
  const timer: Timer = { due, kind, ref };
  const { timers } = turn.unit;
  let at = timers.length;
  while (at > 0 && comesBefore(timer, timers[at - 1])) at -= 1;
  timers.splice(at, 0, timer);
}

export function unschedule(unit: Unit, kind: TimerKind, ref: string): void {
  const at = unit.timers.findIndex((timer) => timer.kind === kind && timer.ref === ref);
  if (at >= 0) unit.timers.splice(at, 1);
}

/** Timers that ring for a match. */
const OF_MATCH: readonly TimerKind[] = ["judge", "step", "human", "review", "outcome", "settle", "quiet"];

/** Nothing is due about the match any more, here. */
export function unscheduleMatch(unit: Unit, match: string): void {
  for (const kind of OF_MATCH) unschedule(unit, kind, match);
}

export function isScheduled(unit: Unit, kind: TimerKind, ref: string): boolean {
  return unit.timers.some((timer) => timer.kind === kind && timer.ref === ref);
}

function comesBefore(a: Timer, b: Timer | undefined): boolean {
  if (b === undefined || a.due !== b.due) return b === undefined || a.due < b.due;
  return a.kind === b.kind ? a.ref < b.ref : a.kind < b.kind;
}

export function emitMatch(turn: Turn, tracked: Tracked): void {
  turn.effects.push({ kind: "match", row: tracked.match });
}

/**
 * The log's own time never goes back; the clock may, when somebody sets it right. What leaves now leaves at the time
 * that the clock says: nobody's night may be taken for the morning it was by a wrong clock.
 */
export function wallClock({ now }: Turn, facts: ClaimFacts | null): Millis {
  return Math.min(now, facts?.at ?? now);
}
