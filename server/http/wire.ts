/**
 * What goes over the wire of the read, write and live API, as types: what the schemas of the answers describe. The
 * browser apps see this file, so it imports those schemas as types only. Times are ISO 8601 in UTC; what is not known
 * is null, never left out.
 */

import type * as base from "./api/replies/base.ts";
import type { Body } from "./api/replies/base.ts";
import type * as replies from "./api/replies.ts";

export type IsoTime = Body<typeof base.isoTime>;
export type BandName = Body<typeof base.bandName>;

export type { PageBody } from "./api/replies.ts";
export type ProblemWire = Body<typeof replies.problem>;
export type WhoActed = Body<typeof replies.whoActed>;

export type DecisionBody = Body<typeof replies.decision>;
export type DeliveryBody = Body<typeof replies.delivery>;
export type DeliveryDetailBody = Body<typeof replies.deliveryDetail>;
export type MatchBody = Body<typeof replies.match>;
export type MatchDetailBody = Body<typeof replies.matchDetail>;
export type AlertBody = Body<typeof replies.alert>;
export type IncidentBody = Body<typeof replies.incident>;
export type OutcomeBody = Body<typeof replies.outcome>;
export type AuditBody = Body<typeof replies.audit>;

export type MessageEnd = Body<typeof replies.messageEnd>;
export type MessageTextBody = Body<typeof replies.messageText>;
export type SentMessageBody = Body<typeof replies.sentMessage>;

export type ContributionBody = Body<typeof replies.contribution>;
export type OpenMatchBody = Body<typeof replies.openMatch>;
export type ScoreStepBody = Body<typeof replies.scoreStep>;
export type PersonControlsBody = Body<typeof replies.controls>;
export type RiskBody = Body<typeof replies.risk>;
export type RiskListItem = Body<typeof replies.riskItem>;
export type RiskFiltersBody = Body<typeof replies.riskFilters>;

export type RequesterBody = Body<typeof replies.requester>;
export type ContextBody = Body<typeof replies.context>;
export type PredictionBody = Body<typeof replies.prediction>;
export type OpenTicketBody = Body<typeof replies.openTicket>;
export type ColleagueBody = Body<typeof replies.colleague>;
export type QuietBody = Body<typeof replies.quiet>;
export type NextStepBody = Body<typeof replies.nextStep>;
export type ReviewBody = Body<typeof replies.review>;

export type TimelineItem = Body<typeof replies.timelineItem>;
export type SignalBody = Body<typeof replies.signal>;

export type TraceBody = Body<typeof replies.trace>;
export type TraceEventBody = Body<typeof replies.traceEvent>;

export type DeadLetterBody = Body<typeof replies.deadLetter>;
export type UnknownTypeBody = Body<typeof replies.unknownType>;
export type PatternBody = Body<typeof replies.pattern>;
export type SummaryBody = Body<typeof replies.summary>;
export type SwitchesBody = Body<typeof replies.switches>;
export type RolloutBody = Body<typeof replies.rollout>;

export type GuardBody = Body<typeof replies.guard>;
export type ActionBody = Body<typeof replies.action>;
export type PersonActionBody = Body<typeof replies.personAction>;
export type LinkActionBody = Body<typeof replies.linkAction>;
export type AlertActionBody = Body<typeof replies.alertAction>;
export type IncidentActionBody = Body<typeof replies.incidentAction>;
export type SwitchesActionBody = Body<typeof replies.switchesAction>;
export type RolloutActionBody = Body<typeof replies.rolloutAction>;
export type ManualPreviewBody = Body<typeof replies.manualPreview>;
export type ManualActionBody = Body<typeof replies.manualAction>;

export type LiveMessage = Body<typeof replies.liveMessage>;

export type ZendeskRefresh = Body<typeof replies.zendeskRefresh>;
export type ZendeskSession = Body<typeof replies.zendeskSession>;
