/* What is asked, and what comes back. */

import type { Decision } from "../../core/decision.ts";
import type { Delivery, Outcome } from "../../core/delivery.ts";
import type { FeedbackRow, ScoreRow } from "../../core/effect.ts";
import type { Event } from "../../core/event.ts";
import type { Match } from "../../core/match.ts";
import type { Millis } from "../../core/time.ts";
import type { Band } from "../../core/unit.ts";
import type { Reception } from "./batch.ts";

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Opaque; pass back as `after`. */
  readonly next: string | null;
  /** How many rows of this page are left out, as they cannot be read; absent where there are none. */
  readonly unreadable?: number;
}

export interface PageQuery {
  readonly after?: string;
  readonly limit?: number;
}

export interface KeyQuery extends PageQuery {
  readonly person?: string;
  readonly account?: string;
  readonly since?: Millis;
}

export interface RiskQuery extends PageQuery {
  readonly band?: Band;
  readonly kind?: "account" | "person";
  readonly segment?: string;
  readonly owner?: string;
  /** Keys to whose score this pattern contributes. */
  readonly pattern?: string;
  /** Part of the account's name, or the beginning of the key's id; case does not matter in names. */
  readonly name?: string;
}

export interface RiskRow {
  readonly key: string;
  readonly unit: string;
  readonly score: number;
  readonly band: Band;
  readonly at: Millis;
  readonly why: string;
  readonly name: string | null;
  readonly segment: string | null;
  readonly owner: string | null;
}

/** From a decision or delivery back to the webhook behind it. */
export interface Trace {
  readonly delivery: Delivery | null;
  readonly decisions: readonly Decision[];
  readonly match: Match | null;
  readonly scores: readonly ScoreRow[];
  readonly events: readonly {
    readonly event: Event;
    readonly reception: Reception | null;
    readonly seq: number;
  }[];
  readonly outcome: Outcome | null;
  readonly feedback: readonly FeedbackRow[];
  /** How many records of all these are left out, as they cannot be read; absent where there are none. */
  readonly unreadable?: number;
}

export interface Summary {
  readonly at: Millis;
  readonly monitored: number;
  readonly bands: { readonly [band in Band]: number };
  readonly sent24h: number;
  /** Of what was sent; under "" what no pattern chose: by hand, or to many. */
  readonly byPattern24h: { readonly [pattern: string]: number };
  readonly byChannel24h: { readonly [channel: string]: number };
  readonly byReason24h: { readonly [reason: string]: number };
  readonly patterns30d: readonly {
    pattern: string;
    fired: number;
    notPrevented: number;
    prevented: number;
  }[];
  readonly outcomes30d: { readonly [kind: string]: number };
  readonly optedOut: number;
  readonly csat: { readonly n: number; readonly mean: number | null };
}

export interface DailyRow {
  /** `2026-03-02`, in UTC. */
  readonly day: string;
  readonly unit: string;
  readonly person: string | null;
  readonly type: string;
  readonly count: number;
}

/** A record that cannot be read: nothing of what stands in it. */
export interface UnreadableRecord {
  /** `row 7 of deliveries` */
  readonly where: string;
  /** What is wrong with it, and what to do. */
  readonly message: string;
}
