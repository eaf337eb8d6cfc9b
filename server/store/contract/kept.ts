/* What is kept besides the log and what follows from it. */

import type { Millis } from "../../core/time.ts";

export interface UnitSnapshot {
  readonly tenant: string;
  readonly unit: string;
  readonly shard: number;
  /** Position of the last input it contains. */
  readonly seq: number;
  readonly engine: string;
  readonly library: string;
  /** Earliest timer, so that a unit can sleep on disk until then; null for none. */
  readonly nextDue: Millis | null;
  readonly state: Uint8Array;
}

/** The copy of what was sent, encrypted with the person's key. */
export interface SentCopy {
  readonly tenant: string;
  readonly delivery: string;
  readonly person: string | null;
  readonly at: Millis;
  readonly rendered: unknown; // the Rendered of messages/render.ts, JSON-able
  /** SHA-256, hex, of the short name of the person's page in it. Only written: a copy is read without. */
  readonly shortLink?: string;
}

export interface FeatureRow {
  readonly id: string; // match id, or `sample:<key hash>:<day>`
  readonly tenant: string;
  /** Keyed hash of the score key; not reversible without the secret. */
  readonly pseudonym: string;
  readonly at: Millis;
  readonly kind: "match" | "sample";
  readonly pattern: string | null;
  readonly segment: string | null;
  readonly features: { readonly [name: string]: number | null };
  /** A ticket within 24 h: 1, 0, or null while it is open. */
  readonly label: 0 | 1 | null;
}
