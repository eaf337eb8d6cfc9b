import type { Timing } from "../pattern.ts";
import { DAY, HOUR, MINUTE, type Millis } from "../time.ts";
import type { Band } from "../unit.ts";

interface Clockwork {
  /** From firing, or from release out of a hold, to the latest moment that still helps. */
  readonly due: Millis;
  /** From a message that did not help to the next step of the ladder. */
  readonly step: Millis;
  /** From the first message to the human step; Infinity for never. */
  readonly human: Millis;
}

const CLOCKWORK: { readonly [timing in Timing]: Clockwork } = {
  immediate: { due: 5 * MINUTE, step: 2 * MINUTE, human: 15 * MINUTE },
  short: { due: HOUR, step: 20 * MINUTE, human: 2 * HOUR },
  medium: { due: 4 * HOUR, step: 4 * HOUR, human: DAY },
  long: { due: DAY, step: DAY, human: Number.POSITIVE_INFINITY },
};

/** A critical match is due within five minutes, whatever its class. */
const CRITICAL_DUE = 5 * MINUTE;

/**
 * The latest moment at which a message still counts as in time.
 * @param from `firedAt`, or the moment of release: time in a hold does not count.
 */
export function dueByOf(timing: Timing, from: Millis, band?: Band): Millis {
  const { due } = CLOCKWORK[timing];
  return from + (band === "critical" ? Math.min(due, CRITICAL_DUE) : due);
}

/** How long to wait after a message before the ladder's next step. */
export function nextStepAfter(timing: Timing): Millis {
  return CLOCKWORK[timing].step;
}

/** How long to wait before a person of ours is asked; Infinity for a class that never does. */
export function humanAfter(timing: Timing): Millis {
  return CLOCKWORK[timing].human;
}
