import type { Reason } from "../decision.ts";
import type { Channel } from "../pattern.ts";
import { bandOf } from "../score.ts";
import type { Millis } from "../time.ts";
import type { Band, PersonState } from "../unit.ts";
import type { Question } from "./contract.ts";
import { ladderOf, names, watchChannels } from "./ladder.ts";

/** One channel of a ladder and its index in it. */
export interface Rung {
  readonly channel: Channel;
  readonly step: number;
}

/** A question put to one person's situation: what the guards look at. */
export interface Asked extends Question {
  /** The recipient, as the store has them when claiming; null when nobody is known. */
  readonly recipient: PersonState | null;
  readonly band: Band;
  readonly experimental: boolean;
  /** The channels from the step on, and those of them that the band allows. */
  readonly ladder: readonly Rung[];
  readonly allowed: readonly Rung[];
}

/** What a guard answers when it applies. A hold always has an `until` after now. */
export interface Refusal {
  readonly kind: "hold" | "stop";
  readonly reason: Reason;
  readonly until: Millis | null;
}

/**
 * One rule of the policy. `whole` guards look at the match and the recipient; `channel` guards are tried for each
 * channel along the ladder and decide only when they leave none.
 */
export type Guard =
  | { readonly reason: Reason; readonly per: "whole"; readonly check: (asked: Asked) => Refusal | null }
  | {
      readonly reason: Reason;
      readonly per: "channel";
      readonly check: (asked: Asked, channel: Channel) => Refusal | null;
    };

export const stop = (reason: Reason): Refusal => ({ kind: "stop", reason, until: null });
export const hold = (reason: Reason, until: Millis): Refusal => ({ kind: "hold", reason, until });

/** Puts the question to one recipient's situation. */
export function askFor(question: Question, person: PersonState | null): Asked {
  const { pattern, unit, match, score, tenant } = question;
  const band = bandOf(score, tenant.settings.bands);
  const ladder = rungsOf(question, person);
  const watch = watchChannels(pattern, unit);
  return {
    ...question,
    recipient: person === null ? null : atClaim(question, person),
    band,
    experimental: pattern.status === "experimental" || match.experimental,
    ladder,
    allowed: band === "watch" ? ladder.filter(({ channel }) => names(watch, channel)) : ladder,
  };
}

function rungsOf({ only, step, pattern }: Question, person: PersonState | null): readonly Rung[] {
  if (only !== undefined) return [{ channel: only, step }];
  return ladderOf(pattern, person)
    .messages.map((channel, index) => ({ channel, step: index }))
    .slice(step);
}

/**
 * The person with what the store says at the moment of claiming. A refusal counts wherever it was written; an
 * agreement counts only when the store has it.
 */
function atClaim({ facts, now }: Question, person: PersonState): PersonState {
  if (facts === undefined || facts === null) return person;
  const refused = Object.entries(person.consent).filter(([, given]) => given === false);
  return {
    ...person,
    stoppedAt: person.stoppedAt ?? (facts.stopped ? now : null),
    consent: { ...facts.consent, ...Object.fromEntries(refused) },
    channelsOff: [...person.channelsOff, ...facts.channelsOff],
  };
}
