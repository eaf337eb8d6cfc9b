import { clueOf } from "../../core/explain.ts";
import { hash32 } from "../../core/hash.ts";
import { scoreKeyOf } from "../../core/match.ts";
import { bandOf, type Score, type Scored, scoreOf } from "../../core/score.ts";
import { MINUTE, type Millis } from "../../core/time.ts";
import type { Band, Tracked, Unit } from "../../core/unit.ts";
import { schedule, type Turn } from "./turn.ts";

export const SWEEP = 15 * MINUTE;
const HISTORY_STEP = 5;

/** The matches of a unit that count for a key: its own, and for an account those of its persons too. */
export function scoredFor(unit: Unit, key: string, patternOf: PatternOf): Scored[] {
  const items: Scored[] = [];
  for (const tracked of unit.tracked.values()) {
    const own = scoreKeyOf(tracked.match.key);
    if (own !== key && key !== unit.id) continue;
    const scored = scoredOf(tracked, patternOf);
    if (scored !== null) items.push(scored);
  }
  return items;
}

/** What the score needs to know of a pattern. Also serves patterns that have left the library. */
export type PatternOf = (id: string) => { risk: number; confidence: number; halfLife: Millis } | undefined;

function scoredOf(tracked: Tracked, patternOf: PatternOf): Scored | null {
  const pattern = patternOf(tracked.match.pattern);
  if (pattern === undefined) return null;
  const { risk, confidence, halfLife } = pattern;
  return { match: tracked.match, risk, confidence, halfLife, silenced: tracked.silenced !== null };
}

export function scoreNow(turn: Turn, key: string): Score {
  return scoreOf(
    scoredFor(turn.unit, key, (id) => turn.tenant.library.byId(id)),
    turn.now,
  );
}

/** The keys of a unit that may have a score: the unit's own, and each person with a match. */
export function scoreKeys(unit: Unit): Set<string> {
  const keys = new Set<string>(unit.scores.keys());
  for (const tracked of unit.tracked.values()) keys.add(scoreKeyOf(tracked.match.key));
  if (keys.size > 0 && unit.id.startsWith("account/")) keys.add(unit.id);
  return keys;
}

/**
 * Recomputes every score of the unit and writes what changed. History gets a row when the set of contributions or
 * the band changes, or the score moved by 5 points. Answers the keys whose band rose.
 */
export function rescore(turn: Turn): string[] {
  const risen: string[] = [];
  let live = false;
  for (const key of scoreKeys(turn.unit)) {
    const score = scoreNow(turn, key);
    if (score.contributions.length > 0) live = true;
    if (writeScore(turn, key, score)) risen.push(key);
  }
  turn.scoresTouched = false;
  if (live) scheduleSweep(turn);
  return risen;
}

function writeScore(turn: Turn, key: string, score: Score): boolean {
  const { settings } = turn.tenant;
  const band = bandOf(score.score, settings.bands);
  const contributors = score.contributions.map(({ match }) => match).sort();
  const last = turn.unit.scores.get(key);
  const sameSet = last !== undefined && last.contributors.join() === contributors.join();
  const moved = last === undefined ? 0 : Math.abs(score.score - last.score);
  if (last === undefined && contributors.length === 0) return false;
  const history = last === undefined || !sameSet || last.band !== band || moved >= HISTORY_STEP;
  if (!history) return false;
  if (contributors.length === 0) turn.unit.scores.delete(key);
  else turn.unit.scores.set(key, { score: score.score, band, contributors, at: turn.now });
  const { tenant, id: unit } = turn.unit;
  turn.effects.push({
    kind: "score",
    row: {
      tenant,
      unit,
      key,
      at: turn.now,
      score: score.score,
      band,
      contributions: score.contributions,
      why: whyOf(turn, score),
      history,
    },
  });
  return rank(band) > rank(last?.band ?? "normal");
}

/** One sentence for people: the clue of the largest contribution. */
function whyOf(turn: Turn, score: Score): string {
  const top = score.contributions[0];
  if (top === undefined) return "nothing of concern";
  const tracked = turn.unit.tracked.get(top.match);
  const pattern = turn.tenant.library.byId(top.pattern);
  if (tracked === undefined || pattern === undefined) return top.pattern;
  return clueOf(pattern, tracked.match);
}

const BANDS: readonly Band[] = ["normal", "watch", "alert", "critical"];
export function rank(band: Band): number {
  return BANDS.indexOf(band);
}

/** Sweeps happen every 15 minutes, at a moment of its own for each unit, so that they never come all at once. */
function scheduleSweep(turn: Turn): void {
  const offset = hash32(`${turn.unit.tenant}|${turn.unit.id}`) % SWEEP;
  const next = Math.floor((turn.now - offset) / SWEEP + 1) * SWEEP + offset;
  schedule(turn, "sweep", "", next);
}
