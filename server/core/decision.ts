import type { Channel } from "./pattern.ts";
import type { Millis } from "./time.ts";

/** Why the policy said what it said: the guard table, in its order. */
export const REASONS = [
  "switched_off",
  "retracted",
  "resolved",
  "below",
  "opted_out",
  "no_consent",
  "unreachable",
  "not_ready",
  "muted",
  "snoozed",
  "paused",
  "duplicate",
  "incident",
  "cooldown",
  "holdout",
  "review",
  "cap",
  "gap",
  "quiet",
  "stale",
] as const;
export type GuardReason = (typeof REASONS)[number];
/** Outcomes of a judgement that are not a guard of the table. */
export type Reason =
  | GuardReason
  | "alert_only"
  | "log_only"
  | "nobody"
  | "review_expired"
  | "review_rejected"
  | "taken_back"
  | "ladder_end"
  | "backfill"
  | "manual"
  | "none";

export type JudgementKind = "send" | "hold" | "stop";

/** What the guards answered for one match and ladder step at one moment. */
export interface Judgement {
  readonly kind: JudgementKind;
  readonly reason: Reason;
  /** A hold is judged again then. Always set on a hold. */
  readonly until: Millis | null;
  readonly channel: Channel | null;
  readonly person: string | null;
  /** Holdout only: what would have been done, with the guards after it judged too. */
  readonly wouldHave?: {
    readonly kind: JudgementKind;
    readonly reason: Reason;
    readonly channel: Channel | null;
  };
}

/** One row of the decision log: a judgement, remembered. */
export interface Decision extends Judgement {
  readonly id: string;
  readonly tenant: string;
  readonly match: string;
  readonly pattern: string;
  readonly key: string;
  readonly account: string | null;
  readonly step: number;
  readonly at: Millis;
  readonly dueBy: Millis | null;
  /** The key's score at that moment. */
  readonly score: number;
  readonly delivery: string | null;
  readonly simulated: boolean;
}
