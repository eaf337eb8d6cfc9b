import { z } from "zod";
import type * as wire from "../../wire.ts";
import {
  type Answer,
  anything,
  flag,
  kind,
  matchState,
  named,
  number,
  reasonWord,
  text,
  textOrNull,
  time,
  timeOrNull,
} from "./base.ts";
import { help } from "./risk.ts";

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
