/**
 * What is done about a match: judge, queue, wait, step on, hand to a human.
 *
 * A pursuit is `held` from the first judgement until something may leave (a timer judges again), `review` while a
 * human is asked, `sent` once a delivery exists (timers lead to the next step and to the human), `ended` when
 * nothing more will be done.
 */
import type { Decision, Judgement, Reason } from "../../core/decision.ts";
import type { Delivery } from "../../core/delivery.ts";
import { scoreKeyOf } from "../../core/match.ts";
import type { Channel, Pattern } from "../../core/pattern.ts";
import type { Question, Verdict } from "../../core/policy/contract.ts";
import { dueByOf, humanAfter, nextStepAfter } from "../../core/policy/deadlines.ts";
import { judge, judgeHuman } from "../../core/policy/judge.ts";
import { ladderOf } from "../../core/policy/ladder.ts";
import { inRollout } from "../../core/policy/rollout.ts";
import { bandOf, worth } from "../../core/score.ts";
import type { Millis } from "../../core/time.ts";
import type { PersonState, Pursuit, Tracked } from "../../core/unit.ts";
import { raiseAlert } from "./alerts.ts";
import { emitPerson } from "./profile.ts";
import { scoreNow } from "./scores.ts";
import { schedule, type Turn, unschedule } from "./turn.ts";

export type Cause = "first" | "release" | "step" | "approved";

/** Judges a match from a ladder step on, and does what the verdict says. */
export function pursue(turn: Turn, tracked: Tracked, step: number, cause: Cause): void {
  const pattern = turn.tenant.library.byId(tracked.match.pattern);
  const { pursuit } = tracked;
  if (pattern === undefined || pursuit === null) return;
  if (pattern.alertOnly) return alertOnly(turn, tracked, pattern);
  if (isHumanOnly(turn, tracked, pattern)) return pursueHuman(turn, tracked);
  const score = scoreNow(turn, scoreKeyOf(tracked.match.key)).score;
  const verdict = belongsToEndedIncident(turn, tracked)
    ? stopped("incident", step)
    : judge(questionOf(turn, tracked, pattern, pursuit, score, step, cause === "approved"));
  alertWhenCritical(turn, tracked, pattern, score, verdict);
  if (verdict.kind === "send") send(turn, tracked, pattern, verdict, score, cause);
  else if (verdict.kind === "hold") hold(turn, tracked, verdict, score);
  else stop(turn, tracked, verdict, score);
}

function isHumanOnly(turn: Turn, tracked: Tracked, pattern: Pattern): boolean {
  const person = tracked.match.person === null ? null : (turn.unit.persons.get(tracked.match.person) ?? null);
  return ladderOf(pattern, person).messages.length === 0;
}

export function questionOf(
  turn: Turn,
  tracked: Tracked,
  pattern: Pattern,
  pursuit: Pursuit,
  score: number,
  step: number,
  approved: boolean,
): Question {
  const { now, tenant, unit } = turn;
  const resolved = tracked.silenced !== null || tracked.helped !== null;
  return { now, tenant, unit, match: tracked.match, pattern, resolved, pursuit, step, score, approved };
}

/** An incident's own matches are not released: only new evidence 10 min after its end starts them anew. */
function belongsToEndedIncident(turn: Turn, tracked: Tracked): boolean {
  const id = tracked.match.incident;
  if (id === null) return false;
  const incident = turn.tenant.incidents.find((one) => one.id === id);
  if (incident !== undefined && incident.endedAt === null) return false;
  const endedAt = incident?.endedAt ?? tracked.match.noticedAt;
  return tracked.match.lastSeen <= endedAt + AFTER_INCIDENT;
}
const AFTER_INCIDENT = 10 * 60_000;

export function stopped(reason: Reason, step: number): Verdict {
  return { kind: "stop", reason, until: null, channel: null, person: null, step };
}

// ---- send

function send(
  turn: Turn,
  tracked: Tracked,
  pattern: Pattern,
  verdict: Verdict,
  score: number,
  cause: Cause,
): void {
  const { pursuit } = tracked;
  if (pursuit === null || verdict.channel === null) return;
  release(turn, pursuit, pattern);
  const critical = bandOf(score, turn.tenant.settings.bands) === "critical";
  if (critical) pursuit.dueBy = Math.min(pursuit.dueBy, dueByOf("immediate", turn.now));
  if (verdict.channel.startsWith("human.")) return sendHuman(turn, tracked, pattern, verdict, score);
  const delivery = deliveryOf(turn, tracked, pattern, verdict, cause === "release");
  recordDecision(turn, tracked, verdict, score, delivery.id);
  queue(turn, tracked, pattern, delivery);
  if (!pursuit.humanDone) scheduleHuman(turn, tracked, pattern);
}

/** A hold has ended: time in it does not count against the deadline. */
function release(turn: Turn, pursuit: Pursuit, pattern: Pattern): void {
  if (pursuit.heldSince === null) return;
  pursuit.heldFor += turn.now - pursuit.heldSince;
  pursuit.heldSince = null;
  pursuit.dueBy = dueByOf(pattern.timing, turn.now);
}

function deliveryOf(
  turn: Turn,
  tracked: Tracked,
  pattern: Pattern,
  verdict: Verdict,
  released: boolean,
): Delivery {
  const { match, pursuit } = tracked;
  const session = match.data.session;
  const template = pattern.message;
  return {
    id: turn.hash("delivery", match.id, verdict.step, pursuit?.judgements ?? 0),
    tenant: match.tenant,
    unit: match.unit,
    decision: decisionId(turn, tracked),
    match: match.id,
    pattern: pattern.id,
    family: pattern.family,
    account: match.account,
    person: verdict.person,
    session: pattern.anonymous && typeof session === "string" ? session : null,
    channel: verdict.channel as Channel,
    step: verdict.step,
    template,
    templateVersion: turn.tenant.templates.get(template) ?? "",
    values: match.data,
    createdAt: turn.now,
    notBefore: turn.now,
    dueBy: pursuit?.dueBy ?? turn.now,
    priority: worthOf(turn, tracked, pattern),
    released,
    status: "queued",
    attempts: 0,
    detail: null,
    providerId: null,
    claimedAt: null,
    leaseUntil: null,
    fence: 0,
    sentAt: null,
    deliveredAt: null,
    seenAt: null,
    clickedAt: null,
    preview: false,
    manual: null,
    simulated: turn.simulated || match.simulated,
  };
}

function worthOf(turn: Turn, tracked: Tracked, pattern: Pattern): number {
  const { risk, confidence, halfLife } = pattern;
  return worth({ match: tracked.match, risk, confidence, halfLife, silenced: false }, turn.now);
}

/** Queues the delivery, reserves its place under the person's cap, and sets the timer of the next step. */
function queue(turn: Turn, tracked: Tracked, pattern: Pattern, delivery: Delivery): void {
  const { pursuit } = tracked;
  if (pursuit === null) return;
  const dry = !inRollout(turn.tenant, turn.unit);
  // A match out of history gets no message either when its next step or release falls into live time.
  const made = dry || delivery.simulated || turn.assume === "delivered";
  const status = dry || delivery.simulated ? "dry_run" : made ? "sent" : "queued";
  const row: Delivery = { ...delivery, status, sentAt: made ? turn.now : null };
  turn.unit.deliveries.set(row.id, row);
  turn.effects.push({ kind: "delivery", row });
  pursuit.state = "sent";
  pursuit.step = delivery.step;
  pursuit.sentSteps.push(delivery.step);
  pursuit.deliveries.push(row.id);
  pursuit.person = delivery.person;
  reserve(turn, row, made ? "sent" : "reserved", dry);
  schedule(turn, "step", tracked.match.id, turn.now + stepDelay(pattern));
}

export function stepDelay(pattern: Pattern): Millis {
  return pattern.stepAfter ?? nextStepAfter(pattern.timing);
}

function reserve(turn: Turn, row: Delivery, state: "reserved" | "sent", dry: boolean): void {
  const person = row.person === null ? undefined : turn.unit.persons.get(row.person);
  if (person === undefined) return;
  const { id: delivery, match, family, channel, step } = row;
  person.messages.push({ delivery, match, family, channel, step, at: turn.now, state, dry });
  emitPerson(turn, person);
}

// ---- hold and stop

function hold(turn: Turn, tracked: Tracked, verdict: Verdict, score: number): void {
  const { pursuit } = tracked;
  if (pursuit === null || verdict.until === null) return;
  recordDecision(turn, tracked, verdict, score, null);
  if (pursuit.heldSince === null) pursuit.heldSince = turn.now;
  pursuit.state = verdict.reason === "review" ? "review" : "held";
  pursuit.step = verdict.step;
  markIncident(turn, tracked, verdict);
  if (verdict.reason === "review") {
    raiseAlert(turn, tracked, "review", "review", score, verdict.until);
    schedule(turn, "review", tracked.match.id, verdict.until);
  } else schedule(turn, "judge", tracked.match.id, verdict.until);
}

/** A match held by an incident becomes system-wide: it is kept out of learning and not released with the others. */
function markIncident(turn: Turn, tracked: Tracked, verdict: Verdict): void {
  if (verdict.reason !== "incident" || tracked.match.incident !== null) return;
  const { firedAt, pattern } = tracked.match;
  const own = turn.tenant.incidents.find(
    (one) =>
      one.endedAt === null &&
      firedAt >= one.startedAt - turn.tenant.settings.incident.within &&
      (one.scope.kind === "all" || one.scope.name === pattern || one.scope.name === tracked.match.family),
  );
  if (own === undefined) return;
  tracked.match = { ...tracked.match, incident: own.id };
  turn.effects.push({ kind: "match", row: tracked.match });
}

function stop(turn: Turn, tracked: Tracked, verdict: Verdict, score: number): void {
  recordDecision(turn, tracked, verdict, score, null);
  const wasSent = tracked.pursuit !== null && tracked.pursuit.sentSteps.length > 0;
  // A later channel that cannot be used ends the messages, not the way to a human.
  if (!wasSent || !ONLY_THIS_CHANNEL.has(verdict.reason)) endPursuit(turn, tracked, verdict.reason);
}
const ONLY_THIS_CHANNEL: ReadonlySet<Reason> = new Set([
  "no_consent",
  "unreachable",
  "not_ready",
  "duplicate",
]);

export function endPursuit(turn: Turn, tracked: Tracked, reason: Reason): void {
  const { pursuit, match } = tracked;
  if (pursuit === null) return;
  pursuit.state = "ended";
  pursuit.lastReason = reason;
  for (const kind of ["judge", "step", "human", "review"] as const) unschedule(turn.unit, kind, match.id);
}

/** Takes back what was queued and not yet claimed; what is on its way stays. */
export function withdraw(turn: Turn, tracked: Tracked, reason: Reason): void {
  for (const id of tracked.pursuit?.deliveries ?? []) {
    const row = turn.unit.deliveries.get(id);
    if (row?.status !== "queued") continue;
    suppress(turn, row, reason);
    const verdict = { ...stopped(reason, row.step), channel: row.channel, person: row.person };
    recordDecision(turn, tracked, verdict, scoreNow(turn, scoreKeyOf(tracked.match.key)).score, row.id);
  }
}

export function suppress(turn: Turn, row: Delivery, reason: string): void {
  updateDelivery(turn, row, { status: "suppressed", detail: reason });
  voidMessage(turn, row);
}

export function updateDelivery(turn: Turn, row: Delivery, changes: Partial<Delivery>): Delivery {
  const next: Delivery = { ...row, ...changes };
  turn.unit.deliveries.set(next.id, next);
  turn.effects.push({ kind: "delivery", row: next });
  return next;
}

/** The delivery will never reach the person: it counts against nothing. */
export function voidMessage(turn: Turn, row: Delivery): void {
  const person = row.person === null ? undefined : turn.unit.persons.get(row.person);
  const message = person?.messages.find((one) => one.delivery === row.id);
  if (person === undefined || message === undefined) return;
  message.state = "void";
  emitPerson(turn, person);
}

export function setMessage(
  turn: Turn,
  row: Delivery,
  state: "reserved" | "in_doubt" | "sent",
  at: Millis,
): void {
  const person: PersonState | undefined = row.person === null ? undefined : turn.unit.persons.get(row.person);
  const message = person?.messages.find((one) => one.delivery === row.id);
  if (person === undefined || message === undefined) return;
  message.state = state;
  message.at = at;
  emitPerson(turn, person);
}

// ---- the decision log

function decisionId(turn: Turn, tracked: Tracked): string {
  return turn.hash("decision", tracked.match.id, tracked.pursuit?.judgements ?? 0);
}

export function recordDecision(
  turn: Turn,
  tracked: Tracked,
  verdict: Judgement & { readonly step: number },
  score: number,
  delivery: string | null,
): void {
  const { match, pursuit } = tracked;
  const { kind, reason, until, channel, person, wouldHave, step } = verdict;
  const row: Decision = {
    id: decisionId(turn, tracked),
    tenant: match.tenant,
    match: match.id,
    pattern: match.pattern,
    key: match.key,
    account: match.account,
    step,
    at: turn.now,
    kind,
    reason,
    until,
    channel,
    person,
    dueBy: pursuit?.dueBy ?? null,
    score,
    delivery,
    simulated: turn.simulated || match.simulated,
    ...(wouldHave === undefined ? {} : { wouldHave }),
  };
  turn.effects.push({ kind: "decision", row });
  if (pursuit === null) return;
  pursuit.judgements += 1;
  pursuit.lastReason = reason;
}

// ---- humans and alerts

function scheduleHuman(turn: Turn, tracked: Tracked, pattern: Pattern): void {
  const person = tracked.pursuit?.person ?? null;
  const { human } = ladderOf(pattern, person === null ? null : (turn.unit.persons.get(person) ?? null));
  const after = humanAfter(pattern.timing);
  if (human === null || after === Number.POSITIVE_INFINITY) return;
  schedule(turn, "human", tracked.match.id, Math.max(turn.now, tracked.match.firedAt + after));
}

/** The human step: an alert to a person of ours, when the message did not help. */
export function pursueHuman(turn: Turn, tracked: Tracked): void {
  const pattern = turn.tenant.library.byId(tracked.match.pattern);
  const { pursuit } = tracked;
  if (pattern === undefined || pursuit === null || pursuit.humanDone) return;
  const person = pursuit.person === null ? null : (turn.unit.persons.get(pursuit.person) ?? null);
  const { human, messages } = ladderOf(pattern, person);
  if (human === null) return;
  const score = scoreNow(turn, scoreKeyOf(tracked.match.key)).score;
  const verdict = judgeHuman(questionOf(turn, tracked, pattern, pursuit, score, messages.length, false));
  if (verdict.kind === "send")
    return sendHuman(turn, tracked, pattern, { ...verdict, channel: human }, score);
  recordDecision(turn, tracked, { ...verdict, channel: human }, score, null);
  if (verdict.kind === "hold" && verdict.until !== null) {
    schedule(turn, "human", tracked.match.id, verdict.until);
  }
}

function sendHuman(turn: Turn, tracked: Tracked, pattern: Pattern, verdict: Verdict, score: number): void {
  const { pursuit } = tracked;
  if (pursuit === null || verdict.channel === null) return;
  pursuit.humanDone = true;
  if (pursuit.sentSteps.length === 0) pursuit.state = "sent";
  recordDecision(turn, tracked, verdict, score, null);
  raiseAlert(turn, tracked, verdict.channel, pattern.owner.role, score, pursuit.dueBy);
}

/** Patterns that never message the customer: journey signals, sentiment. */
function alertOnly(turn: Turn, tracked: Tracked, pattern: Pattern): void {
  const { pursuit } = tracked;
  if (pursuit === null || pursuit.humanDone) return;
  const score = scoreNow(turn, scoreKeyOf(tracked.match.key)).score;
  const { human } = ladderOf(pattern, null);
  pursuit.humanDone = true;
  recordDecision(turn, tracked, { ...stopped("alert_only", 0), channel: human }, score, null);
  raiseAlert(turn, tracked, human ?? "human.ops", pattern.owner.role, score, pursuit.dueBy);
  endPursuit(turn, tracked, "alert_only");
}

/** Nobody critical is dropped in silence: whatever the verdict, the owner hears of a critical match once. */
function alertWhenCritical(
  turn: Turn,
  tracked: Tracked,
  pattern: Pattern,
  score: number,
  verdict: Verdict,
): void {
  const { pursuit } = tracked;
  if (pursuit === null || pursuit.alerted || tracked.silenced !== null) return;
  if (bandOf(score, turn.tenant.settings.bands) !== "critical" || verdict.reason === "retracted") return;
  pursuit.alerted = true;
  const dueBy = Math.min(pursuit.dueBy, dueByOf("immediate", turn.now));
  raiseAlert(turn, tracked, "critical", pattern.owner.role, score, dueBy, verdict);
}
