import type { Match } from "./match.ts";
import type { Millis } from "./time.ts";
import type { Band } from "./unit.ts";

/** Below this many points a match no longer counts. */
export const LEAST_POINTS = 1;

export interface Scored {
  readonly match: Match;
  readonly risk: number;
  readonly confidence: number;
  readonly halfLife: Millis;
  readonly silenced: boolean;
}

export interface Contribution {
  readonly match: string;
  readonly pattern: string;
  readonly family: string;
  /** c_i: what the match is worth alone, 1..100. */
  readonly alone: number;
  /** Its marginal share of the score; shares add up to the unrounded score exactly. */
  readonly points: number;
  /** How many more matches of the same family stand behind it. */
  readonly more: number;
  readonly lastSeen: Millis;
}

export interface Score {
  readonly score: number;
  readonly unrounded: number;
  readonly contributions: readonly Contribution[];
}

/** c_i = risk * confidence * 2^(-age / halfLife), in points of 100; 0 once silenced, retracted or under one point. */
export function worth(item: Scored, at: Millis): number {
  if (item.silenced || item.match.state === "retracted") return 0;
  const age = Math.max(0, at - item.match.lastSeen);
  const points = item.risk * item.confidence * 2 ** (-age / item.halfLife);
  return points >= LEAST_POINTS ? Math.min(100, points) : 0;
}

/**
 * Score of one key from the matches that count for it: per family only the largest counts;
 * score = round(100 * (1 - prod(1 - c_i / 100))), 0..100.
 */
export function scoreOf(items: readonly Scored[], at: Millis): Score {
  const families = new Map<string, { item: Scored; alone: number; more: number }>();
  for (const item of items) {
    const alone = worth(item, at);
    if (alone === 0) continue;
    const leader = families.get(item.match.family);
    if (leader === undefined) families.set(item.match.family, { item, alone, more: 0 });
    else if (alone > leader.alone || (alone === leader.alone && item.match.id < leader.item.match.id)) {
      families.set(item.match.family, { item, alone, more: leader.more + 1 });
    } else leader.more += 1;
  }
  const ranked = [...families.values()].sort(
    (a, b) => b.alone - a.alone || (a.item.match.id < b.item.match.id ? -1 : 1),
  );
  let left = 100;
  const contributions = ranked.map(({ item, alone, more }): Contribution => {
    const points = (left * alone) / 100;
    left -= points;
    const { id, pattern, family, lastSeen } = item.match;
    return { match: id, pattern, family, alone, points, more, lastSeen };
  });
  const unrounded = contributions.reduce((sum, { points }) => sum + points, 0);
  return { score: Math.round(unrounded), unrounded, contributions };
}

/** Bands of the brief: normal 0-30, watch 31-60, alert 61-80, critical 81-100. */
export function bandOf(score: number, bands: { watch: number; alert: number; critical: number }): Band {
  if (score >= bands.critical) return "critical";
  if (score >= bands.alert) return "alert";
  return score >= bands.watch ? "watch" : "normal";
}
