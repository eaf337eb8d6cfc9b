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
}

export interface PageQuery {
  readonly after?: string;
  readonly limit?: number;
}

/** Rows of one tenant and channel kind that are left out, as this way out takes nothing at the moment. */
export interface LaneSkip {
  readonly tenant: string;
  readonly kind: string;
  /** Rows with a `dueBy` up to here are not left out. */
  readonly unlessDueBy?: Millis;
}

export interface KeyQuery extends PageQuery {
  readonly person?: string;
  readonly account?: string;
  readonly since?: Millis;
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
}

export interface Summary {
  readonly at: Millis;
  readonly monitored: number;
  readonly bands: { readonly [band in Band]: number };
  readonly sent24h: number;
  readonly byTiming24h: { readonly [timing: string]: number };
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
