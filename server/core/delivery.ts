import type { EventData } from "./event.ts";
import type { Channel } from "./pattern.ts";
import type { Millis } from "./time.ts";

/**
 * The life of a delivery: a row of the outbox, which only inputs of its unit change.
 *
 * - `queued` waits for its moment (`notBefore`) and for somebody to claim it. Unless it tells of an incident, it has a
 *   place under the person's cap from here on. A claim asks all guards once more: it becomes `sending`, waits on (with
 *   `released`), is `suppressed`, or `failed` when its time is over after an attempt. A receipt about an earlier attempt
 *   makes it `sent`.
 * - `sending` was claimed, with a lease and a `fence` that is one higher than before. Only a report with this fence counts.
 *   `sent`, `failed` and `in_doubt` follow from it, or `queued` again where it is certain that nothing went out. When
 *   the lease runs out without a report it is `in_doubt`: a crash never queues it again by itself.
 * - `in_doubt` may have gone out. The provider's list or a receipt makes it `sent`, proof that it never left makes it
 *   `queued`, and after 24 h without a word it is `unknown`.
 * - `unknown` was given up: it keeps its place under the cap and is never tried again. A receipt that comes all the same
 *   makes it `sent`.
 * - `sent` has the provider's word, or was handed to the page that asked for it. Receipts fill in `deliveredAt`, `seenAt`
 *   and `clickedAt`, each once; a bounce that comes later makes it `failed`.
 * - `failed` is final: its place under the cap is free again, and the ladder steps on at once.
 * - `suppressed` was taken back before it left, for the reason in `detail`; final, and counts against nothing.
 * - `dry_run` is what would have been sent, had its account been live or its match not been simulated; final.
 */
export type DeliveryStatus =
  | "queued"
  | "sending"
  | "sent"
  | "failed"
  | "in_doubt"
  | "unknown"
  | "suppressed"
  | "dry_run";

/** One message on one channel to one person. Text is rendered at sending; the row holds references only. */
export interface Delivery {
  readonly id: string;
  readonly tenant: string;
  readonly unit: string;
  readonly decision: string;
  readonly match: string;
  readonly pattern: string;
  readonly family: string;
  readonly account: string | null;
  /** Null on human steps without a person, and on anonymous prompts. */
  readonly person: string | null;
  /** The anonymous session a lockout prompt may be shown to. */
  readonly session: string | null;
  readonly channel: Channel;
  readonly step: number;
  readonly template: string;
  readonly templateVersion: string;
  /** Values the template may use: fields of the evidence, never contact data. */
  readonly values: EventData;
  readonly createdAt: Millis;
  readonly notBefore: Millis;
  readonly dueBy: Millis;
  /** Points of the match alone when it was decided; who waits longest for most goes first. */
  readonly priority: number;
  /** Came out of a hold: released ones are spread over up to 30 minutes when there are many. */
  readonly released: boolean;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** Plain reason of a failure, suppression or doubt. */
  readonly detail: string | null;
  readonly providerId: string | null;
  readonly claimedAt: Millis | null;
  readonly leaseUntil: Millis | null;
  /** Grows with each claim; a result that carries an older one is ignored. */
  readonly fence: number;
  readonly sentAt: Millis | null;
  readonly deliveredAt: Millis | null;
  /** in-app shown, email opened or clicked, SMS delivered. */
  readonly seenAt: Millis | null;
  readonly clickedAt: Millis | null;
  /** True when the channel is in preview: rendered and kept, nothing left the house. */
  readonly preview: boolean;
  /** Set when somebody sent it by hand: who, and why. */
  readonly manual: { readonly actor: string; readonly reason: string } | null;
  /**
   * The incident that it tells of. Such a message is for many and belongs to no match: it takes no place under the cap
   * and ends with the incident.
   */
  readonly notice?: string;
  readonly simulated: boolean;
}

export type AlertState = "open" | "acknowledged" | "snoozed" | "resolved";

/** What ops sees: one problem, its owner, its first action. */
export interface Alert {
  readonly id: string;
  readonly tenant: string;
  readonly unit: string | null;
  readonly match: string | null;
  readonly pattern: string | null;
  readonly incident: string | null;
  readonly account: string | null;
  readonly person: string | null;
  /** `human.csm`, `human.l2`, ... for a ladder step; `critical`, `review`, `incident`, `delivery`, `journey` otherwise. */
  readonly kind: string;
  readonly title: string;
  readonly why: string;
  readonly firstAction: string;
  readonly playbook: string;
  readonly owner: string;
  readonly score: number;
  readonly createdAt: Millis;
  readonly dueBy: Millis;
  readonly state: AlertState;
  readonly assignee: string | null;
  readonly snoozedUntil: Millis | null;
  /** Grows with every change: the value of `If-Match`. */
  readonly revision: number;
  readonly simulated: boolean;
}

export type OutcomeKind =
  | "false_alarm"
  | "excluded"
  | "not_prevented"
  | "handoff"
  | "prevented"
  | "unknown"
  | "self_resolved"
  | "no_ticket";

/** What became of a match; corrected by late tickets for 7 days. */
export interface Outcome {
  readonly match: string;
  readonly tenant: string;
  readonly pattern: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly kind: OutcomeKind;
  readonly decidedAt: Millis;
  readonly delivered: boolean;
  /** holdout, dry run, or stopped before sending: what correlation and labels may come from. */
  readonly unassisted: boolean;
  readonly ticket: string | null;
  readonly ticketAt: Millis | null;
  readonly simulated: boolean;
}
