import type { Pattern, When } from "../../pattern.ts";
import type { Millis } from "../../time.ts";
import { Evidence } from "../evidence.ts";
import type { Facts } from "../facts.ts";
import { reader } from "../keying.ts";
import { close, endOrExtendLate, extend, mayFire, open } from "../opening.ts";
import type { Behaviour, Fold, Heard, Rule } from "../rule.ts";
import { BREAK, EVIDENCE, type Signal } from "../signal.ts";
import type { State } from "../state.ts";
import { QUIET } from "./quiet.ts";

type KindOf<Kind> = Extract<When, { readonly kind: Kind }>;

/** How many signals it takes; segments may have numbers of their own. */
export interface Threshold {
  readonly least: number;
  readonly most: number;
  at(facts: Facts | null, time: Millis): number;
}

export function thresholdOf(count: number, { segments }: Pattern): Threshold {
  const bySegment = new Map(Object.entries(segments).map(([segment, { count }]) => [segment, count]));
  const all = [count, ...bySegment.values()];
  return {
    least: Math.min(...all),
    most: Math.max(...all),
    at(facts, time) {
      if (facts === null || bySegment.size === 0) return count;
      const ownOf = (name: string | null) => (name === null ? undefined : bySegment.get(name));
      return ownOf(facts.segments.at(time)) ?? ownOf(facts.plans.at(time)) ?? count;
    },
  };
}

/** Fires at the n-th event when the first of the last n is at most `within` before it. */
export function counting(when: KindOf<"count">, threshold: Threshold): Behaviour {
  const { within } = when;
  return {
    ...QUIET,
    take(fold, state, signal, roles) {
      if ((roles & EVIDENCE) === 0) return;
      if (state.episode !== null) return extend(fold, state.episode, signal);
      state.times.push(signal.time);
      state.refs.push(signal.id, signal.person);
      fire(fold, state, signal, threshold, within, 2);
      keepNewest(state, threshold.most - 1, signal.time - within, 2);
    },
    isSpent: (state, settled) => isStale(state, settled - within),
    isSilent,
  };
}

/** The same for distinct values of a field: of each value the newest event stands for all. */
export function distinct(when: KindOf<"distinct">, threshold: Threshold): Behaviour {
  const { within } = when;
  const readField = reader(when.distinct);
  const read = (signal: Signal) => readField(null, signal);
  return {
    ...QUIET,
    take(fold, state, signal, roles) {
      const value = (roles & EVIDENCE) === 0 ? undefined : read(signal);
      if (value === undefined) return;
      if (state.episode !== null) return extend(fold, state.episode, signal);
      forget(state, value);
      state.times.push(signal.time);
      state.refs.push(signal.id, signal.person, value);
      fire(fold, state, signal, threshold, within, 3);
      // One more than is missing: the next event may repeat one of these values.
      keepNewest(state, threshold.most, signal.time - within, 3);
    },
    takeLate(fold, state, signal, roles) {
      const counts = read(signal) !== undefined;
      endOrExtendLate(fold, state, signal, counts ? roles : roles & ~EVIDENCE);
    },
    isSpent: (state, settled) => isStale(state, settled - within),
    isSilent,
  };
}

/** Fires at the n-th event with nothing in between that breaks the row. */
export function consecutive(threshold: Threshold): Behaviour {
  return {
    ...QUIET,
    take(fold, state, signal, roles) {
      if ((roles & BREAK) !== 0) {
        close(fold, state, signal.time, "broken");
        forgetAll(state);
      }
      if ((roles & EVIDENCE) === 0) return;
      if (state.episode !== null) return extend(fold, state.episode, signal);
      state.times.push(signal.time);
      state.refs.push(signal.id, signal.person);
      fire(fold, state, signal, threshold, Number.POSITIVE_INFINITY, 2);
      keepNewest(state, threshold.most - 1, Number.NEGATIVE_INFINITY, 2);
    },
    isSilent,
  };
}

/** Too few signals to fire, even with those that are gathered already. */
function isSilent({ least }: Rule, { base, pending }: Heard): boolean {
  if (base === null) return pending + 1 < least;
  return base.episode === null && base.times.length + pending + 1 < least;
}

/** Opens a match on the last n gathered signals, when they lie close enough together. */
function fire(
  fold: Fold,
  state: State,
  newest: Signal,
  threshold: Threshold,
  within: Millis,
  width: 2 | 3,
): void {
  const { times, refs } = state;
  const first = times.length - threshold.at(fold.facts, newest.time);
  const firstAt = times[first];
  if (firstAt === undefined || newest.time - firstAt > within) return;
  if (!mayFire(fold, state, newest.time)) return;
  const evidence = new Evidence();
  for (let i = first; i < times.length; i++) {
    evidence.add(times[i] ?? 0, refs[i * width] ?? "", refs[i * width + 1] ?? null, newest.data);
  }
  open(fold, state, firstAt, newest.time, evidence);
}

/** Forgets what can no longer be among the last n. */
function keepNewest(state: State, most: number, oldest: Millis, width: 2 | 3): void {
  const { times, refs } = state;
  let stale = Math.max(0, times.length - most);
  while (stale < times.length && (times[stale] ?? 0) < oldest) stale++;
  if (stale === 0) return;
  times.splice(0, stale);
  refs.splice(0, stale * width);
}

function forget({ times, refs }: State, value: string): void {
  for (let i = 0; i < times.length; i++) {
    if (refs[i * 3 + 2] !== value) continue;
    times.splice(i, 1);
    refs.splice(i * 3, 3);
    return;
  }
}

function forgetAll(state: State): void {
  state.times.length = 0;
  state.refs.length = 0;
}

function isStale({ episode, times }: State, oldest: Millis): boolean {
  return episode === null && (times[times.length - 1] ?? Number.NEGATIVE_INFINITY) < oldest;
}
