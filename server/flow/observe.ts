/**
 * What became of it: receipts, feedback, verdicts and tickets turn into outcomes. Pure, like assess; both work on
 * one unit at a time.
 */
import type { UnitControl } from "../core/control.ts";
import type { Alert, Delivery } from "../core/delivery.ts";
import { messageValues } from "../core/explain.ts";
import { dueByOf } from "../core/policy/deadlines.ts";
import { inRollout } from "../core/policy/rollout.ts";
import { kindOf } from "../core/tenant.ts";
import { DAY } from "../core/time.ts";
import type { Tracked } from "../core/unit.ts";
import { putAlert, raiseAlert } from "./assess/alerts.ts";
import { helped, stopPerson } from "./assess/attempts.ts";
import {
  endPursuit,
  freeStep,
  recordDecision,
  scoreOfMatch,
  stopped,
  stopRow,
  withdraw,
} from "./assess/decisions.ts";
import { pursueHuman } from "./assess/humans.ts";
import { correctOutcome } from "./assess/outcomes.ts";
import { emitPerson, personOf } from "./assess/profile.ts";
import { pursue } from "./assess/pursuit.ts";
import { putDelivery, reserve, suppress, UNTOUCHED } from "./assess/rows.ts";
import { emitMatch, type Turn, unschedule } from "./assess/turn.ts";

/** Receipts for a message by hand are taken for so long. */
const MANUAL_KEPT = 30 * DAY;

type Of<Kind> = Extract<UnitControl, { readonly kind: Kind }>;

// ---- the customer

export function takeFeedback(turn: Turn, control: Of<"feedback">): void {
  const tracked = turn.unit.tracked.get(control.match);
  turn.effects.push({
    kind: "feedback",
    row: {
      id: turn.hash("feedback", control.match, control.delivery ?? "", control.person, turn.now),
      tenant: turn.unit.tenant,
      match: control.match,
      delivery: control.delivery,
      person: control.person,
      at: turn.now,
      answer: control.answer,
      stars: control.stars,
    },
  });
  if (tracked === undefined || control.answer === null) return;
  if (control.answer === "yes") helped(turn, control.match, "yes");
  if (control.answer === "no") notHelped(turn, tracked);
  if (control.answer === "not_mine") disown(turn, tracked, control.person);
  if (control.answer === "someone_else") {
    withdraw(turn, tracked, "resolved");
    endPursuit(turn, tracked, "resolved");
  }
}

/** A click may have looked like help; what they say counts. */
function notHelped(turn: Turn, tracked: Tracked): void {
  tracked.helped = null;
  pursueHuman(turn, tracked);
  correctOutcome(turn, tracked);
}

/** "I do not have this problem": no more of this family for 30 days, and the match counts for nothing. */
function disown(turn: Turn, tracked: Tracked, personId: string): void {
  const person = personOf(turn, personId);
  person.muted = { ...person.muted, [tracked.match.family]: turn.now + turn.tenant.settings.muteFor };
  emitPerson(turn, person);
  silence(turn, tracked, "not_mine", "muted");
}

function silence(
  turn: Turn,
  tracked: Tracked,
  why: "false_alarm" | "not_mine",
  reason: "muted" | "resolved",
): void {
  tracked.silenced = why;
  turn.scoresTouched = true;
  withdraw(turn, tracked, reason);
  endPursuit(turn, tracked, reason);
  correctOutcome(turn, tracked);
}

export function changePreference(turn: Turn, { person: id, change }: Of<"preference">): void {
  const person = personOf(turn, id);
  switch (change.kind) {
    case "stop":
      return stopPerson(turn, person, turn.now);
    case "resume":
      person.stoppedAt = null;
      break;
    case "channel":
      person.channelsOff = change.on
        ? person.channelsOff.filter((kind) => kind !== change.channel)
        : [...new Set([...person.channelsOff, change.channel])];
      break;
    case "prefer":
      person.preferred = change.channel;
      break;
    case "snooze":
      person.snoozedUntil = change.until;
      break;
    case "pause":
      person.pausedUntil = change.until;
      break;
    case "consent":
      person.consent = { ...person.consent, [change.channel]: change.given };
      break;
    case "bounced":
      person.reach = {
        ...person.reach,
        ...(change.channel === "email" ? { bouncedEmail: true } : { bouncedPhone: true }),
      };
  }
  emitPerson(turn, person);
  if (change.kind === "channel" && !change.on) leaveChannel(turn, id, change.channel);
  if (change.kind === "snooze" || change.kind === "pause") judgeAgain(turn, ["snoozed", "paused"]);
}

/** What held these may be gone. */
export function judgeAgain(turn: Turn, reasons: readonly string[]): void {
  for (const { match, pursuit } of turn.unit.tracked.values()) {
    if (pursuit?.state === "held" && reasons.includes(pursuit.lastReason)) turn.toJudge.add(match.id);
  }
}

/** What is queued on a channel that was switched off looks for another way. */
export function leaveChannel(turn: Turn, person: string, channel: string): void {
  for (const tracked of turn.unit.tracked.values()) {
    const { pursuit } = tracked;
    const row = pursuit === null ? undefined : queuedOf(turn, pursuit.deliveries, person, channel);
    if (pursuit === null || row === undefined) continue;
    stopRow(turn, row, "opted_out");
    freeStep(tracked, row.step);
    pursue(turn, tracked, row.step, "first");
  }
}

function queuedOf(turn: Turn, ids: readonly string[], person: string, channel: string): Delivery | undefined {
  for (const id of ids) {
    const row = turn.unit.deliveries.get(id);
    if (row?.status === "queued" && row.person === person && kindOf(row.channel) === channel) return row;
  }
  return undefined;
}

// ---- agents and ops

export function takeVerdict(turn: Turn, control: Of<"verdict">): void {
  const tracked = turn.unit.tracked.get(control.match);
  if (tracked === undefined) return;
  if (control.verdict === "false_alarm" && control.undo !== true)
    return silence(turn, tracked, "false_alarm", "resolved");
  if (tracked.silenced !== "false_alarm") return;
  const { state, closedBy } = tracked.match;
  tracked.silenced = state === "closed" && closedBy !== "quiet" ? "recovery" : null;
  turn.scoresTouched = true;
  correctOutcome(turn, tracked);
  if (tracked.silenced !== null) return;
  if (tracked.pursuit !== null && tracked.pursuit.sentSteps.length === 0 && tracked.match.state === "open") {
    tracked.pursuit.state = "held";
    turn.toJudge.add(tracked.match.id);
  }
}

export function takeReview(turn: Turn, control: Of<"review">): void {
  const tracked = turn.unit.tracked.get(control.match);
  const pursuit = tracked?.pursuit;
  if (tracked === undefined || pursuit === null || pursuit === undefined) return;
  if (control.undo === true) return undoReview(turn, tracked);
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
  pursue(turn, tracked, pursuit.step, "first");
}

/** An approval can be taken back until the row is being sent. */
function undoReview(turn: Turn, tracked: Tracked): void {
  const { pursuit } = tracked;
  if (pursuit === null) return;
  for (const id of pursuit.deliveries) {
    const row = turn.unit.deliveries.get(id);
    if (row?.status === "queued") suppress(turn, row, "review");
    else if (row !== undefined && row.status !== "suppressed") return;
  }
  pursuit.sentSteps = [];
  pursuit.approved = false;
  pursuit.state = "held";
  pursue(turn, tracked, 0, "first");
}

/** The review ran out of time: nothing is sent, ops hear of it. */
export function reviewExpires(turn: Turn, tracked: Tracked): void {
  const { pursuit, match } = tracked;
  const owner = turn.tenant.library.byId(match.pattern)?.owner.role;
  if (pursuit?.state !== "review") return;
  const score = scoreOfMatch(turn, tracked);
  const verdict = stopped("review_expired", pursuit.step);
  recordDecision(turn, tracked, verdict, score, null);
  if (owner !== undefined) {
    raiseAlert(turn, tracked, "review_expired", owner, score, dueByOf("short", turn.now), verdict);
  }
  endPursuit(turn, tracked, "review_expired");
}

export function changeAlert(turn: Turn, control: Of<"alert">): void {
  const alert = turn.unit.alerts.get(control.alert);
  if (alert === undefined) return;
  // Somebody else was first: the caller reads the unchanged row and tells who.
  if (control.expect !== undefined && control.expect !== alert.revision) return;
  putAlert(turn, { ...alert, ...alertChanges(control), revision: alert.revision + 1 });
}

function alertChanges(control: Of<"alert">): Partial<Alert> {
  switch (control.action) {
    case "ack":
      return { state: "acked", assignee: control.assignee ?? control.actor };
    case "assign":
      return { assignee: control.assignee ?? control.actor };
    case "snooze":
      return { state: "snoozed", snoozedUntil: control.until ?? null };
    case "resolve":
      return { state: "resolved" };
    case "restore":
      return control.before ?? { state: "open", snoozedUntil: null };
  }
}

/** A message by hand, to be claimed by the deliverer like any other. */
export function sendByHand(turn: Turn, control: Of<"manual">): void {
  if (control.undo === true) return takeBackByHand(turn, control.delivery);
  if (turn.unit.deliveries.has(control.delivery)) return;
  forgetOldManual(turn);
  const tracked = control.match === null ? undefined : turn.unit.tracked.get(control.match);
  // Nothing leaves before the account is live, by hand neither.
  const dry = !inRollout(turn.tenant, turn.unit);
  const row: Delivery = {
    id: control.delivery,
    tenant: turn.unit.tenant,
    unit: turn.unit.id,
    decision: "",
    match: control.match ?? "",
    pattern: tracked?.match.pattern ?? "",
    family: tracked?.match.family ?? "",
    account: turn.unit.account?.id ?? null,
    person: control.person,
    session: null,
    channel: control.channel,
    step: 0,
    template: control.template,
    templateVersion: turn.tenant.templates.get(control.template) ?? "",
    values: tracked === undefined ? {} : messageValues(tracked.match),
    createdAt: turn.now,
    notBefore: turn.now,
    dueBy: turn.now + DAY,
    priority: 100,
    released: false,
    status: dry ? "dry_run" : "queued",
    ...UNTOUCHED,
    sentAt: dry ? turn.now : null,
    manual: { actor: control.actor, reason: control.reason },
    simulated: false,
  };
  personOf(turn, control.person);
  putDelivery(turn, row);
  reserve(turn, row, dry ? "sent" : "reserved", dry);
}

/** What is being sent, or was, stays: nobody can call it back. */
function takeBackByHand(turn: Turn, delivery: string): void {
  const row = turn.unit.deliveries.get(delivery);
  if (row?.status === "queued") stopRow(turn, row, "taken_back");
}

/** Rows of a match go with the match; of those without one, nobody asks for ever. */
function forgetOldManual(turn: Turn): void {
  for (const row of [...turn.unit.deliveries.values()]) {
    const isOver = row.status !== "queued" && row.status !== "sending" && row.status !== "in_doubt";
    if (row.match === "" && isOver && turn.now - row.createdAt > MANUAL_KEPT) {
      turn.unit.deliveries.delete(row.id);
    }
  }
}
