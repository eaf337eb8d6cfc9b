/* What is kept, row by row. */

import type { IsoTime, JudgementName } from "./base.ts";
import type { OpenMatchBody } from "./risk.ts";

export interface DecisionBody {
  readonly id: string;
  readonly match: string;
  readonly pattern: string;
  readonly key: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly step: number;
  readonly at: IsoTime;
  readonly kind: JudgementName;
  readonly reason: string;
  readonly until: IsoTime | null;
  readonly channel: string | null;
  readonly dueBy: IsoTime | null;
  readonly score: number;
  readonly delivery: string | null;
  /** Holdout only: what would have been done. */
  readonly wouldHave: {
    readonly kind: JudgementName;
    readonly reason: string;
    readonly channel: string | null;
  } | null;
  readonly simulated: boolean;
}

export interface DeliveryBody {
  readonly id: string;
  readonly decision: string;
  readonly match: string;
  readonly pattern: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly channel: string;
  readonly step: number;
  readonly template: string;
  readonly templateVersion: string;
  readonly status: string;
  readonly detail: string | null;
  readonly attempts: number;
  readonly createdAt: IsoTime;
  readonly notBefore: IsoTime;
  readonly dueBy: IsoTime;
  readonly sentAt: IsoTime | null;
  readonly deliveredAt: IsoTime | null;
  readonly seenAt: IsoTime | null;
  readonly clickedAt: IsoTime | null;
  readonly providerId: string | null;
  readonly preview: boolean;
  readonly manual: { readonly actor: string; readonly reason: string } | null;
  /** Set on the notice of an incident, which goes to everybody and belongs to no match. */
  readonly incident: string | null;
  readonly simulated: boolean;
}

/** With the exact message, for those who may read it: `copy` is null before it was rendered, or after erasure. */
export interface DeliveryDetailBody extends DeliveryBody {
  readonly copy: { readonly at: IsoTime; readonly rendered: unknown } | null;
}

export interface MatchBody {
  readonly id: string;
  readonly pattern: string;
  readonly name: string;
  readonly version: string;
  readonly family: string;
  readonly key: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly state: "open" | "closed" | "retracted";
  readonly firstAt: IsoTime;
  readonly firedAt: IsoTime;
  readonly noticedAt: IsoTime;
  readonly lastSeen: IsoTime;
  readonly closedAt: IsoTime | null;
  readonly closedBy: string | null;
  readonly events: number;
  readonly data: { readonly [name: string]: unknown };
  readonly why: string;
  readonly experimental: boolean;
  readonly incident: string | null;
  readonly simulated: boolean;
}

export interface MatchDetailBody extends MatchBody {
  /** Why its score share is 0, if it is: recovery, false_alarm, not_mine. */
  readonly silenced: "recovery" | "false_alarm" | "not_mine" | null;
  readonly help: OpenMatchBody["help"];
  readonly firstAction: string;
  readonly playbook: string;
  readonly typicalTicket: string;
  /** The value of `If-Match` for a verdict or review. */
  readonly revision: string;
}

export interface AlertBody {
  readonly id: string;
  readonly match: string | null;
  readonly pattern: string | null;
  readonly incident: string | null;
  readonly account: string | null;
  readonly person: string | null;
  readonly kind: string;
  readonly title: string;
  readonly why: string;
  readonly firstAction: string;
  readonly playbook: string;
  readonly owner: string;
  readonly score: number;
  readonly createdAt: IsoTime;
  readonly dueBy: IsoTime;
  readonly state: "open" | "acked" | "snoozed" | "resolved";
  readonly assignee: string | null;
  readonly snoozedUntil: IsoTime | null;
  readonly revision: number;
  readonly simulated: boolean;
}

export interface IncidentBody {
  readonly id: string;
  readonly scope: {
    readonly kind: "all" | "pattern" | "component" | "account";
    readonly name: string | null;
  };
  readonly startedAt: IsoTime;
  readonly endedAt: IsoTime | null;
  readonly startedBy: string;
  readonly endedBy: string | null;
  readonly matches: number;
  readonly accounts: number;
  readonly threshold: number;
  readonly broadcast: "waiting" | "approved" | "automatic" | "declined";
  readonly revision: string;
  readonly simulated: boolean;
}

export interface OutcomeBody {
  readonly match: string;
  readonly pattern: string;
  readonly kind: string;
  readonly decidedAt: IsoTime;
  readonly delivered: boolean;
  readonly unassisted: boolean;
  readonly ticket: string | null;
  readonly ticketAt: IsoTime | null;
}

export interface AuditBody {
  readonly id: string;
  readonly at: IsoTime;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly reason: string;
  readonly detail: { readonly [name: string]: unknown };
  readonly undoable: boolean;
  readonly undone: boolean;
}
