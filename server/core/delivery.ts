import type { EventData } from "./event.ts";
import type { Channel } from "./pattern.ts";
import type { Millis } from "./time.ts";

/**
 * The life of a delivery.
 *
 * `queued` waits for its moment (`notBefore`). `sending` was claimed: guards judged, cap reserved, a lease with a
 * fencing token; from here on a crash leaves it in doubt, never queued. `sent` has the provider's word. `failed` is
 * final. `in_doubt` went out without a clear answer: settled by asking the provider or by its webhook, given up as
 * `unknown` after 24 h. `suppressed` was stopped by a guard before it left. `dry_run` ends a delivery that a tenant
 * in dry run would have sent.
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
