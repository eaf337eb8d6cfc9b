import type { EventData } from "../event.ts";
import type { Millis } from "../time.ts";

/**
 * What a pattern hears: an event, or the firing of another pattern. The order of signals is (time, source, id),
 * never the order in which they arrived.
 */
export interface Signal {
  readonly time: Millis;
  readonly source: string;
  readonly id: string;
  readonly person: string | null;
  readonly data: EventData;
}

/** What a signal is to a pattern: one or more of the roles below, added up. */
export type Roles = number;

/** Counts towards firing, and extends an open match (`of`; of a sequence, `then`). */
export const EVIDENCE = 1;
/** Ends an open match (`recovers`). */
export const RECOVERY = 2;
/** Breaks a row of consecutive failures (`brokenBy`). */
export const BREAK = 4;
/** Arms an absence (`after`). */
export const AFTER = 8;
/** Answers an absence (`missing`). */
export const MISSING = 16;
/** Opens a sequence (`first`). */
export const FIRST = 32;

/** Too old to matter to a match: only counts in baselines. */
export const TOO_LATE = 64;

/** The roles that can change a pattern that has seen nothing yet; the others only end something. */
export const BEGINNING = EVIDENCE | AFTER | FIRST;

export const NO_DATA: EventData = Object.freeze({});
