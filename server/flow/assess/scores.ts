import { clueOf } from "../../core/explain.ts";
import { hash32 } from "../../core/hash.ts";
import { scoreKeyOf } from "../../core/match.ts";
import { bandOf, LEAST_POINTS, type Score, type Scored, scoreOf } from "../../core/score.ts";
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
  let quietUntil = Number.POSITIVE_INFINITY;
  for (const key of scoreKeys(turn.unit)) {
    const score = scoreNow(turn, key);
    if (writeScore(turn, key, score)) risen.push(key);
    quietUntil = Math.min(quietUntil, unchangedUntil(turn, key, score));
  }
  turn.scoresTouched = false;
  if (quietUntil < Number.POSITIVE_INFINITY) scheduleSweep(turn, quietUntil);
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

/**
 * Sweeps happen on a 15-minute grid of each unit's own, so that they never come all at once. Between inputs the
 * score only falls, and not faster than its fastest half-life allows; grid points at which nothing can have changed
 * enough to be written are passed over.
 */
function scheduleSweep(turn: Turn, nothingBefore: Millis): void {
  const offset = hash32(`${turn.unit.tenant}|${turn.unit.id}`) % SWEEP;
  const next = Math.floor((turn.now - offset) / SWEEP + 1) * SWEEP + offset;
  const due = offset + Math.ceil((nothingBefore - offset) / SWEEP) * SWEEP;
  schedule(turn, "sweep", "", Math.max(next, due));
}

/** A moment before which this score can neither leave its band, nor move 5 points, nor lose a contribution. */
function unchangedUntil(turn: Turn, key: string, score: Score): Millis {
  const last = turn.unit.scores.get(key);
  if (last === undefined || score.contributions.length === 0) return Number.POSITIVE_INFINITY;
  const { bands } = turn.tenant.settings;
  const floor = last.band === "critical" ? bands.critical : last.band === "alert" ? bands.alert : bands.watch;
  const lowest = Math.max(last.band === "normal" ? 0 : floor, last.score - HISTORY_STEP + 1) - 0.5;
  let fastest = Number.POSITIVE_INFINITY;
  let until = Number.POSITIVE_INFINITY;
  for (const { pattern, alone } of score.contributions) {
    const halfLife = turn.tenant.library.byId(pattern)?.halfLife ?? SWEEP;
    fastest = Math.min(fastest, halfLife);
    until = Math.min(until, halfLife * Math.log2(alone / LEAST_POINTS));
  }
  if (lowest > 0) until = Math.min(until, fastest * Math.log2(Math.max(1, score.unrounded / lowest)));
  return turn.now + until;
}
