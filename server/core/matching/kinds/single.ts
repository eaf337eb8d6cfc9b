import type { When } from "../../pattern.ts";
import type { Millis } from "../../time.ts";
import { Evidence } from "../evidence.ts";
import type { Facts } from "../facts.ts";
import { shareOf } from "../listening.ts";
import { close, endOrExtendLate, extend, mayFire, open, openAt } from "../opening.ts";
import type { Behaviour, Fold } from "../rule.ts";
import { EVIDENCE, FIRST, type Signal } from "../signal.ts";
import { momentOf, type State } from "../state.ts";
import { QUIET } from "./quiet.ts";

type KindOf<Kind> = Extract<When, { readonly kind: Kind }>;

/** Fires at the event: `once`, and `score` (whose bounds were already asked of the event's data). */
export function single(when: KindOf<"once"> | KindOf<"score">): Behaviour {
  const { sinceSignup, unless } = when.kind === "once" ? when : {};
  const fits = (facts: Facts | null, time: Millis) => {
    if (unless === "onboarded" && (facts?.onboardedAt ?? Number.POSITIVE_INFINITY) <= time) return false;
    if (sinceSignup === undefined) return true;
    const signedUpAt = facts?.signedUpAt ?? null;
    return signedUpAt !== null && signedUpAt <= time && time - signedUpAt <= sinceSignup;
  };
  return {
    ...QUIET,
    take(fold, state, signal, roles) {
      if ((roles & EVIDENCE) !== 0 && fits(fold.facts, signal.time)) extendOrFire(fold, state, signal);
    },
    takeLate(fold, state, signal, roles) {
      const counts = fits(fold.facts, signal.time);
      endOrExtendLate(fold, state, signal, counts ? roles : roles & ~EVIDENCE);
    },
  };
}

function extendOrFire(fold: Fold, state: State, signal: Signal): void {
  if (state.episode !== null) return extend(fold, state.episode, signal);
  if (!mayFire(fold, state, signal.time)) return;
  const evidence = new Evidence();
  evidence.addSignal(signal);
  open(fold, state, signal.time, signal.time, evidence);
}

/** Fires at B, with the latest A at most `within` before it. A match's own A, and older ones, are not used again. */
export function sequence(when: KindOf<"sequence">): Behaviour {
  const { within } = when;
  const firstOf = ({ extra }: State, time: Millis) => {
    if (extra === null || typeof extra !== "object" || !("id" in extra)) return null;
    return extra.time <= time && time - extra.time <= within ? extra : null;
  };
  return {
    ...QUIET,
    take(fold, state, signal, roles) {
      const opener = (roles & EVIDENCE) === 0 ? null : firstOf(state, signal.time);
      if (opener !== null) {
        if (state.episode !== null) extend(fold, state.episode, signal);
        else if (mayFire(fold, state, signal.time)) {
          const evidence = new Evidence();
          evidence.add(opener.time, opener.id, opener.person, opener.data);
          evidence.addSignal(signal);
          open(fold, state, opener.time, signal.time, evidence);
        }
      }
      if ((roles & FIRST) !== 0) state.extra = momentOf(signal);
    },
    takeLate(fold, state, signal, roles) {
      const follows = firstOf(state, signal.time) !== null;
      endOrExtendLate(fold, state, signal, follows ? roles : roles & ~EVIDENCE);
    },
    reset(state) {
      state.extra = null;
    },
    isSpent: ({ episode, extra }, settled) => {
      if (episode !== null || extra === null) return episode === null;
      return typeof extra === "object" && "id" in extra && settled - extra.time > within;
    },
  };
}

/** Fires when used/limit reaches `at`, rising or first seen; closes below `clear`. */
export function level(when: KindOf<"level">): Behaviour {
  const share = ({ data }: Signal) => shareOf(data, when.value, when.limit) ?? Number.NaN;
  return {
    ...QUIET,
    advance: () => {},
    due: () => Number.POSITIVE_INFINITY,
    take(fold, state, signal, roles) {
      if ((roles & EVIDENCE) === 0) return;
      const now = share(signal);
      const isHigh = now >= when.at;
      if (isHigh && state.episode !== null) extend(fold, state.episode, signal);
      else if (isHigh && state.extra !== true) extendOrFire(fold, state, signal);
      else if (now < when.clear) close(fold, state, signal.time, "cleared");
      state.extra = isHigh;
    },
    takeLate(fold, state, signal, roles) {
      const now = (roles & EVIDENCE) === 0 ? Number.NaN : share(signal);
      endOrExtendLate(fold, state, signal, now >= when.at ? roles : roles & ~EVIDENCE);
      const episode = openAt(state, signal.time);
      if (episode !== null && now < when.clear && signal.time >= episode.lastSeen) {
        close(fold, state, signal.time, "cleared");
      }
    },
    isSpent: (state) => state.episode === null && state.extra !== true,
  };
}
