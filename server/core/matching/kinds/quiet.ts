import type { Millis } from "../../time.ts";
import { closeQuiet, endOrExtendLate } from "../opening.ts";
import type { Behaviour, Rule } from "../rule.ts";
import type { State } from "../state.ts";

/** What all kinds share whose matches go quiet: each adds what it makes of a signal. */
export const QUIET: Omit<Behaviour, "take"> = {
  advance: closeQuiet,
  takeLate: endOrExtendLate,
  due: quietEnd,
  reset: () => {},
  isSpent: (state) => state.episode === null && state.times.length === 0,
  isSilent: () => false,
};

function quietEnd({ pattern }: Rule, { episode }: State): Millis {
  return episode === null ? Number.POSITIVE_INFINITY : episode.lastSeen + pattern.quiet;
}
