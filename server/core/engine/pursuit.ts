/**
 * What is done about a match: the guards are asked, and what they answer is done. A message is queued, the pursuit is
 * held until a time or until a colleague agrees, or it ends. The modes of a pursuit are told in ../unit.ts.
 *
 * `questionOf` (question.ts) puts the question and `judge` (../policy/judge.ts) answers it; the answer is written down
 * (decisions.ts) and the message queued (rows.ts). From there on the message is claimed (claim.ts) and reported on
 * (attempts.ts), which leads to the next step, and a person of ours stands at the end (humans.ts).
 */
import type { Reason } from "../decision.ts";
import type { Delivery } from "../delivery.ts";
import { messageValues } from "../explain.ts";
import type { Channel, Pattern } from "../pattern.ts";
import type { GuardResult } from "../policy/contract.ts";
import { dueByOf, nextStepAfter } from "../policy/deadlines.ts";
import { judge } from "../policy/judge.ts";
import { ladderOf } from "../policy/ladder.ts";
import { inRollout } from "../policy/rollout.ts";
import { bandOf, worth } from "../score.ts";
import type { Millis } from "../time.ts";
import type { Tracked } from "../unit.ts";
import { raiseAlert } from "./alerts.ts";
import { decisionId, endPursuit, recordDecision, scoreOfMatch, stopped } from "./decisions.ts";
import { alertOnly, alertWhenCritical, pursueHuman, scheduleFirstHuman } from "./humans.ts";
import { afterIncident, markIncident } from "./incidents.ts";
import { ACCOUNT_INCIDENT, questionOf } from "./question.ts";
import { messageOf, putDelivery, reserve, suppress, UNTOUCHED } from "./rows.ts";
import { schedule, type Turn } from "./turn.ts";

/**
 * Judges a match from a ladder step on, and does what the result says.
 * @param released it comes out of a hold, perhaps with many others
 */
export function pursue(turn: Turn, tracked: Tracked, step: number, released = false): void {
  const pattern = turn.tenant.library.byId(tracked.match.pattern);
  if (pattern === undefined || tracked.pursuit === null) return;
  if (pattern.alertOnly) return alertOnly(turn, tracked, pattern);
  if (ladderOf(pattern, null).messages.length === 0) return pursueHuman(turn, tracked);
  const score = scoreOfMatch(turn, tracked);
  const waiting = waitingRows(turn, tracked);
  const result = uncounted(turn, waiting, () => resultOn(turn, tracked, pattern, step, score));
  alertWhenCritical(turn, tracked, pattern, score, result);
  if (result.kind === "send") {
    // A message that nobody saw gives way to the next one, so that never both arrive.
    for (const row of waiting) suppress(turn, row, "superseded");
    send(turn, tracked, pattern, result, score, released);
  } else if (result.kind === "hold") hold(turn, tracked, result, score);
  else stop(turn, tracked, result, score);
}

function resultOn(turn: Turn, tracked: Tracked, pattern: Pattern, step: number, score: number): GuardResult {
  if (repeatsOldVersion(turn, tracked)) return stopped("duplicate", step);
  return afterIncident(turn, tracked, step) ?? judge(questionOf(turn, tracked, pattern, step, score));
}

/** While a match of the pattern's earlier version is open for the same key, the changed pattern only repeats it. */
function repeatsOldVersion(turn: Turn, { match }: Tracked): boolean {
  for (const { match: other } of turn.unit.tracked.values()) {
    const same = other.pattern === match.pattern && other.key === match.key;
    if (same && other.version !== match.version && other.state === "open" && other.firedAt < match.firedAt) {
      return true;
    }
  }
  return false;
}

function waitingRows(turn: Turn, { pursuit }: Tracked): readonly Delivery[] {
  const rows = (pursuit?.deliveries ?? []).map((id) => turn.unit.deliveries.get(id));
  return rows.filter((row) => row?.status === "queued").filter((row) => row !== undefined);
}

/** Judges as if these rows were gone, as they will be when another takes their place. */
function uncounted(turn: Turn, rows: readonly Delivery[], ask: () => GuardResult): GuardResult {
  const messages = rows.map((row) => messageOf(turn, row)).filter((message) => message !== undefined);
  const states = messages.map(({ state }) => state);
  for (const message of messages) message.state = "void";
  const result = ask();
  messages.forEach((message, i) => {
    message.state = states[i] ?? message.state;
  });
  return result;
}

// ---- send

function send(
  turn: Turn,
  tracked: Tracked,
  pattern: Pattern,
  result: GuardResult,
  score: number,
  released: boolean,
): void {
  const { pursuit } = tracked;
  if (pursuit === null || result.channel === null) return;
  if (pursuit.heldSince !== null) pursuit.dueBy = dueByOf(pattern.timing, turn.now);
  endHold(turn, tracked);
  const critical = bandOf(score, turn.tenant.settings.bands) === "critical";
  if (critical) pursuit.dueBy = Math.min(pursuit.dueBy, dueByOf("immediate", turn.now));
  const delivery = deliveryOf(turn, tracked, pattern, result, result.channel, released);
  recordDecision(turn, tracked, result, score, delivery.id);
  queue(turn, tracked, pattern, delivery);
  scheduleFirstHuman(turn, tracked, pattern);
}

/** Time in a hold does not count against the deadline, but all of it together makes a match stale. */
export function endHold(turn: Turn, { pursuit }: Tracked): void {
  if (pursuit === null || pursuit.heldSince === null) return;
  pursuit.heldFor += turn.now - pursuit.heldSince;
  pursuit.heldSince = null;
}

function deliveryOf(
  turn: Turn,
  tracked: Tracked,
  pattern: Pattern,
  result: GuardResult,
  channel: Channel,
  released: boolean,
): Delivery {
  const { match, pursuit } = tracked;
  const session = match.data.session;
  const template = pursuit?.insteadOf === undefined ? pattern.message : ACCOUNT_INCIDENT;
  return {
    id: turn.hash("delivery", match.id, result.step, pursuit?.judgements ?? 0),
    tenant: match.tenant,
    unit: match.unit,
    decision: decisionId(turn, tracked),
    match: match.id,
    pattern: pattern.id,
    family: pattern.family,
    account: match.account,
    person: result.person,
    session: pattern.anonymous && typeof session === "string" ? session : null,
    channel,
    step: result.step,
    template,
    templateVersion: turn.tenant.templates.get(template) ?? "",
    values: messageValues(match),
    createdAt: turn.now,
    notBefore: turn.now,
    dueBy: pursuit?.dueBy ?? turn.now,
    priority: worthOf(turn, tracked, pattern),
    released,
    status: "queued",
    ...UNTOUCHED,
    sentAt: null,
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
  // A match out of a backfill gets no message either when its next step or release falls into live time.
  const made = dry || delivery.simulated || turn.assume === "delivered";
  const status = dry || delivery.simulated ? "dry_run" : made ? "sent" : "queued";
  const row: Delivery = { ...delivery, status, sentAt: made ? turn.now : null };
  putDelivery(turn, row);
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

// ---- hold and stop

function hold(turn: Turn, tracked: Tracked, result: GuardResult, score: number): void {
  const { pursuit } = tracked;
  if (pursuit === null || result.until === null) return;
  recordDecision(turn, tracked, result, score, null);
  if (pursuit.heldSince === null) pursuit.heldSince = turn.now;
  pursuit.state = result.reason === "review" ? "review" : "held";
  pursuit.step = result.step;
  markIncident(turn, tracked, result);
  if (result.reason === "review") {
    raiseAlert(turn, tracked, "review", "review", score, result.until);
    schedule(turn, "review", tracked.match.id, result.until);
  } else schedule(turn, "judge", tracked.match.id, result.until);
}

function stop(turn: Turn, tracked: Tracked, result: GuardResult, score: number): void {
  recordDecision(turn, tracked, result, score, null);
  const { pursuit } = tracked;
  if (pursuit === null) return;
  // A later channel that cannot be used ends the messages, not the way to a human.
  if (pursuit.sentSteps.length > 0 && ONLY_THIS_CHANNEL.has(result.reason)) {
    pursuit.state = "sent";
    pursuit.step = result.step;
  } else endPursuit(turn, tracked, result.reason);
}
const ONLY_THIS_CHANNEL: ReadonlySet<Reason> = new Set<Reason>([
  "no_consent",
  "unreachable",
  "not_ready",
  "duplicate",
  "below",
]);
