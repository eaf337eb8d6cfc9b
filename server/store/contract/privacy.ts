/* What a person may ask for, and what goes by itself when it is old. */

import type { Millis } from "../../core/time.ts";
import type { UnitSnapshot } from "./log.ts";

/** What an erasure leaves of a person. */
export interface LeftOfPerson {
  readonly pseudonym: string;
  /** The state of a unit without the person. Pure. @returns null where no state is to be kept */
  withoutThem(snapshot: UnitSnapshot): UnitSnapshot | null;
}

export interface Privacy {
  /** Everything about a person, readable. */
  exportPerson(tenant: string, person: string): Promise<{ readonly [table: string]: readonly unknown[] }>;
  /**
   * Everything about a tenant, readable, table by table; secrets and token hashes are not part of it. What is
   * committed meanwhile may or may not be in it.
   */
  exportTenant(tenant: string): AsyncIterable<{ readonly table: string; readonly row: unknown }>;
  /** Remembers that this person is being erased, until `endErasure`. On disk when it resolves. */
  beginErasure(tenant: string, person: string, pseudonym: string): Promise<void>;
  /** Begun and not brought to their end, as the process was killed: to be done again. Passes over what it cannot read. */
  unfinishedErasures(): Promise<readonly { tenant: string; person: string; pseudonym: string }[]>;
  /** It was brought to its end. @throws StoreUnavailable */
  endErasure(tenant: string, person: string): Promise<void>;
  /**
   * Deletes the person's rows and key, rewrites what mentions them, leaves keyed hashes of their names; when it
   * resolves, no file of the store has what was overwritten. What stays for counting carries `pseudonym` (the one of
   * the erase record in the log) in place of the person. The snapshots of units that may name them are replaced in the
   * same transaction: they may be all that is left of what others in the unit said. Interrupted, it is done again from
   * the beginning. Answers how many rows it changed.
   * @throws StoreUnavailable
   */
  erasePerson(
    tenant: string,
    person: string,
    at: Millis,
    left: LeftOfPerson,
  ): Promise<{ readonly rows: number }>;
  /**
   * Events older than 90 days become daily aggregates, as far as the checkpoint goes; receptions and dead letters of
   * that age go, identities of events older than 7 days, features older than 13 months. Answers how many of each went.
   * Commits go on meanwhile. @throws StoreUnavailable
   */
  retain(now: Millis): Promise<{ events: number; identities: number; features: number }>;
}
