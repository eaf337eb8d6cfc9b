import type { Control } from "../../server/core/control.ts";
import type { Decision } from "../../server/core/decision.ts";
import type { Alert, Outcome } from "../../server/core/delivery.ts";
import type { Effect, FeedbackRow, ScoreRow } from "../../server/core/effect.ts";
import type { Event } from "../../server/core/event.ts";
import { shardOf } from "../../server/core/hash.ts";
import type { Batch, LeftOfPerson, LogInput, Reception } from "../../server/store/contract.ts";
import { anEvent, NOON } from "../builders.ts";

/* Records as a store is given them. */

export const EMPTY: Batch = {
  inputs: [],
  effects: [],
  contacts: [],
  identities: [],
  memberships: [],
  receptions: [],
  deadLetters: [],
  audit: [],
  incidents: [],
  unknownTypes: [],
};

export const aBatch = (changes: Partial<Batch>): Batch => ({ ...EMPTY, ...changes });

/** A batch of effects alone. */
export const effects = (...list: readonly Effect[]): Batch => aBatch({ effects: list });

/** An event as it stands in the log: in the unit of its account, else of its person. */
export function anInput(seq: number, changes: Partial<Event> = {}): LogInput {
  const event = anEvent({ id: `e${seq}`, time: NOON + seq, receivedAt: NOON + seq, ...changes });
  const unit = event.account === null ? `person/${event.person}` : `account/${event.account}`;
  const { tenant, receivedAt } = event;
  return { seq, tenant, unit, shard: shardOf(tenant, unit), receivedAt, body: { event } };
}

/** A control of a unit, or with null of the whole tenant. */
export function aControl(seq: number, unit: string | null, control: Control, tenant = "t1"): LogInput {
  const shard = unit === null ? null : shardOf(tenant, unit);
  return { seq, tenant, unit, shard, receivedAt: NOON + seq, body: { control } };
}

/** What an erasure is to leave where no state of a unit is looked at. */
export const NOTHING_LEFT: LeftOfPerson = { pseudonym: "erased-0", withoutThem: () => null };

export const SWITCHED_OFF: Control = {
  kind: "switches",
  switches: { tenant: true, patterns: [], channels: [] },
  actor: "ops:ana",
  reason: "maintenance",
};

export function aReception(changes: Partial<Reception> = {}): Reception {
  return {
    id: "r1",
    tenant: "t1",
    system: "sentry",
    sourceId: "default",
    bodyHash: "ab".repeat(32),
    bytes: 812,
    receivedAt: NOON,
    webhookId: "webhook-of-sentry",
    ...changes,
  };
}

export function aDecision(changes: Partial<Decision> = {}): Decision {
  return {
    id: "decision-1",
    tenant: "t1",
    match: "match-1",
    pattern: "P-001",
    key: "account/acme",
    account: "acme",
    person: "u1",
    step: 1,
    at: NOON,
    kind: "send",
    reason: "none",
    until: null,
    channel: "email",
    dueBy: NOON + 3_600_000,
    score: 85,
    delivery: "delivery-1",
    simulated: false,
    ...changes,
  };
}

export function anAlert(changes: Partial<Alert> = {}): Alert {
  return {
    id: "alert-1",
    tenant: "t1",
    unit: "account/acme",
    match: "match-1",
    pattern: "P-001",
    incident: null,
    account: "acme",
    person: "u1",
    kind: "human.l2",
    title: "Rate limits at Acme",
    why: "12 rate-limit errors",
    firstAction: "Look at the endpoint.",
    playbook: "Offer batching.",
    owner: "support-ops",
    score: 85,
    createdAt: NOON,
    dueBy: NOON + 3_600_000,
    state: "open",
    assignee: null,
    snoozedUntil: null,
    revision: 1,
    simulated: false,
    ...changes,
  };
}

export function anOutcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    match: "match-1",
    tenant: "t1",
    pattern: "P-001",
    account: "acme",
    person: "u1",
    kind: "prevented",
    decidedAt: NOON,
    delivered: true,
    unassisted: false,
    ticket: null,
    ticketAt: null,
    simulated: false,
    ...changes,
  };
}

export function aFeedback(changes: Partial<FeedbackRow> = {}): FeedbackRow {
  return {
    id: "feedback-1",
    tenant: "t1",
    match: "match-1",
    delivery: "delivery-1",
    person: "u1",
    at: NOON,
    answer: "yes",
    stars: 5,
    ...changes,
  };
}

/** A score of one contribution worth all its points. */
export function aScore(changes: Partial<ScoreRow> = {}): ScoreRow {
  const { score = 85 } = changes;
  const contribution = {
    match: "match-1",
    pattern: "P-001",
    family: "api-rate-limit",
    alone: score,
    points: score,
    more: 0,
    lastSeen: NOON,
  };
  return {
    tenant: "t1",
    unit: "account/acme",
    key: "account/acme",
    at: NOON,
    score,
    band: score >= 81 ? "critical" : score >= 61 ? "alert" : score >= 31 ? "watch" : "normal",
    contributions: [contribution],
    why: "12 rate-limit errors",
    history: true,
    ...changes,
  };
}
