/** Why a score changed, for people: what came, what went and how, or that it faded. */
import { clueOf } from "../explain.ts";
import type { Contribution, Score } from "../score.ts";
import type { ScoreState } from "../unit.ts";
import type { Turn } from "./turn.ts";

/** So many of a kind are named, the rest are counted. */
const NAMED = 2;

/** What was seen of a match, in words; null when it has been forgotten. */
export function clueOfMatch({ unit, tenant }: Turn, match: string): string | null {
  const tracked = unit.tracked.get(match);
  const pattern = tracked === undefined ? undefined : tenant.library.byId(tracked.match.pattern);
  return tracked === undefined || pattern === undefined ? null : clueOf(pattern, tracked.match);
}

/**
 * The step from the last remembered score to this one, such as "+ 5 rate-limit errors" or "resolved: a declined
 * subscription payment". A match that only took the place of another one of its family did not make that one go.
 */
export function changeOf(turn: Turn, last: ScoreState | undefined, score: Score): string {
  const before = new Set(last?.contributors);
  const after = new Set(score.contributions.map(({ match }) => match));
  const came = score.contributions.filter(({ match }) => !before.has(match));
  const families = new Set(score.contributions.map(({ family }) => family));
  const went = [...before].filter((match) => !after.has(match) && !isReplaced(turn, match, families));
  const parts = [
    ...named(came.map(({ match, pattern }) => `+ ${clueOfMatch(turn, match) ?? pattern}`)),
    ...named(went.map((match) => `${endOf(turn, match)}${clueOfMatch(turn, match) ?? "an older problem"}`)),
  ];
  return parts.length > 0 ? parts.join("; ") : moved(turn, last, score);
}

function isReplaced({ unit }: Turn, match: string, families: ReadonlySet<string>): boolean {
  const family = unit.tracked.get(match)?.match.family;
  return family !== undefined && families.has(family);
}

function named(texts: readonly string[]): readonly string[] {
  const more = texts.length - NAMED;
  return more > 0 ? [...texts.slice(0, NAMED), `and ${more} more`] : texts;
}

/** How a match came to count no longer. */
function endOf({ unit }: Turn, match: string): string {
  const tracked = unit.tracked.get(match);
  if (tracked?.match.state === "retracted") return "taken back by a late event: ";
  if (tracked?.silenced === "recovery") return "resolved: ";
  if (tracked?.silenced === "false_alarm") return "false alarm: ";
  if (tracked?.silenced === "not_mine") return "not their problem, they say: ";
  return "faded: ";
}

/** Nothing came and nothing went: the same trouble again, or time. */
function moved(turn: Turn, last: ScoreState | undefined, score: Score): string {
  const newest = score.contributions.reduce<Contribution | undefined>(
    (found, each) => (found === undefined || each.lastSeen > found.lastSeen ? each : found),
    undefined,
  );
  if (newest === undefined) return "nothing of concern";
  const clue = clueOfMatch(turn, newest.match) ?? newest.pattern;
  if (score.score > (last?.score ?? 0)) return `again: ${clue}`;
  if (score.score === last?.score) return "the bands were set anew";
  return "faded, as nothing new was seen";
}
