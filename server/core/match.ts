import type { EventData } from "./event.ts";
import type { Millis } from "./time.ts";

export type MatchState = "open" | "closed" | "retracted";
export type ClosedBy = "quiet" | "recovery" | "broken" | "answered" | "cleared" | "ordinary";

/** A pattern that fired for a key. */
export interface Match {
  /** Hash of tenant, unit, pattern (with its version), key and episode: the same in whatever order the events came. */
  readonly id: string;
  readonly tenant: string;
  readonly unit: string;
  readonly pattern: string;
  readonly version: string;
  readonly family: string;
  /** `account/acme`, `person/u1`, `account/acme;endpoint=https://...`. */
  readonly key: string;
  /** Counts the firings of one pattern and key from 0. */
  readonly episode: number;
  readonly account: string | null;
  /** The person in most of the match's events, the newest on a tie. */
  readonly person: string | null;
  readonly state: MatchState;
  readonly firstAt: Millis;
  /** Time of the n-th event in time order. */
  readonly firedAt: Millis;
  /** When we noticed: `receivedAt` of the input (or due time of the timer) that made it appear. */
  readonly noticedAt: Millis;
  readonly lastSeen: Millis;
  readonly closedAt: Millis | null;
  readonly closedBy: ClosedBy | null;
  /** How many events it rests on, and the newest of their ids (at most 20, in time order). */
  readonly count: number;
  readonly events: readonly string[];
  /** Fields of the newest evidence, for messages and for people ("/v1/export", 429). */
  readonly data: EventData;
  readonly experimental: boolean;
  readonly simulated: boolean;
  /** The incident it belongs to; such a match is system-wide and kept out of learning. */
  readonly incident: string | null;
}

/** `account/acme` or `person/u1` out of a match key: whose trouble it is, as it was called when it fired. */
export function scoreKeyOf(matchKey: string): string {
  const end = matchKey.indexOf(";");
  return end < 0 ? matchKey : matchKey.slice(0, end);
}

/**
 * What the score of a match is kept for: `account/<id>` or `person/<id>`, with the id as the tenant writes it. In a
 * match key some characters are encoded, and a person may have got another id since.
 */
export function scoredUnder({ key, account, person }: Pick<Match, "key" | "account" | "person">): string {
  if (key.startsWith("person/")) return person === null ? scoreKeyOf(key) : `person/${person}`;
  return account === null ? scoreKeyOf(key) : `account/${account}`;
}
