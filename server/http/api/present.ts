import { incidentRevision, rolloutRevision, switchesRevision } from "../../actions/revisions.ts";
import { isDryRun } from "../../actions/tenant.ts";
import type { Decision } from "../../core/decision.ts";
import type { Alert, Delivery, Outcome } from "../../core/delivery.ts";
import type { Effect, ScoreRow } from "../../core/effect.ts";
import { clueOf } from "../../core/explain.ts";
import type { Match } from "../../core/match.ts";
import { type Pattern, strengthOf } from "../../core/pattern.ts";
import { patternSummary } from "../../core/pattern-summary.ts";
import type { Incident, Rollout, Switches, TenantState } from "../../core/tenant.ts";
import { FOREVER, formatDuration, type Millis } from "../../core/time.ts";
import type { PersonState, Tracked } from "../../core/unit.ts";
import type { AuditRow, Trace } from "../../store/contract.ts";
import type * as wire from "../wire.ts";

/** Rows as the wire shows them: pure, field by field, so that nothing leaves which was not meant to. */

export function iso(at: Millis): string {
  return new Date(at).toISOString();
}
export function isoOrNull(at: Millis | null): string | null {
  return at === null ? null : iso(at);
}

export function decisionBody(row: Decision): wire.DecisionBody {
  const {
    id,
    match,
    pattern,
    key,
    account,
    person,
    step,
    kind,
    reason,
    channel,
    score,
    delivery,
    simulated,
  } = row;
  return {
    id,
    match,
    pattern,
    key,
    account,
    person,
    step,
    at: iso(row.at),
    kind,
    reason,
    until: isoOrNull(row.until),
    channel,
    dueBy: isoOrNull(row.dueBy),
    score,
    delivery,
    wouldHave: row.wouldHave ?? null,
    simulated,
  };
}

export function deliveryBody(row: Delivery): wire.DeliveryBody {
  const { id, decision, match, pattern, account, person, channel, step, template, templateVersion } = row;
  const { status, detail, attempts, providerId, preview, manual, simulated } = row;
  return {
    id,
    decision,
    match,
    pattern,
    account,
    person,
    channel,
    step,
    template,
    templateVersion,
    status,
    detail,
    attempts,
    createdAt: iso(row.createdAt),
    notBefore: iso(row.notBefore),
    dueBy: iso(row.dueBy),
    sentAt: isoOrNull(row.sentAt),
    deliveredAt: isoOrNull(row.deliveredAt),
    seenAt: isoOrNull(row.seenAt),
    clickedAt: isoOrNull(row.clickedAt),
    providerId,
    preview,
    manual: manual === null ? null : { actor: manual.actor, reason: manual.reason },
    incident: row.notice ?? null,
    simulated,
  };
}

export function alertBody(row: Alert): wire.AlertBody {
  const { id, match, pattern, incident, account, person, kind, title, why, firstAction, playbook } = row;
  const { owner, score, state, assignee, revision, simulated } = row;
  return {
    id,
    match,
    pattern,
    incident,
    account,
    person,
    kind,
    title,
    why,
    firstAction,
    playbook,
    owner,
    score,
    createdAt: iso(row.createdAt),
    dueBy: iso(row.dueBy),
    state,
    assignee,
    snoozedUntil: isoOrNull(row.snoozedUntil),
    revision,
    simulated,
  };
}

/** What was seen, also when the pattern has left the library. */
export function whyOf(tenant: TenantState, match: Match): string {
  const pattern = tenant.library.byId(match.pattern);
  return pattern === undefined ? match.pattern : clueOf(pattern, match);
}

export function matchBody(tenant: TenantState, row: Match): wire.MatchBody {
  const { id, pattern, version, family, key, account, person, state, closedBy, data, experimental } = row;
  return {
    id,
    pattern,
    name: tenant.library.byId(pattern)?.name ?? pattern,
    version,
    family,
    key,
    account,
    person,
    state,
    firstAt: iso(row.firstAt),
    firedAt: iso(row.firedAt),
    noticedAt: iso(row.noticedAt),
    lastSeen: iso(row.lastSeen),
    closedAt: isoOrNull(row.closedAt),
    closedBy,
    events: row.count,
    data,
    why: whyOf(tenant, row),
    experimental,
    incident: row.incident,
    simulated: row.simulated,
  };
}

export function helpBody(tracked: Tracked): wire.OpenMatchBody["help"] {
  const { pursuit } = tracked;
  if (pursuit === null) return null;
  const { state, step, deliveries } = pursuit;
  return { state, reason: pursuit.lastReason, step, dueBy: iso(pursuit.dueBy), deliveries: [...deliveries] };
}

export function incidentBody(row: Incident): wire.IncidentBody {
  const { id, scope, startedBy, endedBy, matches, accounts, threshold, broadcast, simulated } = row;
  return {
    id,
    scope: { kind: scope.kind, name: scope.kind === "all" ? null : scope.name },
    startedAt: iso(row.startedAt),
    endedAt: isoOrNull(row.endedAt),
    startedBy,
    endedBy,
    matches,
    accounts,
    threshold,
    broadcast,
    revision: incidentRevision(row),
    simulated,
  };
}

export function outcomeBody(row: Outcome): wire.OutcomeBody {
  const { match, pattern, kind, delivered, unassisted, ticket } = row;
  return {
    match,
    pattern,
    kind,
    decidedAt: iso(row.decidedAt),
    delivered,
    unassisted,
    ticket,
    ticketAt: isoOrNull(row.ticketAt),
  };
}

export function scoreStep(row: ScoreRow): wire.ScoreStepBody {
  return { at: iso(row.at), score: row.score, band: row.band, why: row.change ?? row.why };
}

export function traceBody(tenant: TenantState, id: string, trace: Trace): wire.TraceBody {
  return {
    id,
    delivery: trace.delivery === null ? null : deliveryBody(trace.delivery),
    decisions: trace.decisions.map(decisionBody),
    match: trace.match === null ? null : matchBody(tenant, trace.match),
    scores: trace.scores.map((row) => ({ ...scoreStep(row), key: row.key })),
    events: trace.events.map(traceEvent),
    outcome: trace.outcome === null ? null : outcomeBody(trace.outcome),
    feedback: trace.feedback.map(({ at, person, answer, stars }) => ({ at: iso(at), person, answer, stars })),
    ...(trace.unreadable === undefined ? {} : { unreadable: trace.unreadable }),
  };
}

function traceEvent({ event, reception, seq }: Trace["events"][number]): wire.TraceEventBody {
  const { source, id, type, account, person, data } = event;
  return {
    seq,
    source,
    id,
    type,
    time: iso(event.time),
    receivedAt: iso(event.receivedAt),
    account,
    person,
    data,
    webhook:
      reception === null
        ? null
        : {
            id: reception.id,
            system: reception.system,
            source: reception.sourceId,
            receivedAt: iso(reception.receivedAt),
            bodySha256: reception.bodyHash,
            bytes: reception.bytes,
            webhookId: reception.webhookId,
            deliveryId: reception.webhookId,
          },
  };
}

export function auditBody(row: AuditRow): wire.AuditBody {
  const { id, actor, action, subject, reason, detail, undone } = row;
  return {
    id,
    at: iso(row.at),
    actor,
    action,
    subject,
    reason,
    detail,
    undoable: row.undo !== null && !undone,
    undone,
  };
}

export function patternBody(pattern: Pattern): wire.PatternBody {
  const { history } = pattern;
  return {
    ...patternSummary(pattern),
    strength: strengthOf(history.correlation),
    history: {
      correlation: history.correlation,
      prevention: history.prevention,
      leadTime: formatDuration(history.leadTime),
    },
    owner: pattern.owner.role,
    firstAction: pattern.firstAction,
    playbook: pattern.playbookText,
    typicalTicket: pattern.typicalTicket,
    message: pattern.message,
    tags: pattern.tags,
  };
}

export function controlsBody(person: PersonState, now: Millis): wire.PersonControlsBody {
  const paused = person.pausedUntil !== null && person.pausedUntil > now;
  const snoozed = person.snoozedUntil !== null && person.snoozedUntil > now;
  return {
    stoppedAt: isoOrNull(person.stoppedAt),
    paused,
    pausedUntil: paused && person.pausedUntil !== FOREVER ? isoOrNull(person.pausedUntil) : null,
    snoozedUntil: snoozed ? isoOrNull(person.snoozedUntil) : null,
    channelsOff: person.channelsOff,
    preferred: person.preferred,
    muted: Object.entries(person.muted)
      .filter(([, until]) => until > now)
      .map(([family, until]) => ({ family, until: iso(until) })),
  };
}

export function switchesBody(switches: Switches): wire.SwitchesBody {
  const { tenant, patterns, channels } = switches;
  return { tenant, patterns, channels, revision: switchesRevision(switches) };
}

export function rolloutBody(rollout: Rollout): wire.RolloutBody {
  const { all, accounts, segments, percent } = rollout;
  return {
    all,
    accounts,
    segments,
    percent,
    dryRun: isDryRun(rollout),
    revision: rolloutRevision(rollout),
  };
}

/** What an action led to at once, for the person who did it. */
export function effectsBody(effects: readonly Effect[]): wire.ActionBody["effects"] {
  return {
    decisions: effects.flatMap((effect) => (effect.kind === "decision" ? [decisionBody(effect.row)] : [])),
    deliveries: effects.flatMap((effect) => (effect.kind === "delivery" ? [deliveryBody(effect.row)] : [])),
    alerts: effects.flatMap((effect) => (effect.kind === "alert" ? [alertBody(effect.row)] : [])),
    scores: effects.flatMap((effect) => {
      if (effect.kind !== "score") return [];
      const { key, score, band } = effect.row;
      return [{ key, score, band }];
    }),
  };
}
