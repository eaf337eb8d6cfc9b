/**
 * After an upgrade: what the new engine makes of the last inputs, and what the old one did about them.
 *
 * At a stop in good order every unit is in its snapshot, and an upgrade has nothing to compare. After a kill there are
 * inputs that no snapshot contains. The engine that runs now judges them again, and may judge otherwise than the one
 * that ran: another step, another channel, another moment, and so other ids. What the old engine decided stands in the
 * tables all the same, and people have read it. So before such a unit does anything else, it is told what the tables
 * have of it (`Served`, recorded in the log like every input), and from then on
 *
 * - a delivery of the tables is a delivery of the unit, in the state it has there: queued stays queued, sent stays sent,
 *   in doubt stays in doubt, and its step is not sent again;
 * - a delivery that only the log replay made never was: nobody queued it. Where nothing else was sent on its match, the
 *   match is judged anew, now;
 * - a match that only the tables have is retracted: what was sent stays sent and gets no further step;
 * - a stop, a refusal, a bounce that the tables have holds, also where it came as an answer to a message of which the
 *   log replay knows nothing;
 * - a score of the tables that no match of the unit bears any more goes down to what is left;
 * - an alert of the tables stays what people made of it; one that only the log replay raised is raised now;
 * - numbers of judgements go on above those of the tables, so that no new decision takes the id of an old one.
 *
 * What the old engine sent to other units (sightings, profiles) are inputs of those, and stays as it was.
 */
import type { ControlOf, Served } from "../control.ts";
import type { Alert, Delivery } from "../delivery.ts";
import { type Match, scoredUnder } from "../match.ts";
import { newPursuit } from "../new-unit.ts";
import { dueByOf } from "../policy/deadlines.ts";
import { messagesCountFor } from "../policy/spacing.ts";
import type { PersonMessage, Pursuit, Tracked } from "../unit.ts";
import { helped } from "./attempts.ts";
import { scheduleHuman } from "./humans.ts";
import { merge } from "./joining.ts";
import { retract } from "./matches.ts";
import { emitPerson, structuredPerson } from "./profile.ts";
import { stepDelay } from "./pursuit.ts";
import { limitDoubt, recipientOf } from "./rows.ts";
import { emitScores } from "./scores.ts";
import { emitMatch, isScheduled, schedule, type Turn, unschedule } from "./turn.ts";

/** Before any timer of the unit runs: they would act on what the log replay believes. */
export function reconcile(turn: Turn, { served }: ControlOf<"reconcile">): void {
  const phantoms = takeOutPhantoms(turn, served);
  for (const person of served.persons) {
    turn.unit.persons.set(person.id, merge(turn.unit.persons.get(person.id), structuredPerson(person)));
  }
  for (const row of served.deliveries) keep(turn, row);
  for (const alert of served.alerts) keepAlert(turn, alert);
  for (const tracked of turn.unit.tracked.values()) agree(turn, tracked, served, phantoms);
  for (const match of served.matches) if (!turn.unit.tracked.has(match.id)) giveUp(turn, match, served);
  tellAll(turn, served);
}

/** Deliveries that the log replay made and nobody queued. Rows of a person who moved on belong to another unit. */
function takeOutPhantoms({ unit }: Turn, served: Served): ReadonlyMap<string, Delivery> {
  const real = new Set(served.deliveries.map(({ id }) => id));
  const phantoms = new Map<string, Delivery>();
  for (const row of [...unit.deliveries.values()]) {
    if (row.unit !== unit.id || real.has(row.id)) continue;
    phantoms.set(row.id, row);
    unit.deliveries.delete(row.id);
    unschedule(unit, "doubt", row.id);
  }
  if (phantoms.size === 0) return phantoms;
  for (const person of unit.persons.values()) {
    person.messages = person.messages.filter(({ delivery }) => !phantoms.has(delivery));
  }
  return phantoms;
}

function keep(turn: Turn, row: Delivery): void {
  turn.unit.deliveries.set(row.id, row);
  countMessage(turn, row);
  if (row.status === "in_doubt" && !isScheduled(turn.unit, "doubt", row.id)) {
    limitDoubt(turn, row);
  }
}

/** A message counts against the person's cap, gap and family as far as the tables know of it. */
function countMessage(turn: Turn, row: Delivery): void {
  const person = recipientOf(turn, row);
  const at = row.sentAt ?? row.claimedAt ?? row.createdAt;
  if (person === undefined || row.notice !== undefined) return;
  const state = messageState(row);
  const known = person.messages.find(({ delivery }) => delivery === row.id);
  if (known !== undefined) {
    known.state = state;
  } else if (turn.now - at < messagesCountFor(turn.tenant.settings)) {
    const { id: delivery, match, family, channel, step } = row;
    person.messages.push({
      delivery,
      match,
      family,
      channel,
      step,
      at,
      state,
      dry: row.status === "dry_run",
    });
    person.messages.sort((a, b) => a.at - b.at);
  }
}

function messageState({ status, createdAt, sentAt }: Delivery): PersonMessage["state"] {
  switch (status) {
    case "queued":
    case "sending":
      return "reserved";
    case "in_doubt":
    case "unknown":
      return "in_doubt";
    case "sent":
      return "sent";
    case "dry_run":
      // Decided in dry run, it ends as it is made, and counts while dry run lasts. One that was made to be sent and was
      // kept back when it was claimed ends later, and counts against nothing.
      return sentAt === createdAt ? "sent" : "void";
    case "failed":
    case "suppressed":
      return "void";
  }
}

function keepAlert({ unit }: Turn, alert: Alert): void {
  const known = unit.alerts.get(alert.id);
  if (known === undefined && alert.state === "resolved") return;
  if (known === undefined || known.revision <= alert.revision) unit.alerts.set(alert.id, alert);
}

// ---- what is done about a match

function agree(turn: Turn, tracked: Tracked, served: Served, phantoms: ReadonlyMap<string, Delivery>): void {
  const { match, pursuit } = tracked;
  if (pursuit === null) return;
  takeNumbers(pursuit, match.id, served);
  const rows = rowsOf(match.id, served);
  if (tracked.helped === null && rows.some(({ clickedAt }) => clickedAt !== null))
    helped(turn, match.id, "clicked");
  const hadPhantoms = pursuit.deliveries.some((id) => phantoms.has(id));
  const steps = stepsSent(rows);
  const knewAll = !hadPhantoms && steps.every((step) => pursuit.sentSteps.includes(step));
  pursuit.deliveries = rows.map(({ id }) => id);
  if (knewAll) return;
  pursuit.sentSteps = steps;
  const last = rows.findLast(isStanding);
  if (last === undefined) judgeAnew(turn, tracked, pursuit);
  else goOnAfter(turn, tracked, pursuit, last);
}

/** What the tables counted, and whom they asked. */
function takeNumbers(pursuit: Pursuit, match: string, { judgements, alerts }: Served): void {
  const count = judgements.find(([id]) => id === match)?.[1] ?? 0;
  pursuit.judgements = Math.max(pursuit.judgements, count);
  for (const alert of alerts) {
    if (alert.match !== match) continue;
    if (alert.kind === "critical") pursuit.alerted = true;
    if (alert.kind.startsWith("human.")) pursuit.humanDone = true;
  }
}

/** In the order in which they were made. Messages by hand are no step of a ladder. */
function rowsOf(match: string, { deliveries }: Served): Delivery[] {
  return deliveries
    .filter((row) => row.match === match && row.manual === null)
    .sort((a, b) => a.createdAt - b.createdAt || a.step - b.step || (a.id < b.id ? -1 : 1));
}

function stepsSent(rows: readonly Delivery[]): number[] {
  return [...new Set(rows.filter(isStanding).map(({ step }) => step))];
}

/** Its step counts as sent on; one that was taken back frees it, unless a later step took its place. */
function isStanding({ status, detail }: Delivery): boolean {
  return status !== "suppressed" || detail === "superseded";
}

/** Only the log replay believed that something was sent. */
function judgeAnew(turn: Turn, { match }: Tracked, pursuit: Pursuit): void {
  if (pursuit.state !== "sent" || pursuit.humanDone) return;
  pursuit.state = "held";
  pursuit.step = 0;
  pursuit.person = null;
  for (const kind of ["step", "human"] as const) unschedule(turn.unit, kind, match.id);
  schedule(turn, "judge", match.id, turn.now);
}

/** Something was sent, of which the log replay knew nothing or not all: the ladder goes on from there. */
function goOnAfter(turn: Turn, tracked: Tracked, pursuit: Pursuit, last: Delivery): void {
  const { match } = tracked;
  const pattern = turn.tenant.library.byId(match.pattern);
  pursuit.person = last.person;
  pursuit.step = last.step;
  if (pursuit.state === "ended" || pattern === undefined) return;
  pursuit.state = "sent";
  pursuit.lastReason = "none";
  for (const kind of ["judge", "review"] as const) unschedule(turn.unit, kind, match.id);
  schedule(turn, "step", match.id, Math.max(last.notBefore, last.createdAt) + stepDelay(pattern));
  if (!isScheduled(turn.unit, "human", match.id)) scheduleHuman(turn, tracked, pattern, last.createdAt);
}

/** The new engine sees no trouble there: what was sent stays sent, and what is queued is taken back. */
function giveUp(turn: Turn, match: Match, served: Served): void {
  const pattern = turn.tenant.library.byId(match.pattern);
  if (pattern === undefined || match.state === "retracted") return;
  const rows = rowsOf(match.id, served);
  const isOver = match.state === "closed" && rows.every(({ status }) => status !== "queued");
  if (isOver) return;
  const pursuit = newPursuit(rows.at(-1)?.dueBy ?? dueByOf(pattern.timing, match.firedAt));
  takeNumbers(pursuit, match.id, served);
  pursuit.deliveries = rows.map(({ id }) => id);
  pursuit.sentSteps = stepsSent(rows);
  pursuit.person = rows.at(-1)?.person ?? null;
  const tracked: Tracked = { match, silenced: null, pursuit, outcome: null, ticket: null, helped: null };
  turn.unit.tracked.set(match.id, tracked);
  schedule(turn, "outcome", match.id, Math.max(turn.now, match.firedAt + pattern.window));
  retract(turn, tracked);
}

// ---- what the tables are told

/** The tables have the rows of the old engine: whatever this one has in their place is written over them. */
function tellAll(turn: Turn, served: Served): void {
  const { unit, effects } = turn;
  const { tenant, id, account } = unit;
  if (account !== null) effects.push({ kind: "account", tenant, unit: id, row: { ...account } });
  for (const person of unit.persons.values()) emitPerson(turn, person);
  for (const tracked of unit.tracked.values()) emitMatch(turn, tracked);
  const known = new Set(served.alerts.map((alert) => alert.id));
  for (const alert of unit.alerts.values())
    if (!known.has(alert.id)) effects.push({ kind: "alert", row: alert });
  emitScores(turn, scoredInTables(turn, served));
}

/** Keys whose score the tables may have from a match that this engine does not see. */
function scoredInTables({ unit }: Turn, { matches }: Served): readonly string[] {
  const keys = matches.map((match) => scoredUnder(match));
  return keys.length > 0 && unit.account !== null ? [...keys, unit.id] : keys;
}
