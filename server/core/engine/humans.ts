/** When a person of ours is asked: the human step of a ladder, patterns that only ever alert, and critical matches. */
import type { GuardReason, Reason } from "../decision.ts";
import type { Channel, Pattern } from "../pattern.ts";
import type { GuardResult } from "../policy/contract.ts";
import { dueByOf, humanAfter } from "../policy/deadlines.ts";
import { judgeHuman } from "../policy/judge.ts";
import { ladderOf } from "../policy/ladder.ts";
import { bandOf } from "../score.ts";
import type { Millis } from "../time.ts";
import type { Tracked } from "../unit.ts";
import { raiseAlert } from "./alerts.ts";
import { endPursuit, recordDecision, scoreOfMatch, stopped } from "./decisions.ts";
import { questionOf } from "./question.ts";
import { isScheduled, schedule, type Turn } from "./turn.ts";

/** From the first message on, a person of ours is asked if it does not help. `from`: when that message leaves. */
export function scheduleHuman(turn: Turn, tracked: Tracked, pattern: Pattern, from: Millis): void {
  const after = humanAfter(pattern.timing);
  if (tracked.pursuit?.humanDone !== false || after === Number.POSITIVE_INFINITY) return;
  schedule(turn, "human", tracked.match.id, from + after);
}

/** Only the first message starts the clock; one that is put off takes it along. */
export function scheduleFirstHuman(turn: Turn, tracked: Tracked, pattern: Pattern): void {
  if (!isScheduled(turn.unit, "human", tracked.match.id)) scheduleHuman(turn, tracked, pattern, turn.now);
}

/** The human step: an alert to a person of ours, when the message did not help. */
export function pursueHuman(turn: Turn, tracked: Tracked): void {
  const pattern = turn.tenant.library.byId(tracked.match.pattern);
  const { pursuit } = tracked;
  if (pattern === undefined || pursuit === null || pursuit.humanDone) return;
  const { human, messages } = ladderOf(pattern, null);
  if (human === null) return;
  const score = scoreOfMatch(turn, tracked);
  const result = {
    ...judgeHuman(questionOf(turn, tracked, pattern, messages.length, score)),
    channel: human,
  };
  if (result.kind === "send") return ask(turn, tracked, pattern, result, human, score);
  recordDecision(turn, tracked, result, score, null);
  waitOrEnd(turn, tracked, result, "human");
}

function ask(
  turn: Turn,
  tracked: Tracked,
  pattern: Pattern,
  result: GuardResult,
  human: Channel,
  score: number,
): void {
  const { pursuit } = tracked;
  if (pursuit === null) return;
  pursuit.humanDone = true;
  if (pursuit.sentSteps.length === 0) pursuit.state = "sent";
  recordDecision(turn, tracked, result, score, null);
  raiseAlert(turn, tracked, human, pattern.owner.role, score, pursuit.dueBy);
}

/** Held: judged again then. Stopped before any message went out: nothing more is done. */
function waitOrEnd(turn: Turn, tracked: Tracked, result: GuardResult, timer: "human" | "judge"): void {
  const { pursuit, match } = tracked;
  if (pursuit === null) return;
  if (result.kind === "hold" && result.until !== null) schedule(turn, timer, match.id, result.until);
  else if (pursuit.sentSteps.length === 0) endPursuit(turn, tracked, result.reason);
}

/**
 * Patterns that never message the customer (cancellation, sentiment): the alert is all there is, under the same rules
 * as a human step.
 */
export function alertOnly(turn: Turn, tracked: Tracked, pattern: Pattern): void {
  const { pursuit } = tracked;
  if (pursuit === null || pursuit.humanDone) return;
  const { human } = ladderOf(pattern, null);
  const score = scoreOfMatch(turn, tracked);
  const result = { ...judgeHuman(questionOf(turn, tracked, pattern, 0, score)), channel: human };
  if (result.kind !== "send") {
    recordDecision(turn, tracked, result, score, null);
    return waitOrEnd(turn, tracked, result, "judge");
  }
  pursuit.humanDone = true;
  recordDecision(turn, tracked, { ...stopped("alert_only", 0), channel: human }, score, null);
  raiseAlert(turn, tracked, human ?? "human.ops", pattern.owner.role, score, pursuit.dueBy);
  endPursuit(turn, tracked, "alert_only");
}

/** Reasons after which nobody needs to be told: it is over, somebody is told already, or it was switched off. */
const NO_ALERT: ReadonlySet<Reason> = new Set<GuardReason>([
  "switched_off",
  "retracted",
  "resolved",
  "below",
  "muted",
  "duplicate",
  "incident",
]);

/** Nobody critical is dropped in silence: the owner hears of a critical match once, whatever else is done about it. */
export function alertWhenCritical(
  turn: Turn,
  tracked: Tracked,
  pattern: Pattern,
  score: number,
  result: GuardResult,
): void {
  const { pursuit } = tracked;
  if (pursuit === null || pursuit.alerted) return;
  if (bandOf(score, turn.tenant.settings.bands) !== "critical") return;
  if (result.kind !== "send" && NO_ALERT.has(result.reason)) return;
  pursuit.alerted = true;
  const dueBy = Math.min(pursuit.dueBy, dueByOf("immediate", turn.now));
  raiseAlert(turn, tracked, "critical", pattern.owner.role, score, dueBy, result);
}
