import type { When } from "../../pattern.ts";
import type { Millis } from "../../time.ts";
import { Evidence } from "../evidence.ts";
import { close, endLate, extend, mayFire, open, openAt } from "../opening.ts";
import type { Behaviour, Fold } from "../rule.ts";
import { AFTER, MISSING } from "../signal.ts";
import { type Moment, momentOf, type State } from "../state.ts";

type Absence = Extract<When, { readonly kind: "absence" }>;

/**
 * Fires when `after` stayed unanswered for `for`; firing time is when the answer was due at the latest.
 *
 * Idle: `after` arms. Armed: `missing` disarms; at the due time it fires, once; further `after`s change nothing.
 * Open: a further `after` is new evidence; `missing` closes. An event that is both answers first, then arms.
 */
export function absence(when: Absence): Behaviour {
  const length = when.for;
  return {
    take(fold, state, signal, roles) {
      if ((roles & MISSING) !== 0) {
        close(fold, state, signal.time, "answered");
        state.extra = null;
      }
      if ((roles & AFTER) === 0) return;
      if (state.episode !== null) extend(fold, state.episode, signal);
      else if (state.extra === null) state.extra = momentOf(signal);
    },
    advance(fold, state, limit, inclusive) {
      const after = armedBy(state);
      if (after === null) return;
      const due = after.time + length;
      if (due > limit || (due === limit && !inclusive)) return;
      state.extra = null;
      if (!mayFire(fold, state, due)) return;
      const evidence = new Evidence();
      evidence.add(after.time, after.id, after.person, after.data);
      open(fold, state, after.time, due, evidence);
    },
    takeLate(fold, state, signal, roles, settled) {
      endLate(fold, state, signal, roles);
      const answered = (roles & MISSING) !== 0 && answerLate(fold, state, signal.time);
      if ((roles & AFTER) === 0) return;
      const episode = openAt(state, signal.time);
      if (episode !== null) extend(fold, episode, signal);
      else if (answered && signal.time + length > settled) state.extra = momentOf(signal);
    },
    due: (_, state) => (armedBy(state)?.time ?? Number.POSITIVE_INFINITY) + length,
    reset: () => {},
    isSpent: (state) => state.episode === null && state.extra === null,
    // An answer to nothing.
    isSilent: (_, { base, pending, due }, __, roles) =>
      (roles & AFTER) === 0 &&
      pending === 0 &&
      due === Number.POSITIVE_INFINITY &&
      (base === null || (base.episode === null && base.extra === null)),
  };
}

function armedBy({ extra }: State): Moment | null {
  return extra !== null && typeof extra === "object" && "id" in extra ? extra : null;
}

/** A late answer closes the match it answers, or keeps it from firing. */
function answerLate(fold: Fold, state: State, time: Millis): boolean {
  const episode = openAt(state, time);
  if (episode !== null) {
    if (time < episode.lastSeen) return false;
    close(fold, state, time, "answered");
    return true;
  }
  const after = armedBy(state);
  if (after === null || after.time > time) return false;
  state.extra = null;
  return true;
}
