/* Everything an agent needs beside a ticket. */

import type { BandName, IsoTime } from "./base.ts";
import type { MessageTextBody, SentMessageBody } from "./messages.ts";
import type { AlertBody, IncidentBody } from "./records.ts";
import type { RiskBody } from "./risk.ts";

export interface RequesterBody {
  readonly person: {
    readonly id: string;
    readonly locale: string | null;
    readonly roles: readonly string[];
  } | null;
  readonly account: {
    readonly id: string;
    readonly name: string | null;
    readonly plan: string | null;
    readonly segment: string | null;
    readonly owner: string | null;
  } | null;
  /** How they were found; `domain` names the account alone. */
  readonly matchedBy: "externalId" | "zendeskId" | "email" | "domain" | null;
  readonly personRisk: RiskBody | null;
  readonly accountRisk: RiskBody | null;
  /** The higher of the two, and whose it is. */
  readonly headline: string;
  readonly context: ContextBody;
}

/** What an agent needs beside the score, to act in two seconds. For a requester nobody knows, all of it is empty. */
export interface ContextBody {
  /** Whether the ticket that was asked about had been seen coming. Null also when no ticket was named. */
  readonly prediction: PredictionBody | null;
  /** The newest message to the person (else to somebody of the account), and how it ended. */
  readonly lastMessage: SentMessageBody | null;
  /** Open tickets of the person and of colleagues, newest first, without the one asked about. At most 20. */
  readonly openTickets: readonly OpenTicketBody[];
  /** Colleagues of the same account who are in trouble too, worst first. At most 10. */
  readonly colleagues: readonly ColleagueBody[];
  readonly moreColleagues: number;
  /** Why nothing would be sent to this person now, and until when; null when something could be. */
  readonly quiet: QuietBody | null;
  /** Running incidents that concern this person or account. */
  readonly incidents: readonly IncidentBody[];
  readonly next: NextStepBody | null;
  /** Plain text to insert into the ticket's editor; never sent by itself. */
  readonly draft: string | null;
  /** Messages that wait for somebody's approval. */
  readonly reviews: readonly ReviewBody[];
  /** Open alerts about the person or account: what "hand to the owner" assigns. */
  readonly alerts: readonly AlertBody[];
  /** Recorded sessions, newest first. At most 5. */
  readonly replays: readonly { readonly at: IsoTime; readonly url: string }[];
}

export interface PredictionBody {
  readonly ticket: string;
  readonly match: string;
  readonly pattern: string;
  readonly name: string;
  readonly why: string;
  readonly firedAt: IsoTime;
  /** When the ticket was opened, as far as is known. */
  readonly ticketAt: IsoTime;
  /** From the match to the ticket, in milliseconds. */
  readonly leadMs: number;
  /** `recorded`: the ticket was taken as this match's. `likely`: it came while the match counted. */
  readonly certainty: "recorded" | "likely";
  readonly message: SentMessageBody | null;
}

export interface OpenTicketBody {
  readonly ticket: string;
  readonly person: string;
  /** Of the person asked about, not of a colleague. */
  readonly own: boolean;
  readonly issue: string | null;
  readonly openedAt: IsoTime;
}

export interface ColleagueBody {
  readonly person: string;
  /** As the contact table has it. */
  readonly name: string | null;
  readonly score: number;
  readonly band: BandName;
  readonly why: string;
}

export interface QuietBody {
  readonly reason: string;
  readonly kind: "hold" | "stop";
  readonly until: IsoTime | null;
  readonly detail: string;
  /** The ticket behind a cooldown. */
  readonly ticket: string | null;
}

export interface NextStepBody {
  readonly match: string;
  readonly pattern: string;
  readonly firstAction: string;
  readonly playbook: string;
  /** The role that owns the pattern. */
  readonly owner: string;
}

export interface ReviewBody {
  /** Id for `/decisions/<id>/review`. */
  readonly decision: string;
  readonly match: string;
  readonly pattern: string;
  readonly name: string;
  readonly channel: string | null;
  readonly dueBy: IsoTime;
  readonly text: MessageTextBody | null;
  /** The value of `If-Match`. */
  readonly revision: string;
}
