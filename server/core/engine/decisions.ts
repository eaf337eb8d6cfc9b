/** The decision log, and how a pursuit comes to its end. */

import type { Decision, Judgement, Reason } from "../decision.ts";
import type { Delivery } from "../delivery.ts";
import { scoredUnder } from "../match.ts";
import type { GuardResult } from "../policy/contract.ts";
import type { Tracked } from "../unit.ts";
import { suppress } from "./rows.ts";
import { scoreNow } from "./scores.ts";
import { type Turn, unschedule } from "./turn.ts";

export function stopped(reason: Reason, step: number): GuardResult {
  return { kind: "stop", reason, until: null, channel: null, person: null, step };
}

/** The score of the match's own key at this moment. */
export function scoreOfMatch(turn: Turn, { match }: Tracked): number {
  return scoreNow(turn, scoredUnder(match)).score;
}

export function decisionId(turn: Turn, tracked: Tracked): string {
  return turn.hash("decision", tracked.match.id, tracked.pursuit?.judgements ?? 0);
}

export function recordDecision(
  turn: Turn,
  tracked: Tracked,
  result: Judgement & { readonly step: number },
  score: number,
  delivery: string | null,
): void {
  const { match, pursuit } = tracked;
  const { kind, reason, until, channel, person, wouldHave, step } = result;
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

/**
 * Takes a row out before it leaves, and says in the log why: every message that is not sent has one named reason, also
 * one by hand, one that many are told, and one whose match has been forgotten.
 */
export function stopRow(turn: Turn, row: Delivery, reason: Reason): void {
  suppress(turn, row, reason);
  const result = { ...stopped(reason, row.step), channel: row.channel, person: row.person };
  const tracked = turn.unit.tracked.get(row.match);
  if (tracked !== undefined && row.manual === null) {
    return recordDecision(turn, tracked, result, scoreOfMatch(turn, tracked), row.id);
  }
  const { id: delivery, tenant, match, pattern, account, dueBy } = row;
  const key = tracked?.match.key ?? (row.person === null ? turn.unit.id : `person/${row.person}`);
  const score = scoreNow(turn, tracked === undefined ? key : scoredUnder(tracked.match)).score;
  // Its end is the one thing that is decided about it without a match.
  const id = turn.hash("decision", "row", delivery);
  const about = { id, tenant, match, pattern, key, account, dueBy, score, delivery };
  const simulated = turn.simulated || row.simulated;
  turn.effects.push({ kind: "decision", row: { ...about, ...result, at: turn.now, simulated } });
}

export function endPursuit(turn: Turn, tracked: Tracked, reason: Reason): void {
  const { pursuit, match } = tracked;
  if (pursuit === null) return;
  pursuit.state = "ended";
  pursuit.lastReason = reason;
  for (const kind of ["judge", "step", "human", "review"] as const) unschedule(turn.unit, kind, match.id);
}

/**
 * Takes back what was queued and not yet claimed; what is on its way stays. Nothing was sent on those steps, so they
 * are free again should the match come back.
 */
export function withdraw(turn: Turn, tracked: Tracked, reason: Reason): void {
  const { pursuit } = tracked;
  if (pursuit === null) return;
  for (const id of pursuit.deliveries) {
    const row = turn.unit.deliveries.get(id);
    if (row?.status !== "queued") continue;
    stopRow(turn, row, reason);
    freeStep(tracked, row.step);
  }
}

export function freeStep({ pursuit }: Tracked, step: number): void {
  if (pursuit !== null) pursuit.sentSteps = pursuit.sentSteps.filter((sent) => sent !== step);
}

/** The trouble is over: nothing more is done about it, and what is queued is taken back. */
export function recover(turn: Turn, tracked: Tracked): void {
  tracked.silenced = "recovery";
  withdraw(turn, tracked, "resolved");
  endPursuit(turn, tracked, "resolved");
}
