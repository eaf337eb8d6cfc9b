/**
 * What became of it: receipts, feedback, verdicts and tickets turn into outcomes. Pure, like assess; both work on
 * one unit at a time.
 */
import type { UnitControl } from "../core/control.ts";
import type { Alert, Delivery } from "../core/delivery.ts";
import type { Event } from "../core/event.ts";
import type { Match } from "../core/match.ts";
import { decideOutcome } from "../core/outcome.ts";
import { kindOf } from "../core/tenant.ts";
import { DAY } from "../core/time.ts";
import type { Tracked } from "../core/unit.ts";
import { putAlert } from "./assess/alerts.ts";
import { helped, stopPerson } from "./assess/attempts.ts";
import { emitPerson, issueOfCategory, personOf } from "./assess/profile.ts";
import {
  endPursuit,
  pursue,
  pursueHuman,
  recordDecision,
  stopped,
  suppress,
  withdraw,
} from "./assess/pursuit.ts";
import { emitMatch, schedule, type Turn, unschedule } from "./assess/turn.ts";

type Of<Kind> = Extract<UnitControl, { readonly kind: Kind }>;

/** A ticket that comes late may still correct an outcome for this long. */
const CORRECTIONS = 7 * DAY;

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
  if (control.answer === "no") pursueHuman(turn, tracked);
  if (control.answer === "not_mine") disown(turn, tracked, control.person);
  if (control.answer === "someone_else") {
    withdraw(turn, tracked, "resolved");
    endPursuit(turn, tracked, "resolved");
  }
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
}

/** What is queued on a channel that was switched off looks for another way. */
function leaveChannel(turn: Turn, person: string, channel: string): void {
  for (const tracked of turn.unit.tracked.values()) {
    const { pursuit } = tracked;
    const row = pursuit === null ? undefined : queuedOf(turn, pursuit.deliveries, person, channel);
    if (pursuit === null || row === undefined) continue;
    suppress(turn, row, "opted_out");
    pursuit.sentSteps = pursuit.sentSteps.filter((step) => step !== row.step);
    pursue(turn, tracked, row.step, "release");
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
  tracked.silenced = null;
  turn.scoresTouched = true;
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
    recordDecision(turn, tracked, stopped("review_rejected", pursuit.step), 0, null);
    return endPursuit(turn, tracked, "review_rejected");
  }
  pursuit.approved = true;
  pursuit.state = "held";
  if (control.answer === "edit" && control.text !== undefined) {
    tracked.match = { ...tracked.match, data: { ...tracked.match.data, editedText: control.text } };
    emitMatch(turn, tracked);
  }
  pursue(turn, tracked, pursuit.step, "approved");
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
  if (tracked.pursuit?.state !== "review") return;
  recordDecision(turn, tracked, stopped("review_expired", tracked.pursuit.step), 0, null);
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
    case "reopen":
      return { state: "open", snoozedUntil: null };
  }
}

/** A message by hand, to be claimed by the deliverer like any other. */
export function sendByHand(turn: Turn, control: Of<"manual">): void {
  const tracked = control.match === null ? undefined : turn.unit.tracked.get(control.match);
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
    values: tracked?.match.data ?? {},
    createdAt: turn.now,
    notBefore: turn.now,
    dueBy: turn.now + DAY,
    priority: 100,
    released: false,
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
    manual: { actor: control.actor, reason: control.reason },
    simulated: false,
  };
  turn.unit.deliveries.set(row.id, row);
  turn.effects.push({ kind: "delivery", row });
  const { id: delivery, match, family, channel, step } = row;
  const person = personOf(turn, control.person);
  person.messages.push({
    delivery,
    match,
    family,
    channel,
    step,
    at: turn.now,
    state: "reserved",
    dry: false,
  });
  emitPerson(turn, person);
}

// ---- tickets and outcomes

/** A ticket may be what a match foretold: it decides, or corrects, the outcome. */
export function takeTicket(turn: Turn, event: Event): void {
  if (event.type !== "ticket.created") return;
  const id = String(event.data.ticket ?? event.id);
  for (const tracked of turn.unit.tracked.values()) {
    if (!foretells(turn, tracked, event)) continue;
    const earlier = tracked.ticket === null || event.time < tracked.ticket.at;
    if (earlier) tracked.ticket = { id, at: event.time };
    if (tracked.outcome !== null) writeOutcome(turn, tracked);
  }
}

function foretells(turn: Turn, { match }: Tracked, event: Event): boolean {
  const pattern = turn.tenant.library.byId(match.pattern);
  if (pattern === undefined) return false;
  if (event.time <= match.firedAt || event.time > match.firedAt + pattern.window) return false;
  if (match.key.startsWith("person/") && event.person !== match.person) return false;
  const { category } = event.data;
  const issue = issueOfCategory(category, turn.tenant.settings);
  if (typeof category === "string" && pattern.categories.includes(category)) return true;
  return issue === null || issue === pattern.issue;
}

/** The window has passed: decide, and keep the match a week longer for late tickets. */
export function outcomeIsDue(turn: Turn, tracked: Tracked): void {
  writeOutcome(turn, tracked);
  schedule(turn, "settle", tracked.match.id, turn.now + CORRECTIONS);
}

function writeOutcome(turn: Turn, tracked: Tracked): void {
  const deliveries = deliveriesOf(turn, tracked.match);
  const row = decideOutcome(tracked, deliveries, turn.now);
  if (tracked.outcome === row.kind) return;
  tracked.outcome = row.kind;
  turn.effects.push({ kind: "outcome", row });
}

function deliveriesOf(turn: Turn, match: Match): Delivery[] {
  return [...turn.unit.deliveries.values()].filter((row) => row.match === match.id);
}

/** Nothing can change any more: forget the match and what belongs to it, unless it is still open. */
export function settle(turn: Turn, tracked: Tracked): void {
  const { match } = tracked;
  if (match.state === "open") return schedule(turn, "settle", match.id, turn.now + DAY);
  turn.unit.tracked.delete(match.id);
  for (const row of deliveriesOf(turn, match)) turn.unit.deliveries.delete(row.id);
  for (const alert of [...turn.unit.alerts.values()]) {
    if (alert.match === match.id) turn.unit.alerts.delete(alert.id);
  }
  turn.scoresTouched = true;
}
