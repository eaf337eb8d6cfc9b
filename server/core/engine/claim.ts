/** The moment of sending: the guards are judged again, and only then does the row become `sending`. */
import type { ClaimFacts, ControlOf } from "../control.ts";
import type { Reason } from "../decision.ts";
import type { Delivery } from "../delivery.ts";
import type { Pattern } from "../pattern.ts";
import type { GuardResult } from "../policy/contract.ts";
import { dueByOf } from "../policy/deadlines.ts";
import { judge } from "../policy/judge.ts";
import { agreed } from "../policy/reach.ts";
import { inRollout } from "../policy/rollout.ts";
import { kindOf } from "../tenant.ts";
import type { Pursuit, Tracked } from "../unit.ts";
import { fail } from "./attempts.ts";
import { endPursuit, freeStep, recordDecision, scoreOfMatch, stopRow } from "./decisions.ts";
import { scheduleHuman } from "./humans.ts";
import { afterIncident } from "./incidents.ts";
import { mayLeave } from "./notices.ts";
import { emitPerson } from "./profile.ts";
import { endHold, pursue, stepDelay } from "./pursuit.ts";
import { questionOf } from "./question.ts";
import { keepBack, recipientOf, setMessage, suppress, updateDelivery } from "./rows.ts";
import { isScheduled, schedule, type Turn, wallClock } from "./turn.ts";

export function claim(turn: Turn, control: ControlOf<"claim">): void {
  const row = turn.unit.deliveries.get(control.delivery);
  if (row?.status !== "queued" || row.unit !== turn.unit.id) return;
  learnFacts(turn, row, control.facts);
  if (!inRollout(turn.tenant, turn.unit)) return keepBack(turn, row);
  if (row.manual !== null) return claimManual(turn, row, control);
  if (row.notice !== undefined) {
    if (mayLeave(turn, row, control.facts)) startSending(turn, row, control.leaseFor);
    return;
  }
  const tracked = turn.unit.tracked.get(row.match);
  const pattern = turn.tenant.library.byId(row.pattern);
  // What it was about has been forgotten.
  if (tracked?.pursuit == null || pattern === undefined) return stopRow(turn, row, "stale");
  if (row.attempts > 0 && turn.now > row.dueBy) return fail(turn, row, "its deadline passed", null);
  const score = scoreOfMatch(turn, tracked);
  const result = endless(judgeClaim(turn, row, tracked, tracked.pursuit, pattern, score, control.facts));
  recordDecision(turn, tracked, result, score, row.id);
  if (result.kind === "send") {
    endHold(turn, tracked);
    startSending(turn, row, control.leaseFor);
  } else if (result.kind === "hold") postpone(turn, row, tracked, pattern, result);
  else stopClaimed(turn, row, tracked, result);
}

/**
 * What the store knows and this unit does not, as it was said elsewhere: a stop, a refusal, a channel switched off. A
 * consent counts only where the store has it.
 */
function learnFacts(turn: Turn, row: Delivery, facts: ClaimFacts | null): void {
  const person = recipientOf(turn, row);
  if (person === undefined || facts === null) return;
  const before = JSON.stringify([person.stoppedAt, person.consent, person.channelsOff]);
  if (facts.stopped) person.stoppedAt ??= turn.now;
  const refused = Object.entries(person.consent).filter(([, given]) => given === false);
  person.consent = { ...facts.consent, ...Object.fromEntries(refused) };
  person.channelsOff = [...new Set([...person.channelsOff, ...facts.channelsOff])];
  if (JSON.stringify([person.stoppedAt, person.consent, person.channelsOff]) !== before) {
    emitPerson(turn, person);
  }
}

function judgeClaim(
  turn: Turn,
  row: Delivery,
  tracked: Tracked,
  pursuit: Pursuit,
  pattern: Pattern,
  score: number,
  facts: ClaimFacts | null,
): GuardResult {
  // What is switched off stops, also what an incident would hold.
  const incident = facts?.switchedOff === true ? null : afterIncident(turn, tracked, row.step);
  if (incident !== null) return { ...incident, channel: row.channel, person: row.person };
  // The step it was queued on is its own: it must not count as a duplicate of itself.
  const own = { ...pursuit, sentSteps: pursuit.sentSteps.filter((step) => step !== row.step) };
  return judge({
    ...questionOf(turn, tracked, pattern, row.step, score),
    now: wallClock(turn, facts),
    pursuit: own,
    only: row.channel,
    ...(row.person === null ? {} : { person: row.person }),
    delivery: row.id,
    facts,
  });
}

/**
 * These hold until the match is due, and putting the row off puts that moment off with it: the row would wait for ever.
 * It stops instead, and the match is judged anew, for another channel or to wait as it would have without the row.
 */
const UNTIL_DUE: ReadonlySet<Reason> = new Set<Reason>(["unreachable", "review"]);

function endless(result: GuardResult): GuardResult {
  const stops = result.kind === "hold" && UNTIL_DUE.has(result.reason);
  return stops ? { ...result, kind: "stop", until: null } : result;
}

function startSending(turn: Turn, row: Delivery, leaseFor: number): void {
  updateDelivery(turn, row, {
    status: "sending",
    attempts: row.attempts + 1,
    fence: row.fence + 1,
    claimedAt: turn.now,
    leaseUntil: turn.now + leaseFor,
  });
  setMessage(turn, row, "reserved", turn.now);
}

/** Time in the hold counts neither against the deadline nor towards the next step or the human. */
function postpone(turn: Turn, row: Delivery, tracked: Tracked, pattern: Pattern, result: GuardResult): void {
  const { pursuit } = tracked;
  const until = result.until ?? turn.now;
  if (pursuit === null) return;
  pursuit.heldSince ??= turn.now;
  pursuit.dueBy = Math.max(pursuit.dueBy, dueByOf(pattern.timing, until));
  updateDelivery(turn, row, {
    notBefore: until,
    released: true,
    dueBy: pursuit.dueBy,
    detail: result.reason,
  });
  if (pursuit.state !== "sent") return;
  const from = Math.max(until, turn.now);
  schedule(turn, "step", row.match, from + stepDelay(pattern));
  if (isScheduled(turn.unit, "human", row.match)) scheduleHuman(turn, tracked, pattern, from);
}

/** It may not go out on this channel any more; perhaps on another. */
function stopClaimed(turn: Turn, row: Delivery, tracked: Tracked, result: GuardResult): void {
  suppress(turn, row, result.reason);
  freeStep(tracked, row.step);
  const onlyChannel = result.reason === "switched_off" && channelIsOff(turn, row);
  if (onlyChannel || MAY_GO_OTHERWISE.has(result.reason)) pursue(turn, tracked, row.step);
  else endPursuit(turn, tracked, result.reason);
}
/** On another channel, or once somebody has agreed. */
const MAY_GO_OTHERWISE: ReadonlySet<Reason> = new Set<Reason>([
  "opted_out",
  "no_consent",
  "unreachable",
  "not_ready",
  "review",
]);

function channelIsOff({ tenant: { switches } }: Turn, { pattern, channel }: Delivery): boolean {
  return (
    !switches.tenant && !switches.patterns.includes(pattern) && switches.channels.includes(kindOf(channel))
  );
}

/** By hand: guards may be overridden with a reason, but never a stop, a missing consent or the kill switch. */
function claimManual(turn: Turn, row: Delivery, control: ControlOf<"claim">): void {
  const reason = manualStop(turn, row, control.facts);
  if (reason !== null) return stopRow(turn, row, reason);
  startSending(turn, row, control.leaseFor);
}

function manualStop(turn: Turn, row: Delivery, facts: ClaimFacts | null): Reason | null {
  const { switches } = turn.tenant;
  const kind = kindOf(row.channel);
  if (switches.tenant || switches.channels.includes(kind) || facts?.switchedOff === true)
    return "switched_off";
  const person = recipientOf(turn, row);
  if (person === undefined) return "unreachable";
  if (person.stoppedAt !== null) return "opted_out";
  if (person.channelsOff.includes(kind)) return "opted_out";
  return agreed(person.consent, kind) ? null : "no_consent";
}
