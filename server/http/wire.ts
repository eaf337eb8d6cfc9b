/**
 * What goes over the wire of the read, write and live API. Imports nothing: the browser apps see this file, as types.
 * Times are ISO 8601 in UTC; what is not known is null, never left out.
 */

export type IsoTime = string;
export type BandName = "normal" | "watch" | "alert" | "critical";
export type ChannelKindName = "email" | "sms" | "voice" | "push" | "chat" | "in_app" | "human" | "broadcast";
export type JudgementName = "send" | "hold" | "stop";

/** A page of a list. `next` goes back as `after`; null on the last page. */
export interface PageBody<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** RFC 9457. `type` is a stable word for programs, `detail` a sentence a person can act on. */
export interface ProblemWire {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Names the request in our log. */
  readonly instance: string;
  /** On 401: `session_expired` when a page in Zendesk has to be opened anew. */
  readonly reason?: string;
  /** On 400: which part of the request is wrong, and why. */
  readonly errors?: readonly { readonly in: string; readonly path: string; readonly message: string }[];
  /** On 409: who was first. */
  readonly first?: WhoActed | null;
  /** On 409 of a message sent by hand: what stands in its way. */
  readonly guards?: readonly GuardBody[];
}

export interface WhoActed {
  readonly actor: string;
  readonly at: IsoTime;
  readonly action: string;
}

/**
 * One match's part in a score. By hand: `alone = risk * confidence * 2^(-(asOf - lastSeen) / halfLife)`; sorted by
 * `alone`, each takes its share of what is left of 100: `points = left * alone / 100`.
 */
export interface ContributionBody {
  readonly pattern: string;
  readonly name: string;
  readonly family: string;
  readonly match: string;
  /** `account/acme`, `person/u1`, `account/acme;endpoint=...`. */
  readonly key: string;
  readonly points: number;
  readonly alone: number;
  readonly risk: number;
  readonly confidence: number;
  /** As files write it: `6h`. */
  readonly halfLife: string;
  readonly halfLifeMs: number;
  readonly firedAt: IsoTime;
  readonly lastSeen: IsoTime;
  /** Events it rests on. */
  readonly events: number;
  /** Further matches of the same family, which do not add. */
  readonly more: number;
  readonly why: string;
  readonly state: "open" | "closed" | "retracted";
  readonly experimental: boolean;
  readonly tags: readonly string[];
}

export interface OpenMatchBody {
  readonly match: string;
  readonly pattern: string;
  readonly name: string;
  readonly key: string;
  readonly person: string | null;
  readonly firedAt: IsoTime;
  readonly lastSeen: IsoTime;
  readonly events: number;
  readonly why: string;
  /** What is being done about it; null when it is only logged. */
  readonly help: {
    readonly state: "held" | "review" | "sent" | "ended";
    /** The last judgement's reason. */
    readonly reason: string;
    readonly step: number;
    readonly dueBy: IsoTime;
    readonly deliveries: readonly string[];
  } | null;
}

export interface ScoreStepBody {
  readonly at: IsoTime;
  readonly score: number;
  readonly band: BandName;
  /** What changed: "+ 5 rate-limit errors", "resolved: ...", "faded: ...". */
  readonly why: string;
}

/** What the customer and the agents have set for a person. */
export interface PersonControlsBody {
  readonly stoppedAt: IsoTime | null;
  readonly paused: boolean;
  /** Null while paused means: until somebody resumes. */
  readonly pausedUntil: IsoTime | null;
  readonly snoozedUntil: IsoTime | null;
  readonly channelsOff: readonly ChannelKindName[];
  readonly preferred: string | null;
  /** Families the person said they do not have. */
  readonly muted: readonly { readonly family: string; readonly until: IsoTime }[];
}

/** The score of a person or account at `asOf`, with everything needed to check it by hand. */
export interface RiskBody {
  readonly id: string;
  readonly kind: "person" | "account";
  /** The company's name; people's names are not here. */
  readonly name: string | null;
  readonly score: number;
  /** The score before rounding: the sum of all `points`. */
  readonly unrounded: number;
  readonly band: BandName;
  readonly headline: string;
  readonly contributions: readonly ContributionBody[];
  /** The score from the matches with each tag alone: churn, frustration, intent. */
  readonly subScores: { readonly [tag: string]: number };
  /** Oldest first. */
  readonly history: readonly ScoreStepBody[];
  readonly openMatches: readonly OpenMatchBody[];
  readonly asOf: IsoTime;
  /** Deliberately not messaged, so that the effect can be measured. */
  readonly controlGroup: boolean;
  /** Null for an account. */
  readonly controls: PersonControlsBody | null;
  /** The value of `If-Match` for pause, resume and stop; null for an account. */
  readonly revision: string | null;
}

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

/** `shown` is in-app only. `delivered` reached the mailbox or phone, and nobody was seen to open it. */
export type MessageEnd =
  | "waiting"
  | "sent"
  | "delivered"
  | "shown"
  | "opened"
  | "clicked"
  | "failed"
  | "not_sent"
  | "unknown"
  | "dry_run";

export interface SentMessageBody {
  readonly delivery: DeliveryBody;
  readonly ended: MessageEnd;
  /** The exact words, in plain text; null before it was rendered, or after erasure. */
  readonly text: MessageTextBody | null;
}
export interface MessageTextBody {
  readonly title: string | null;
  readonly body: string;
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

/** One thing that happened, of any kind. `id` is unique within its kind. */
export type TimelineItem = TimelinePlace &
  (
    | { readonly kind: "signal"; readonly signal: SignalBody }
    | { readonly kind: "ticket"; readonly ticket: string | null; readonly signal: SignalBody }
    | { readonly kind: "match"; readonly match: MatchBody }
    | { readonly kind: "message"; readonly message: SentMessageBody }
    | {
        readonly kind: "feedback";
        readonly feedback: {
          readonly match: string;
          readonly delivery: string | null;
          readonly person: string;
          readonly answer: string | null;
          readonly stars: number | null;
        };
      }
    /** What was held or stopped, and why; what was sent is there as its message. */
    | { readonly kind: "not_sent"; readonly decision: DecisionBody }
    | { readonly kind: "incident"; readonly incident: IncidentBody }
    /** What an agent or ops person did; `undoable` ones go to `/actions/<id>/undo`. */
    | { readonly kind: "action"; readonly action: AuditBody }
  );
export interface TimelinePlace {
  readonly id: string;
  readonly at: IsoTime;
}
export interface SignalBody {
  readonly type: string;
  readonly source: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly data: { readonly [name: string]: unknown };
}

/** Answer of linking a requester: the person they are from now on. */
export interface LinkActionBody extends ActionBody {
  readonly person: string;
  readonly linked: readonly ("zendeskId" | "email")[];
}

export interface RiskListItem {
  readonly kind: "person" | "account";
  readonly id: string;
  readonly name: string | null;
  readonly score: number;
  readonly band: BandName;
  readonly why: string;
  readonly at: IsoTime;
  readonly segment: string | null;
  readonly owner: string | null;
}

/** What the list of risks can be narrowed by. At most 500 of each. */
export interface RiskFiltersBody {
  readonly owners: readonly string[];
  readonly segments: readonly string[];
}

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

export interface TraceBody {
  readonly id: string;
  readonly delivery: DeliveryBody | null;
  readonly decisions: readonly DecisionBody[];
  readonly match: MatchBody | null;
  readonly scores: readonly (ScoreStepBody & { readonly key: string })[];
  readonly events: readonly TraceEventBody[];
  readonly outcome: OutcomeBody | null;
  readonly feedback: readonly {
    readonly at: IsoTime;
    readonly person: string;
    readonly answer: string | null;
    readonly stars: number | null;
  }[];
}

export interface TraceEventBody {
  readonly seq: number;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly time: IsoTime;
  readonly receivedAt: IsoTime;
  readonly account: string | null;
  readonly person: string | null;
  readonly data: { readonly [name: string]: unknown };
  /** The webhook it came in; the body itself is not kept, its SHA-256 is. */
  readonly webhook: {
    readonly id: string;
    readonly system: string;
    readonly source: string;
    readonly receivedAt: IsoTime;
    readonly bodySha256: string;
    readonly bytes: number;
    readonly deliveryId: string | null;
  } | null;
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

/** A delivery that was signed rightly and could not be read. */
export interface DeadLetterBody {
  readonly id: string;
  readonly at: IsoTime;
  readonly system: string;
  readonly source: string;
  readonly reason: string;
  readonly bytes: number;
  /** The first 2,000 bytes of the body as text. */
  readonly excerpt: string;
}

/** An event type that means nothing here. */
export interface UnknownTypeBody {
  readonly source: string;
  readonly type: string;
  readonly count: number;
  /** When it was seen last. */
  readonly at: IsoTime;
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

export interface PatternBody {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly family: string;
  readonly issue: string;
  readonly timing: string;
  readonly urgent: boolean;
  readonly risk: number;
  readonly confidence: number;
  readonly halfLife: string;
  readonly quiet: string;
  readonly per: readonly string[];
  readonly channels: readonly string[];
  readonly status: string;
  readonly strength: "strong" | "moderate" | "weak";
  /** `correlation` and `prevention` are shares from 0 to 1. */
  readonly history: { readonly correlation: number; readonly prevention: number; readonly leadTime: string };
  readonly owner: string;
  readonly firstAction: string;
  readonly playbook: string;
  readonly typicalTicket: string;
  readonly message: string;
  readonly tags: readonly string[];
}

export interface SummaryBody {
  readonly at: IsoTime;
  /** Accounts watched. */
  readonly monitored: number;
  readonly bands: { readonly [band in BandName]: number };
  readonly sent24h: number;
  readonly byTiming24h: { readonly [timing: string]: number };
  readonly byChannel24h: { readonly [channel: string]: number };
  readonly byReason24h: { readonly [reason: string]: number };
  readonly patterns30d: readonly {
    readonly pattern: string;
    readonly name: string;
    readonly fired: number;
    readonly prevented: number;
    readonly notPrevented: number;
    /** prevented / (prevented + not prevented); null without either. */
    readonly preventionRate: number | null;
  }[];
  readonly outcomes30d: { readonly [kind: string]: number };
  readonly optedOut: number;
  readonly csat: { readonly n: number; readonly mean: number | null };
}

export interface SwitchesBody {
  /** True: everything of this tenant is off. */
  readonly tenant: boolean;
  readonly patterns: readonly string[];
  readonly channels: readonly ChannelKindName[];
  readonly revision: string;
}

export interface RolloutBody {
  readonly all: boolean;
  readonly accounts: readonly string[];
  readonly segments: readonly string[];
  readonly percent: number;
  /** Nobody is messaged: all is decided and rendered only. */
  readonly dryRun: boolean;
  readonly revision: string;
}

/** What stands in the way of a message sent by hand. */
export interface GuardBody {
  readonly reason: string;
  readonly kind: "hold" | "stop";
  readonly until: IsoTime | null;
  readonly detail: string;
  /** False: no reason of yours lifts it. */
  readonly overridable: boolean;
}

/** Answer of every write: the audit row it left, and what followed from it at once. */
export interface ActionBody {
  /** Id for `/actions/<id>/undo`. */
  readonly action: string;
  readonly undoable: boolean;
  readonly effects: {
    readonly decisions: readonly DecisionBody[];
    readonly deliveries: readonly DeliveryBody[];
    readonly alerts: readonly AlertBody[];
    readonly scores: readonly { readonly key: string; readonly score: number; readonly band: BandName }[];
  };
}
export interface PersonActionBody extends ActionBody {
  readonly person: string;
  readonly controls: PersonControlsBody;
  readonly revision: string;
}
export interface AlertActionBody extends ActionBody {
  readonly alert: AlertBody;
}
export interface MatchActionBody extends ActionBody {
  readonly match: string;
}
export interface IncidentActionBody extends ActionBody {
  readonly incident: IncidentBody;
}
export interface SwitchesActionBody extends ActionBody {
  readonly switches: SwitchesBody;
}
export interface RolloutActionBody extends ActionBody {
  readonly rollout: RolloutBody;
}
export interface ManualPreviewBody {
  readonly guards: readonly GuardBody[];
  /** `send` goes as it is, `override` needs `override: true`, `never` cannot be sent. */
  readonly verdict: "send" | "override" | "never";
  /** The message as the person would see it; null when it cannot be rendered. */
  readonly rendered: unknown;
}
export interface ManualActionBody extends ActionBody {
  readonly delivery: DeliveryBody;
}

// ---- requests

/** Every write says why. `actor` may also come in the header `Forestall-Actor`, which wins. */
export interface WithReason {
  readonly reason: string;
  readonly actor?: string;
}
export interface PauseRequest extends WithReason {
  /** Without either: until somebody resumes. */
  readonly until?: IsoTime;
  readonly for?: string;
}
export interface VerdictRequest extends WithReason {
  readonly verdict: "false_alarm" | "real";
}
export interface ReviewRequest extends WithReason {
  readonly answer: "approve" | "edit" | "reject";
  /** With `edit`: the text that goes out instead. */
  readonly text?: string;
}
export interface AssignRequest extends WithReason {
  readonly assignee: string;
}
export interface SnoozeRequest extends WithReason {
  readonly until?: IsoTime;
  readonly for?: string;
}
export interface ManualRequest extends WithReason {
  readonly person: string;
  readonly channel: string;
  readonly template: string;
  readonly match?: string;
  /** Sends although a guard says hold or stop, where that is allowed. */
  readonly override?: boolean;
}
export interface IncidentRequest extends WithReason {
  readonly scope: { readonly kind: "all" | "pattern" | "component" | "account"; readonly name?: string };
}
export interface SwitchRequest extends WithReason {
  readonly what: "tenant" | "pattern" | "channel";
  /** Pattern id or channel kind. */
  readonly name?: string;
  readonly off: boolean;
}
export interface LinkRequest extends WithReason {
  /** Number of the Zendesk user; with it or the address, or both. */
  readonly zendeskId?: string;
  readonly email?: string;
}
export interface RolloutRequest extends WithReason {
  readonly all?: boolean;
  readonly accounts?: readonly string[];
  readonly segments?: readonly string[];
  readonly percent?: number;
}

// ---- live

/** One message of the stream; the event name says which. `reset`: something was missed, read again. */
export type LiveMessage =
  | { readonly event: "decision"; readonly data: DecisionBody }
  | { readonly event: "delivery"; readonly data: DeliveryBody }
  | { readonly event: "alert"; readonly data: AlertBody }
  | { readonly event: "match"; readonly data: MatchBody }
  | { readonly event: "outcome"; readonly data: OutcomeBody }
  | {
      readonly event: "score";
      readonly data: ScoreStepBody & { readonly key: string };
    }
  | { readonly event: "incident"; readonly data: IncidentBody }
  | { readonly event: "switches"; readonly data: SwitchesBody }
  | { readonly event: "reset"; readonly data: { readonly reason: string } };

// ---- the page in Zendesk

/** What `POST <refreshUrl>` answers. */
export interface ZendeskRefresh {
  /** For `Authorization: Bearer`; kept in memory only. */
  readonly bearer: string;
  /** When the bearer ends. Refresh before: `POST <refreshUrl>` with the bearer. */
  readonly expiresAt: IsoTime;
  /** When no refresh helps any more: the page has to be opened anew. */
  readonly sessionEndsAt: IsoTime;
  readonly role: "agent" | "admin";
}
/** What the page finds in `<script type="application/json" id="forestall-session">`. */
export interface ZendeskSession extends ZendeskRefresh {
  /** The agent's Zendesk user id. */
  readonly user: string;
  /** Host of the Zendesk account: `acme.zendesk.com`. */
  readonly host: string;
  /** One of en, de, fr, es, ja, pt-BR, as far as the request says; Zendesk's own `currentUser.locale` knows better. */
  readonly locale: string;
  readonly view: "ticket" | "user" | "dashboard";
  /** What stands before `/api/v1` on this page's own origin: nothing, or a path such as `/help`. */
  readonly apiUrl: string;
  /** Path of the refresh address on this page's own origin. */
  readonly refreshUrl: string;
}
