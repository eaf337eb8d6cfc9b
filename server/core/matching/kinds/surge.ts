import type { When } from "../../pattern.ts";
import { type Millis, ON_TIME } from "../../time.ts";
import { Buckets } from "../buckets.ts";
import { close, endLate, extend, mayFire, open, openAt } from "../opening.ts";
import type { Behaviour, Fold } from "../rule.ts";
import { EVIDENCE, TOO_LATE } from "../signal.ts";
import type { State } from "../state.ts";

type Surge = Extract<When, { readonly kind: "spike" | "drop" }>;

/**
 * Compares a key's bucket with the median of its own past. A spike fires at the event that takes the filling bucket
 * to `minimum` and to `factor` times the usual; a drop at the end of a bucket with at most `factor` times the usual,
 * where the usual is at least `minimum`. Both close at the end of the first bucket that is ordinary again.
 */
export function surge(when: Surge): Behaviour {
  const { kind, bucket, factor, minimum } = when;

  // The usual is a median over hundreds of buckets: it is asked for when all else fits.
  const isSpike = (buckets: Buckets, count: number) => {
    if (count === 0 || count < minimum) return false;
    const usual = buckets.usual(when);
    return usual !== null && count >= factor * usual;
  };
  const isDrop = (buckets: Buckets) => {
    const usual = buckets.usual(when);
    return usual !== null && usual > 0 && usual >= minimum && buckets.total <= factor * usual;
  };

  /** The current bucket is over: what does it say? */
  const judge = (fold: Fold, state: State, buckets: Buckets) => {
    const end = (buckets.current + 1) * bucket;
    if (kind === "spike") {
      if (state.episode !== null && !isSpike(buckets, buckets.total)) close(fold, state, end, "ordinary");
      return;
    }
    const { episode } = state;
    if (!isDrop(buckets)) close(fold, state, end, "ordinary");
    else if (episode !== null) {
      episode.lastSeen = end;
      episode.evidence.append(buckets.evidence);
      fold.touched?.push(episode);
    } else if (mayFire(fold, state, end)) {
      open(fold, state, buckets.current * bucket, end, buckets.evidence.copy());
    }
  };

  /** Completes every bucket that ends before `limit`, or at it when `inclusive`. */
  const roll = (fold: Fold, state: State, limit: Millis, inclusive: boolean) => {
    const buckets = bucketsOf(state);
    if (buckets === null) return;
    const newest = inclusive ? Math.floor(limit / bucket) : Math.ceil(limit / bucket) - 1;
    while (buckets.current < newest) {
      const nothingToSay = state.episode === null && buckets.past.length === 0 && buckets.total === 0;
      if (nothingToSay) return buckets.begin(newest);
      judge(fold, state, buckets);
      // With nothing open, only a drop has something to say about buckets in which nothing happened.
      if (kind === "spike" && state.episode === null) buckets.completeUpTo(newest, when);
      else buckets.complete(when);
    }
  };

  return {
    take(fold, state, signal, roles) {
      if ((roles & EVIDENCE) === 0) return;
      const number = Math.floor(signal.time / bucket);
      const buckets = bucketsOf(state) ?? new Buckets(number, number);
      state.extra = buckets;
      buckets.total++;
      buckets.evidence.addSignal(signal);
      if (kind === "drop") return;
      const { evidence } = buckets;
      if (!isSpike(buckets, evidence.count)) return;
      if (state.episode !== null) extend(fold, state.episode, signal);
      else if (mayFire(fold, state, signal.time)) {
        open(fold, state, evidence.firstAt, signal.time, evidence.copy());
      }
    },
    advance: roll,
    takeLate(fold, state, signal, roles, settled) {
      endLate(fold, state, signal, roles);
      if ((roles & EVIDENCE) === 0) return;
      const number = Math.floor(signal.time / bucket);
      const buckets = bucketsOf(state) ?? new Buckets(number, Math.floor(settled / bucket));
      state.extra = buckets;
      if (number < buckets.current) buckets.addPast(number);
      else {
        buckets.total++;
        buckets.evidence.addSignal(signal);
      }
      const mayExtend = kind === "spike" && (roles & TOO_LATE) === 0;
      const episode = mayExtend ? openAt(state, signal.time) : null;
      if (episode !== null) extend(fold, episode, signal);
    },
    due(_, state) {
      const buckets = bucketsOf(state);
      const end = buckets === null ? Number.POSITIVE_INFINITY : (buckets.current + 1) * bucket;
      if (state.episode !== null) return end;
      const hasPast = buckets !== null && (buckets.past.length > 0 || buckets.total > 0);
      return kind === "drop" && hasPast ? end : Number.POSITIVE_INFINITY;
    },
    reset(state) {
      const buckets = bucketsOf(state);
      if (kind === "spike" && buckets !== null) buckets.evidence.clear();
    },
    isSpent(state) {
      const buckets = bucketsOf(state);
      if (state.episode !== null) return false;
      return buckets === null || (buckets.past.length === 0 && buckets.total === 0);
    },
    isSilent(_, { base, pending, due }, { time }) {
      if (base !== null && base.episode !== null) return false;
      const buckets = base === null ? null : bucketsOf(base);
      // All that is not in the base may be of this one bucket, and is at most so much.
      if (kind === "spike") return (buckets?.total ?? 0) + pending + 1 < minimum;
      // Only the end of a bucket makes a drop: nothing is new when that of this one is waited for already.
      const number = Math.floor(time / bucket);
      return buckets?.current === number && due === (number + 1) * bucket + ON_TIME;
    },
  };
}

function bucketsOf({ extra }: State): Buckets | null {
  return extra instanceof Buckets ? extra : null;
}
