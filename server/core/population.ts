import type { Millis } from "./time.ts";

/** A match as the tenant-wide reducer sees it. */
export interface Sighting {
  readonly match: string;
  readonly pattern: string;
  readonly family: string;
  readonly component: string | null;
  readonly account: string | null;
  readonly person: string | null;
  readonly at: Millis;
}

/**
 * What is counted over all units of a tenant: matches of the last minutes (for incidents), how many are usual at
 * which hour of the week, and the buckets of the journey signals.
 */
export interface Population {
  /** Of the last ten minutes, oldest first. */
  recent: Sighting[];
  /** Hour of the week (0 = Monday 00:00 UTC) -> counts of its ten-minute windows, newest last, at most 48. */
  usual: Map<number, number[]>;
  /**
   * Start of the ten-minute window being counted, its count, and those of the windows of the same hour before it: what
   * is happening now is not yet usual.
   */
  window: { start: Millis; count: number; passed: number[] };
  /** `pattern` or `pattern;field=value` -> buckets of a journey signal. */
  journeys: Map<string, JourneySeries>;
  /** Below a quarter of the threshold since then, per running incident. */
  calmSince: Map<string, Millis>;
  /** Per running incident: whom it affects, and how many of them have been told the newest word about it. */
  affected: Map<string, Affected>;
  /** Kind of channel -> its open alert, while the connection does not work. */
  broken: Map<string, string>;
}

export interface Affected {
  /** Units, in the order in which their first match came. */
  units: Set<string>;
  /** So many of them, from the first on; the others follow a few at a time. */
  told: number;
}

export interface JourneySeries {
  /** Start of the bucket being counted. */
  start: Millis;
  count: number;
  /** Complete buckets, newest last. */
  past: number[];
  /** While it is out of the ordinary: start of the bucket with which that began. */
  open: Millis | null;
}

export function newPopulation(): Population {
  return {
    recent: [],
    usual: new Map(),
    window: { start: 0, count: 0, passed: [] },
    journeys: new Map(),
    calmSince: new Map(),
    affected: new Map(),
    broken: new Map(),
  };
}
