import { z } from "zod";
import { REASONS } from "../../core/decision.ts";
import type * as wire from "../wire.ts";

/**
 * Schemas of what the API answers: tests hold every answer against them, and the OpenAPI document is made of them.
 * The annotations tie each one to its type in wire.ts.
 */
type Answer<Body> = z.ZodType<Body, Body>;

const time = z.iso.datetime().meta({ description: "ISO 8601 in UTC" });
const timeOrNull = time.nullable();
const text = z.string();
const textOrNull = z.string().nullable();
const number = z.number();
const flag = z.boolean();
const band = z.enum(["normal", "watch", "alert", "critical"]);
const kind = z.enum(["send", "hold", "stop"]);
const matchState = z.enum(["open", "closed", "retracted"]);
const channelKind = z.enum(["email", "sms", "voice", "push", "chat", "in_app", "human", "broadcast"]);
const anything = z.record(z.string(), z.unknown());
const counts = z.record(z.string(), number);
const reasonWord = text.meta({ description: `A guard (${REASONS.join(", ")}) or another named reason` });

/** Put under a name of its own in the OpenAPI document. */
function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  return schema.meta({ id });
}

const contribution: Answer<wire.ContributionBody> = named(
  "Contribution",
  z.strictObject({
    pattern: text,
    name: text,
    family: text,
    match: text,
    key: text,
    points: number,
    alone: number,
    risk: number,
    confidence: number,
    halfLife: text,
    halfLifeMs: number,
    firedAt: time,
    lastSeen: time,
    events: number,
    more: number,
    why: text,
    state: matchState,
    experimental: flag,
    tags: z.array(text),
  }),
);

const help = z
  .strictObject({
    state: z.enum(["held", "review", "sent", "ended"]),
    reason: reasonWord,
    step: number,
    dueBy: time,
    deliveries: z.array(text),
  })
  .nullable();

const openMatch: Answer<wire.OpenMatchBody> = named(
  "OpenMatch",
  z.strictObject({
    match: text,
    pattern: text,
    name: text,
    key: text,
    person: textOrNull,
    firedAt: time,
    lastSeen: time,
    events: number,
    why: text,
    help,
  }),
);

const scoreStepFields = { at: time, score: number, band, why: text };
const scoreStep: Answer<wire.ScoreStepBody> = named("ScoreStep", z.strictObject(scoreStepFields));

const controls: Answer<wire.PersonControlsBody> = named(
  "PersonControls",
  z.strictObject({
    stoppedAt: timeOrNull,
    paused: flag,
    pausedUntil: timeOrNull,
    snoozedUntil: timeOrNull,
    channelsOff: z.array(channelKind),
    preferred: textOrNull,
    muted: z.array(z.strictObject({ family: text, until: time })),
  }),
);

export const risk: Answer<wire.RiskBody> = named(
  "Risk",
  z.strictObject({
    id: text,
    kind: z.enum(["person", "account"]),
    name: textOrNull,
    score: number,
    unrounded: number,
    band,
    headline: text,
    contributions: z.array(contribution),
    subScores: counts,
    history: z.array(scoreStep),
    openMatches: z.array(openMatch),
    asOf: time,
    controlGroup: flag,
    controls: controls.nullable(),
    revision: textOrNull,
  }),
);

export const riskItem: Answer<wire.RiskListItem> = named(
  "RiskListItem",
  z.strictObject({
    kind: z.enum(["person", "account"]),
    id: text,
    name: textOrNull,
    score: number,
    band,
    why: text,
    at: time,
    segment: textOrNull,
    owner: textOrNull,
  }),
);

export const riskFilters: Answer<wire.RiskFiltersBody> = named(
  "RiskFilters",
  z.strictObject({ owners: z.array(text), segments: z.array(text) }),
);

export const decision: Answer<wire.DecisionBody> = named(
  "Decision",
  z.strictObject({
    id: text,
    match: text,
    pattern: text,
    key: text,
    account: textOrNull,
    person: textOrNull,
    step: number,
    at: time,
    kind,
    reason: reasonWord,
    until: timeOrNull,
    channel: textOrNull,
    dueBy: timeOrNull,
    score: number,
    delivery: textOrNull,
    wouldHave: z.strictObject({ kind, reason: reasonWord, channel: textOrNull }).nullable(),
    simulated: flag,
  }),
);

const deliveryFields = {
  id: text,
  decision: text,
  match: text,
  pattern: text,
  account: textOrNull,
  person: textOrNull,
  channel: text,
  step: number,
  template: text,
  templateVersion: text,
  status: z.enum(["queued", "sending", "sent", "failed", "in_doubt", "unknown", "suppressed", "dry_run"]),
  detail: textOrNull,
  attempts: number,
  createdAt: time,
  notBefore: time,
  dueBy: time,
  sentAt: timeOrNull,
  deliveredAt: timeOrNull,
  seenAt: timeOrNull,
  clickedAt: timeOrNull,
  providerId: textOrNull,
  preview: flag,
  manual: z.strictObject({ actor: text, reason: text }).nullable(),
  incident: textOrNull,
  simulated: flag,
};
export const delivery: Answer<wire.DeliveryBody> = named("Delivery", z.strictObject(deliveryFields));
export const deliveryDetail: Answer<wire.DeliveryDetailBody> = named(
  "DeliveryDetail",
  z.strictObject({
    ...deliveryFields,
    copy: z.strictObject({ at: time, rendered: z.unknown() }).nullable(),
  }),
);

const matchFields = {
  id: text,
  pattern: text,
  name: text,
  version: text,
  family: text,
  key: text,
  account: textOrNull,
  person: textOrNull,
  state: matchState,
  firstAt: time,
  firedAt: time,
  noticedAt: time,
  lastSeen: time,
  closedAt: timeOrNull,
  closedBy: textOrNull,
  events: number,
  data: anything,
  why: text,
  experimental: flag,
  incident: textOrNull,
  simulated: flag,
};
export const match: Answer<wire.MatchBody> = named("Match", z.strictObject(matchFields));
export const matchDetail: Answer<wire.MatchDetailBody> = named(
  "MatchDetail",
  z.strictObject({
    ...matchFields,
    silenced: z.enum(["recovery", "false_alarm", "not_mine"]).nullable(),
    help,
    firstAction: text,
    playbook: text,
    typicalTicket: text,
    revision: text,
  }),
);

export const alert: Answer<wire.AlertBody> = named(
  "Alert",
  z.strictObject({
    id: text,
    match: textOrNull,
    pattern: textOrNull,
    incident: textOrNull,
    account: textOrNull,
    person: textOrNull,
    kind: text,
    title: text,
    why: text,
    firstAction: text,
    playbook: text,
    owner: text,
    score: number,
    createdAt: time,
    dueBy: time,
    state: z.enum(["open", "acked", "snoozed", "resolved"]),
    assignee: textOrNull,
    snoozedUntil: timeOrNull,
    revision: number,
    simulated: flag,
  }),
);

const scopeKind = z.enum(["all", "pattern", "component", "account"]);
export const incident: Answer<wire.IncidentBody> = named(
  "Incident",
  z.strictObject({
    id: text,
    scope: z.strictObject({ kind: scopeKind, name: textOrNull }),
    startedAt: time,
    endedAt: timeOrNull,
    startedBy: text,
    endedBy: textOrNull,
    matches: number,
    accounts: number,
    threshold: number,
    broadcast: z.enum(["waiting", "approved", "automatic", "declined"]),
    revision: text,
    simulated: flag,
  }),
);

export const outcome: Answer<wire.OutcomeBody> = named(
  "Outcome",
  z.strictObject({
    match: text,
    pattern: text,
    kind: text,
    decidedAt: time,
    delivered: flag,
    unassisted: flag,
    ticket: textOrNull,
    ticketAt: timeOrNull,
  }),
);

const traceEvent: Answer<wire.TraceEventBody> = named(
  "TraceEvent",
  z.strictObject({
    seq: number,
    source: text,
    id: text,
    type: text,
    time,
    receivedAt: time,
    account: textOrNull,
    person: textOrNull,
    data: anything,
    webhook: z
      .strictObject({
        id: text,
        system: text,
        source: text,
        receivedAt: time,
        bodySha256: text,
        bytes: number,
        deliveryId: textOrNull,
      })
      .nullable(),
  }),
);

export const trace: Answer<wire.TraceBody> = named(
  "Trace",
  z.strictObject({
    id: text,
    delivery: delivery.nullable(),
    decisions: z.array(decision),
    match: match.nullable(),
    scores: z.array(z.strictObject({ ...scoreStepFields, key: text })),
    events: z.array(traceEvent),
    outcome: outcome.nullable(),
    feedback: z.array(
      z.strictObject({ at: time, person: text, answer: textOrNull, stars: number.nullable() }),
    ),
  }),
);

export const audit: Answer<wire.AuditBody> = named(
  "AuditRow",
  z.strictObject({
    id: text,
    at: time,
    actor: text,
    action: text,
    subject: text,
    reason: text,
    detail: anything,
    undoable: flag,
    undone: flag,
  }),
);

export const deadLetter: Answer<wire.DeadLetterBody> = named(
  "DeadLetter",
  z.strictObject({
    id: text,
    at: time,
    system: text,
    source: text,
    reason: text,
    bytes: number,
    excerpt: text,
  }),
);

export const unknownType: Answer<wire.UnknownTypeBody> = named(
  "UnknownType",
  z.strictObject({ source: text, type: text, count: number, at: time }),
);

const messageText: Answer<wire.MessageTextBody | null> = z
  .strictObject({ title: textOrNull, body: text })
  .nullable();

const sentMessage: Answer<wire.SentMessageBody> = named(
  "SentMessage",
  z.strictObject({
    delivery,
    ended: z.enum([
      "waiting",
      "sent",
      "delivered",
      "shown",
      "opened",
      "clicked",
      "failed",
      "not_sent",
      "unknown",
      "dry_run",
    ]),
    text: messageText,
  }),
);

const prediction: Answer<wire.PredictionBody> = named(
  "Prediction",
  z.strictObject({
    ticket: text,
    match: text,
    pattern: text,
    name: text,
    why: text,
    firedAt: time,
    ticketAt: time,
    leadMs: number,
    certainty: z.enum(["recorded", "likely"]),
    message: sentMessage.nullable(),
  }),
);

const context: Answer<wire.ContextBody> = named(
  "Context",
  z.strictObject({
    prediction: prediction.nullable(),
    lastMessage: sentMessage.nullable(),
    openTickets: z.array(
      z.strictObject({ ticket: text, person: text, own: flag, issue: textOrNull, openedAt: time }),
    ),
    colleagues: z.array(z.strictObject({ person: text, name: textOrNull, score: number, band, why: text })),
    moreColleagues: number,
    quiet: z
      .strictObject({
        reason: reasonWord,
        kind: z.enum(["hold", "stop"]),
        until: timeOrNull,
        detail: text,
        ticket: textOrNull,
      })
      .nullable(),
    incidents: z.array(incident),
    next: z
      .strictObject({ match: text, pattern: text, firstAction: text, playbook: text, owner: text })
      .nullable(),
    draft: textOrNull,
    reviews: z.array(
      z.strictObject({
        decision: text,
        match: text,
        pattern: text,
        name: text,
        channel: textOrNull,
        dueBy: time,
        text: messageText,
        revision: text,
      }),
    ),
    alerts: z.array(alert),
    replays: z.array(z.strictObject({ at: time, url: text })),
  }),
);

export const requester: Answer<wire.RequesterBody> = named(
  "Requester",
  z.strictObject({
    person: z.strictObject({ id: text, locale: textOrNull, roles: z.array(text) }).nullable(),
    account: z
      .strictObject({
        id: text,
        name: textOrNull,
        plan: textOrNull,
        segment: textOrNull,
        owner: textOrNull,
      })
      .nullable(),
    matchedBy: z.enum(["externalId", "zendeskId", "email", "domain"]).nullable(),
    personRisk: risk.nullable(),
    accountRisk: risk.nullable(),
    headline: text,
    context,
  }),
);

const signal: Answer<wire.SignalBody> = named(
  "Signal",
  z.strictObject({ type: text, source: text, account: textOrNull, person: textOrNull, data: anything }),
);
const place = { id: text, at: time };
export const timelineItem: Answer<wire.TimelineItem> = named(
  "TimelineItem",
  z.discriminatedUnion("kind", [
    z.strictObject({ ...place, kind: z.literal("signal"), signal }),
    z.strictObject({ ...place, kind: z.literal("ticket"), ticket: textOrNull, signal }),
    z.strictObject({ ...place, kind: z.literal("match"), match }),
    z.strictObject({ ...place, kind: z.literal("message"), message: sentMessage }),
    z.strictObject({
      ...place,
      kind: z.literal("feedback"),
      feedback: z.strictObject({
        match: text,
        delivery: textOrNull,
        person: text,
        answer: textOrNull,
        stars: number.nullable(),
      }),
    }),
    z.strictObject({ ...place, kind: z.literal("not_sent"), decision }),
    z.strictObject({ ...place, kind: z.literal("incident"), incident }),
    z.strictObject({ ...place, kind: z.literal("action"), action: audit }),
  ]),
);

export const pattern: Answer<wire.PatternBody> = named(
  "Pattern",
  z.strictObject({
    id: text,
    name: text,
    version: text,
    family: text,
    issue: text,
    timing: text,
    urgent: flag,
    risk: number,
    confidence: number,
    halfLife: text,
    quiet: text,
    per: z.array(text),
    channels: z.array(text),
    status: text,
    strength: z.enum(["strong", "moderate", "weak"]),
    history: z.strictObject({ correlation: number, prevention: number, leadTime: text }),
    owner: text,
    firstAction: text,
    playbook: text,
    typicalTicket: text,
    message: text,
    tags: z.array(text),
  }),
);

export const summary: Answer<wire.SummaryBody> = named(
  "Summary",
  z.strictObject({
    at: time,
    monitored: number,
    bands: z.strictObject({ normal: number, watch: number, alert: number, critical: number }),
    sent24h: number,
    byTiming24h: counts,
    byChannel24h: counts,
    byReason24h: counts,
    patterns30d: z.array(
      z.strictObject({
        pattern: text,
        name: text,
        fired: number,
        prevented: number,
        notPrevented: number,
        preventionRate: number.nullable(),
      }),
    ),
    outcomes30d: counts,
    optedOut: number,
    csat: z.strictObject({ n: number, mean: number.nullable() }),
  }),
);

const switchesFields = {
  tenant: flag,
  patterns: z.array(text),
  channels: z.array(channelKind),
  revision: text,
};
export const switches: Answer<wire.SwitchesBody> = named("Switches", z.strictObject(switchesFields));
export const rollout: Answer<wire.RolloutBody> = named(
  "Rollout",
  z.strictObject({
    all: flag,
    accounts: z.array(text),
    segments: z.array(text),
    percent: number,
    dryRun: flag,
    revision: text,
  }),
);

const guard: Answer<wire.GuardBody> = named(
  "Guard",
  z.strictObject({
    reason: reasonWord,
    kind: z.enum(["hold", "stop"]),
    until: timeOrNull,
    detail: text,
    overridable: flag,
  }),
);

const actionFields = {
  action: text,
  undoable: flag,
  effects: z.strictObject({
    decisions: z.array(decision),
    deliveries: z.array(delivery),
    alerts: z.array(alert),
    scores: z.array(z.strictObject({ key: text, score: number, band })),
  }),
};
export const action: Answer<wire.ActionBody> = named("Action", z.strictObject(actionFields));
export const personAction: Answer<wire.PersonActionBody> = named(
  "PersonAction",
  z.strictObject({ ...actionFields, person: text, controls, revision: text }),
);
export const linkAction: Answer<wire.LinkActionBody> = named(
  "LinkAction",
  z.strictObject({ ...actionFields, person: text, linked: z.array(z.enum(["zendeskId", "email"])) }),
);
export const alertAction: Answer<wire.AlertActionBody> = named(
  "AlertAction",
  z.strictObject({ ...actionFields, alert }),
);
export const matchAction: Answer<wire.MatchActionBody> = named(
  "MatchAction",
  z.strictObject({ ...actionFields, match: text }),
);
export const incidentAction: Answer<wire.IncidentActionBody> = named(
  "IncidentAction",
  z.strictObject({ ...actionFields, incident }),
);
export const switchesAction: Answer<wire.SwitchesActionBody> = named(
  "SwitchesAction",
  z.strictObject({ ...actionFields, switches }),
);
export const rolloutAction: Answer<wire.RolloutActionBody> = named(
  "RolloutAction",
  z.strictObject({ ...actionFields, rollout }),
);
export const manualReply: Answer<wire.ManualPreviewBody | wire.ManualActionBody> = z.union([
  named(
    "ManualPreview",
    z.strictObject({
      guards: z.array(guard),
      verdict: z.enum(["send", "override", "never"]),
      rendered: z.unknown(),
    }),
  ),
  named("ManualAction", z.strictObject({ ...actionFields, delivery })),
]);

export function pageReply<Item>(item: Answer<Item>): Answer<wire.PageBody<Item>> {
  return z.strictObject({ items: z.array(item), next: textOrNull });
}

/** RFC 9457, with our further members. */
export const problem = named(
  "Problem",
  z.object({
    type: text.meta({ examples: ["urn:forestall:problem:not-found"] }),
    title: text,
    status: number,
    detail: text,
    instance: text,
    errors: z.array(z.object({ in: text, path: text, message: text })).optional(),
    reason: text.optional(),
    first: z.object({ actor: text, at: time, action: text }).nullable().optional(),
    guards: z.array(guard).optional(),
  }),
);
