/** What colleagues say of a match: approved or rejected before it is sent, real or a false alarm afterwards. */
import type { ControlOf } from "../control.ts";
import { dueByOf } from "../policy/deadlines.ts";
import type { Pursuit, Tracked } from "../unit.ts";
import { raiseAlert } from "./alerts.ts";
import { endPursuit, recordDecision, scoreOfMatch, stopped } from "./decisions.ts";
import { silence } from "./feedback.ts";
import { silenceOf } from "./matches.ts";
import { correctOutcome } from "./outcomes.ts";
import { pursue } from "./pursuit.ts";
import { suppress } from "./rows.ts";
import { emitMatch, type Turn, unschedule } from "./turn.ts";

export function takeVerdict(turn: Turn, control: ControlOf<"verdict">): void {
  const tracked = turn.unit.tracked.get(control.match);
  if (tracked === undefined) return;
  if (control.verdict === "false_alarm" && control.undo !== true)
    return silence(turn, tracked, "false_alarm", "resolved");
  if (tracked.silenced !== "false_alarm") return;
  tracked.silenced = silenceOf(tracked.match);
  turn.scoresTouched = true;
  correctOutcome(turn, tracked);
  if (tracked.silenced !== null) return;
  if (tracked.pursuit !== null && tracked.pursuit.sentSteps.length === 0 && tracked.match.state === "open") {
    tracked.pursuit.state = "held";
    turn.toJudge.add(tracked.match.id);
  }
}

export function takeReview(turn: Turn, control: ControlOf<"review">): void {
  const tracked = turn.unit.tracked.get(control.match);
  if (tracked?.pursuit == null) return;
  const { pursuit } = tracked;
  if (control.undo === true) return undoReview(turn, tracked, pursuit, control.step ?? 0);
  if (pursuit.state !== "review") return;
  unschedule(turn.unit, "review", control.match);
  if (control.answer === "reject") {
    const score = scoreOfMatch(turn, tracked);
    recordDecision(turn, tracked, stopped("review_rejected", pursuit.step), score, null);
    return endPursuit(turn, tracked, "review_rejected");
  }
  pursuit.approved = true;
  pursuit.state = "held";
  if (control.answer === "edit" && control.text !== undefined) {
    tracked.match = { ...tracked.match, data: { ...tracked.match.data, editedText: control.text } };
    emitMatch(turn, tracked);
  }
  pursue(turn, tracked, pursuit.step);
}

/**
 * An answer can be taken back until what it let go is being sent: the messages on the step that was asked about and
 * on later ones. Earlier ones went without it, and stay.
 */
function undoReview(turn: Turn, tracked: Tracked, pursuit: Pursuit, asked: number): void {
  const letGo = pursuit.deliveries
    .map((id) => turn.unit.deliveries.get(id))
    .filter((row) => row !== undefined)
    .filter(({ step, status }) => step >= asked && status !== "suppressed");
  if (letGo.some(({ status }) => status !== "queued")) return;
  for (const row of letGo) suppress(turn, row, "review");
  pursuit.sentSteps = pursuit.sentSteps.filter((step) => step < asked);
  pursuit.approved = false;
  pursuit.state = "held";
  pursue(turn, tracked, asked);
}

/** The review ran out of time: nothing is sent, ops hear of it. */
export function reviewExpires(turn: Turn, tracked: Tracked): void {
  const { pursuit, match } = tracked;
  const owner = turn.tenant.library.byId(match.pattern)?.owner.role;
  if (pursuit?.state !== "review") return;
  const score = scoreOfMatch(turn, tracked);
  const result = stopped("review_expired", pursuit.step);
  recordDecision(turn, tracked, result, score, null);
  if (owner !== undefined) {
    raiseAlert(turn, tracked, "review_expired", owner, score, dueByOf("short", turn.now), result);
  }
  endPursuit(turn, tracked, "review_expired");
}
