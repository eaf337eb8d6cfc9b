/**
 * assess: one input and one unit's state become matches, scores and decisions. A pure reducer: the same log gives
 * byte-equal results on every store. It reads and writes the given unit only; what concerns another unit or the
 * whole tenant leaves as an effect.
 */
import type { UnitControl } from "../core/control.ts";
import type { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import { scoreKeyOf } from "../core/match.ts";
import { nextDue, observe, runDue } from "../core/matching/matcher.ts";
import type { TenantState } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";
import type { Timer, Unit } from "../core/unit.ts";
import { attempted, claim, doubtEnds, lastDelivery, receipt, stepOn } from "./assess/attempts.ts";
import { adopt, handOver, takeProfile } from "./assess/joining.ts";
import { applyMatchChange } from "./assess/matches.ts";
import { answerBroadcast, checkIncident, declare, takeSighting, takeTallies } from "./assess/population.ts";
import { foldProfile, foldTicket, forgetOldMessages } from "./assess/profile.ts";
import { pursue, pursueHuman } from "./assess/pursuit.ts";
import { rescore } from "./assess/scores.ts";
import type { Assumption, HashId, Turn } from "./assess/turn.ts";
import {
  changeAlert,
  changePreference,
  outcomeIsDue,
  reviewExpires,
  sendByHand,
  settle,
  takeFeedback,
  takeReview,
  takeTicket,
  takeVerdict,
} from "./observe.ts";

export interface Tools {
  readonly hash: HashId;
  readonly assume: Assumption;
}

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
  const simulated = "event" in input && input.event.backfill === true;
  runTimers(unit, tenant, now, simulated, tools, effects);
  unit.clock = now;
  unit.seq = seq;
  const turn = newTurn(unit, tenant, now, simulated, tools, effects);
  if ("event" in input) takeEvent(turn, input.event);
  else takeControl(turn, input.control);
  conclude(turn);
  return effects;
}

function newTurn(
  unit: Unit,
  tenant: TenantState,
  now: Millis,
  simulated: boolean,
  { hash, assume }: Tools,
  effects: Effect[],
): Turn {
  return { unit, tenant, now, simulated, hash, assume, effects, toJudge: new Set(), scoresTouched: false };
}

function takeEvent(turn: Turn, event: Event): void {
  foldProfile(turn, event);
  if (event.type.startsWith("ticket.")) {
    foldTicket(turn, event);
    takeTicket(turn, event);
    if (event.type === "ticket.solved") endCooldown(turn);
  }
  observe(turn.unit.cells, turn.tenant.library, turn.unit.id, event, (change) =>
    applyMatchChange(turn, change),
  );
}

/** A solved ticket may have been what held a message back: judge at once. */
function endCooldown(turn: Turn): void {
  for (const { match, pursuit } of turn.unit.tracked.values()) {
    if (pursuit?.state === "held" && pursuit.lastReason === "cooldown") turn.toJudge.add(match.id);
  }
}

function takeControl(turn: Turn, control: UnitControl): void {
  switch (control.kind) {
    case "tick":
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
    case "erase":
      return; // the pipeline rewrites the unit's state; the record keeps the place in the log
    case "sighting":
      return takeSighting(turn, control);
    case "tally":
      return takeTallies(turn, control);
    case "declare":
      return declare(turn, control);
    case "broadcast":
      return answerBroadcast(turn, control);
  }
}

/** Brings scores up to date, then judges what is new and what a risen band gives another chance. */
function conclude(turn: Turn): void {
  if (turn.scoresTouched || turn.toJudge.size > 0) {
    for (const key of rescore(turn)) reconsider(turn, key);
  }
  for (const id of turn.toJudge) {
    const tracked = turn.unit.tracked.get(id);
    if (tracked?.pursuit?.state !== "held") continue;
    const { step, judgements } = tracked.pursuit;
    pursue(turn, tracked, step, judgements === 0 ? "first" : "release");
  }
  turn.toJudge.clear();
}

/** A match that was not worth a message alone may be, once the score of its key has risen. */
function reconsider(turn: Turn, key: string): void {
  for (const tracked of turn.unit.tracked.values()) {
    const { pursuit, match } = tracked;
    if (pursuit === null || match.state !== "open" || scoreKeyOf(match.key) !== key) continue;
    if (pursuit.state !== "ended" || pursuit.lastReason !== "below" || tracked.silenced !== null) continue;
    pursuit.state = "held";
    turn.toJudge.add(match.id);
  }
}

// ---- timers

/**
 * Runs every timer that is due by then, in order of due time; each is judged at its own due time. What falls due
 * while history is brought in is history as well.
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
    const turn = newTurn(unit, tenant, unit.clock, simulated, tools, effects);
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
  const tracked = turn.unit.tracked.get(timer.ref);
  if (tracked === undefined) return;
  const { pursuit } = tracked;
  switch (timer.kind) {
    case "judge":
      if (pursuit?.state === "held") pursue(turn, tracked, pursuit.step, "release");
      return;
    case "step":
      if (wasNotEnough(turn, timer.ref)) stepOn(turn, tracked);
      return;
    case "human":
      if (wasNotEnough(turn, timer.ref)) pursueHuman(turn, tracked);
      return;
    case "review":
      return reviewExpires(turn, tracked);
    case "outcome":
      return outcomeIsDue(turn, tracked);
    case "settle":
      return settle(turn, tracked);
    case "due":
      return;
  }
}

function sweep(turn: Turn): void {
  for (const person of turn.unit.persons.values()) forgetOldMessages(person, turn.now);
  turn.scoresTouched = true;
}

/** The message failed, was not seen, or was seen and new evidence came after it. */
function wasNotEnough(turn: Turn, match: string): boolean {
  const tracked = turn.unit.tracked.get(match);
  if (tracked === undefined || tracked.silenced !== null || tracked.helped !== null) return false;
  if (tracked.pursuit === null || tracked.pursuit.state === "ended") return false;
  const pattern = turn.tenant.library.byId(tracked.match.pattern);
  const last = lastDelivery(turn, tracked);
  if (pattern?.stepAfter !== undefined || last === undefined) return true;
  return last.seenAt === null || tracked.match.lastSeen > last.seenAt;
}
