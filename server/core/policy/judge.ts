import type { Reason } from "../decision.ts";
import type { PersonState } from "../unit.ts";
import type { GuardResult, Question } from "./contract.ts";
import { type Asked, askFor, type Guard, type Refusal, type Rung } from "./guard.ts";
import { GUARDS, HUMAN_GUARDS } from "./guards.ts";
import { ladderOf } from "./ladder.ts";
import { recipientsOf } from "./recipient.ts";

/** A channel that a guard took off the ladder. */
interface Loss {
  readonly rung: Rung;
  readonly refusal: Refusal;
}

/** What the guards say about one recipient; `outOfReach` when another one might be reached instead. */
interface Answer {
  readonly result: GuardResult;
  readonly outOfReach: boolean;
}

/**
 * Whether, to whom and on which channel a message about a match may go now. Walks the guards in the order of the
 * table for the recipient chosen; goes on to the next one only when this one is unreachable or has stopped.
 *
 * A hold is judged again at `until` from the same step, whatever channel it names: one that is out of reach now may
 * be back by then.
 */
export function judge(question: Question): GuardResult {
  return judgeInTurn(question, candidates(question)).result;
}

/**
 * Whether a person of ours may be asked now. Cap, gap and cooldown do not count, as they protect from messages; the
 * names of the reasons are the same.
 */
export function judgeHuman(question: Question): GuardResult {
  const [person = null] = candidates(question);
  const { human, messages } = ladderOf(question.pattern, person);
  const step = messages.length;
  const asked = askFor(human === null ? { ...question, step } : { ...question, step, only: human }, person);
  return walk(asked, HUMAN_GUARDS).result;
}

/** The persons to try, in order; null stands for "nobody is known". */
function candidates({ person, unit, match, pattern }: Question): readonly (PersonState | null)[] {
  if (person !== undefined) return [unit.persons.get(person) ?? null];
  const known = recipientsOf(match, pattern, unit);
  return known.length > 0 ? known : [null];
}

/** When nobody can be reached, the first who is worth waiting for answers, as an address may still arrive. */
function judgeInTurn(question: Question, people: readonly (PersonState | null)[]): Answer {
  const [person = null, ...others] = people;
  const answer = walk(askFor(question, person), GUARDS);
  if (!answer.outOfReach || others.length === 0) return answer;
  const next = judgeInTurn(question, others);
  const better = !next.outOfReach || (answer.result.kind === "stop" && next.result.kind === "hold");
  return better ? next : answer;
}

/** Asks guard after guard; the channels that are `left` at the end may be used, the first of them is. */
function walk(asked: Asked, guards: readonly Guard[]): Answer {
  let left = asked.allowed;
  const lost: Loss[] = [];
  for (const guard of guards) {
    if (guard.per === "whole") {
      const refusal = guard.check(asked);
      if (refusal === null) continue;
      const result = resultOf(asked, left[0], refusal);
      return { result: refusal.reason === "holdout" ? heldOut(asked, result) : result, outOfReach: false };
    }
    if (left.length > 0) {
      left = left.filter((rung) => !loses(rung, guard.check(asked, rung.channel), lost));
      if (left.length === 0) return withoutChannel(asked, lost);
    }
  }
  return {
    result: resultOf(asked, left[0], { kind: "send", reason: "none", until: null }),
    outOfReach: false,
  };
}

function loses(rung: Rung, refusal: Refusal | null, lost: Loss[]): boolean {
  if (refusal !== null) lost.push({ rung, refusal });
  return refusal !== null;
}

/**
 * No channel is left. One that is only held is still left for later, so a hold wins over a stop, until the first of
 * them is free; among equals the preferred channel names the reason.
 */
function withoutChannel(asked: Asked, lost: readonly Loss[]): Answer {
  const byPreference = lost.toSorted((a, b) => a.rung.step - b.rung.step);
  const holds = byPreference.filter(({ refusal }) => refusal.kind === "hold");
  const [named] = holds.length > 0 ? holds : byPreference;
  const untils = holds.map(({ refusal }) => refusal.until ?? Number.POSITIVE_INFINITY);
  const refusal = { kind: "stop", reason: "ladder_end", ...named?.refusal } as const;
  const until = holds.length > 0 ? Math.min(...untils) : null;
  return { result: resultOf(asked, named?.rung, { ...refusal, until }), outOfReach: isOutOfReach(lost) };
}

const PERSONAL: ReadonlySet<Reason> = new Set<Reason>(["opted_out", "no_consent", "unreachable"]);

/** The person cannot be written to, as opposed to: not now. */
function isOutOfReach(lost: readonly Loss[]): boolean {
  const reasons = lost.map(({ refusal }) => refusal.reason);
  return !reasons.includes("quiet") && reasons.some((reason) => PERSONAL.has(reason));
}

const ALL_BUT_HOLDOUT = GUARDS.filter(({ reason }) => reason !== "holdout");

/** The control group: stopped, with what would have been done to them. */
function heldOut(asked: Asked, stopped: GuardResult): GuardResult {
  const { kind, reason, channel } = walk(asked, ALL_BUT_HOLDOUT).result;
  return { ...stopped, wouldHave: { kind, reason, channel } };
}

function resultOf(
  { recipient, step }: Asked,
  rung: Rung | undefined,
  judgement: Pick<GuardResult, "kind" | "reason" | "until">,
): GuardResult {
  return {
    ...judgement,
    channel: rung?.channel ?? null,
    person: recipient?.id ?? null,
    step: judgement.kind === "send" ? (rung?.step ?? step) : step,
  };
}
