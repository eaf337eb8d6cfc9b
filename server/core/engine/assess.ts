/**
 * assess: one input and one unit's state become matches, scores and decisions. A pure reducer: the same log gives
 * byte-equal results on every store. It reads and writes the given unit only; what concerns another unit or the
 * whole tenant leaves as an effect.
 *
 * Timers that are due by then run first, each at its own due time. The input changes what is known (profile.ts) and
 * goes to the matcher, whose changes become matches (matches.ts); or it is a control, each kind of which has its file.
 * Then the scores are brought up to date (scores.ts), and what is new or worth another look is judged (pursuit.ts).
 */
import type { UnitControl } from "../control.ts";
import type { Effect } from "../effect.ts";
import type { Event } from "../event.ts";
import { scoredUnder } from "../match.ts";
import { nextDue, observe, runDue } from "../matching/matcher.ts";
import type { TenantState } from "../tenant.ts";
import { MINUTE, type Millis } from "../time.ts";
import type { Timer, Tracked, Unit } from "../unit.ts";
import { changeAlert } from "./alerts.ts";
import { attempted, doubtEnds, isOnItsWay, lastDelivery, receipt, stepOn, waitForIt } from "./attempts.ts";
import { tellNext } from "./broadcast.ts";
import { claim } from "./claim.ts";
import { takeConnection } from "./connections.ts";
import { takeFeedback } from "./feedback.ts";
import { pursueHuman } from "./humans.ts";
import { takeAffected } from "./incidents.ts";
import { adopt, handOver, share, takeProfile } from "./joining.ts";
import { sendByHand } from "./manual.ts";
import { applyMatchChange } from "./matches.ts";
import { forgetNotices, takeNotice } from "./notices.ts";
import { outcomeIsDue, settle, takeTicket } from "./outcomes.ts";
import {
  answerBroadcast,
  checkIncident,
  checkJourneys,
  declare,
  takeServiceEvent,
  takeSighting,
  takeTallies,
} from "./population.ts";
import { changePreference, judgeAgain } from "./preferences.ts";
import { foldProfile, foldTicket, forgetOldMessages } from "./profile.ts";
import { pursue } from "./pursuit.ts";
import { reconcile } from "./reconcile.ts";
import { closeOrphans, goQuiet, recoverFaded } from "./recovery.ts";
import { reviewExpires, takeReview, takeVerdict } from "./review.ts";
import { type Rescored, rescore } from "./scores.ts";
import { type Assumption, type HashId, ToJudge, type Turn } from "./turn.ts";

export interface Tools {
  readonly hash: HashId;
  readonly assume: Assumption;
}

/** While a backfill comes in, units are told so once in this time: what falls due in it is part of it. */
export const BACKFILL_ROUND = MINUTE;

export type UnitInput = { readonly event: Event } | { readonly control: UnitControl };

/** Applies one input to its unit, after every timer that is due by then; answers what follows from it. */
export function assess(
  unit: Unit,
  tenant: TenantState,
  seq: number,
  receivedAt: Millis,
  input: UnitInput,
  tools: Tools,
): Effect[] {
  const effects: Effect[] = [];
  const now = Math.max(receivedAt, unit.clock);
  const simulated = isBackfill(input);
  if ("control" in input && input.control.kind === "reconcile") {
    reconcile(newTurn(unit, tenant, unit.clock, false, tools, effects), input.control);
  }
  runTimers(unit, tenant, now, simulated, tools, effects);
  unit.clock = now;
  unit.seq = seq;
  if (!simulated && receivedAt >= unit.toldAt) unit.toldAt = 0;
  const turn = newTurn(unit, tenant, now, simulated, tools, effects);
  if ("event" in input) takeEvent(turn, input.event);
  else takeControl(turn, input.control);
  conclude(turn);
  return effects;
}

/** Of a backfill: its events, and the word that they follow. */
function isBackfill(input: UnitInput): boolean {
  return "event" in input ? input.event.backfill === true : input.control.kind === "backfill";
}

function newTurn(
  unit: Unit,
  tenant: TenantState,
  now: Millis,
  simulated: boolean,
  { hash, assume }: Tools,
  effects: Effect[],
): Turn {
  return {
    unit,
    tenant,
    now,
    simulated,
    hash,
    assume,
    effects,
    toJudge: new ToJudge(),
    scoresTouched: false,
  };
}

function takeEvent(turn: Turn, event: Event): void {
  // An address, a contact or a channel may have arrived that was waited for.
  if (foldProfile(turn, event)) judgeAgain(turn, ["unreachable"]);
  if (event.type.startsWith("ticket.")) {
    foldTicket(turn, event);
    takeTicket(turn, event);
    // A solved ticket may have been what held a message back.
    if (event.type === "ticket.solved") judgeAgain(turn, ["cooldown"]);
  }
  if (event.type.startsWith("service.")) takeServiceEvent(turn, event);
  if (turn.unit.tracked.size > 0) {
    closeOrphans(turn);
    recoverFaded(turn, event);
  }
  observe(turn.unit.cells, turn.tenant.library, turn.unit.id, event, (change) =>
    applyMatchChange(turn, change),
  );
}

function takeControl(turn: Turn, control: UnitControl): void {
  switch (control.kind) {
    case "tick":
    case "reconcile": // done, before the timers
      return;
    case "backfill":
      turn.unit.toldAt = control.at;
      return;
    case "claim":
      return claim(turn, control);
    case "attempted":
      return attempted(turn, control);
    case "receipt":
      return receipt(turn, control);
    case "feedback":
      return takeFeedback(turn, control);
    case "preference":
      return changePreference(turn, control);
    case "verdict":
      return takeVerdict(turn, control);
    case "review":
      return takeReview(turn, control);
    case "alert":
      return changeAlert(turn, control);
    case "manual":
      return sendByHand(turn, control);
    case "profile":
      return takeProfile(turn, control);
    case "adopt":
      return adopt(turn, control);
    case "handover":
      return handOver(turn, control);
    case "share":
      return share(turn, control);
    case "unlink":
      return; // the directory forgets the names with the commit
    case "erase":
      return; // the pipeline rewrites the unit's state; the record keeps the place in the log
    case "affected":
      takeAffected(turn, control);
      return takeNotice(turn, control);
    case "notice":
      return takeNotice(turn, control);
    case "sighting":
      return takeSighting(turn, control);
    case "tally":
      return takeTallies(turn, control);
    case "declare":
      return declare(turn, control);
    case "connection":
      return takeConnection(turn, control);
    case "broadcast":
      return answerBroadcast(turn, control);
  }
}

/** Brings scores up to date, then judges what is new and what a risen score gives another chance. */
function conclude(turn: Turn): void {
  if (!turn.scoresTouched && turn.toJudge.size === 0) return;
  reconsider(turn, rescore(turn));
  for (const id of turn.toJudge) {
    const tracked = turn.unit.tracked.get(id);
    if (tracked !== undefined) judgeHeld(turn, tracked);
  }
  turn.toJudge.clear();
}

function judgeHeld(turn: Turn, tracked: Tracked): void {
  const { pursuit } = tracked;
  if (pursuit?.state !== "held") return;
  // While a further step was held, the message before it was seen after all.
  if (pursuit.sentSteps.length > 0 && !wasNotEnough(turn, tracked)) {
    pursuit.state = "sent";
    return;
  }
  pursue(turn, tracked, pursuit.step, pursuit.judgements > 0);
}

/** A match that was not worth a message (or a further one) may be, once the score of its key has risen. */
function reconsider(turn: Turn, rescored: ReadonlyMap<string, Rescored>): void {
  const { experimentalFrom } = turn.tenant.settings;
  for (const { match, pursuit, silenced } of turn.unit.tracked.values()) {
    if (pursuit?.lastReason !== "below" || (pursuit.state !== "ended" && pursuit.state !== "sent")) continue;
    if (match.state !== "open" || silenced !== null) continue;
    const now = rescored.get(scoredUnder(match));
    if (now === undefined || !(now.risen || (match.experimental && now.score >= experimentalFrom))) continue;
    pursuit.state = "held";
    turn.toJudge.add(match.id);
  }
}

// ---- timers

/**
 * Runs every timer that is due by then, in order of due time; each is judged at its own due time. What falls due
 * during a backfill is part of it, up to when something live comes.
 */
function runTimers(
  unit: Unit,
  tenant: TenantState,
  upTo: Millis,
  simulated: boolean,
  tools: Tools,
  effects: Effect[],
): void {
  for (;;) {
    const due = dueOf(unit);
    if (due > upTo) return;
    unit.clock = Math.max(unit.clock, due);
    const isTold = unit.toldAt > 0 && due <= unit.toldAt + BACKFILL_ROUND;
    const turn = newTurn(unit, tenant, unit.clock, simulated || isTold, tools, effects);
    if (nextDue(unit.cells) <= due) {
      runDue(unit.cells, tenant.library, due, (change) => applyMatchChange(turn, change));
    } else {
      const timer = unit.timers.shift();
      if (timer !== undefined) ring(turn, timer);
    }
    conclude(turn);
  }
}

/** When the unit next needs attention: its own timers and those of the matcher. */
export function dueOf(unit: Unit): Millis {
  return Math.min(unit.timers[0]?.due ?? Number.POSITIVE_INFINITY, nextDue(unit.cells));
}

function ring(turn: Turn, timer: Timer): void {
  if (timer.kind === "sweep") return sweep(turn);
  if (timer.kind === "doubt") return doubtEnds(turn, timer.ref);
  if (timer.kind === "incident") return checkIncident(turn, timer.ref);
  if (timer.kind === "notice") {
    return turn.unit.population === null ? forgetNotices(turn, timer.ref) : tellNext(turn, timer.ref);
  }
  if (timer.kind === "journey") return checkJourneys(turn);
  const tracked = turn.unit.tracked.get(timer.ref);
  if (tracked === undefined) return;
  switch (timer.kind) {
    case "judge":
      return judgeHeld(turn, tracked);
    case "step":
      if (isOnItsWay(turn, tracked)) waitForIt(turn, tracked);
      else if (wasNotEnough(turn, tracked)) stepOn(turn, tracked);
      return;
    case "human":
      if (wasNotEnough(turn, tracked)) pursueHuman(turn, tracked);
      return;
    case "quiet":
      return goQuiet(turn, tracked);
    case "review":
      return reviewExpires(turn, tracked);
    case "outcome":
      return outcomeIsDue(turn, tracked);
    case "settle":
      return settle(turn, tracked);
  }
}

function sweep(turn: Turn): void {
  for (const person of turn.unit.persons.values()) {
    forgetOldMessages(person, turn.now, turn.tenant.settings);
  }
  closeOrphans(turn);
  turn.scoresTouched = true;
}

/** The message failed, was not seen, or was seen and new evidence came after it. What is over, or helped, has ended. */
function wasNotEnough(turn: Turn, tracked: Tracked): boolean {
  if (tracked.pursuit === null || tracked.pursuit.state === "ended") return false;
  const pattern = turn.tenant.library.byId(tracked.match.pattern);
  const last = lastDelivery(turn, tracked);
  if (pattern?.stepAfter !== undefined || last === undefined) return true;
  return last.seenAt === null || tracked.match.lastSeen > last.seenAt;
}
