import type { ScoreRow } from "../effect.ts";
import { hash32 } from "../hash.ts";
import { scoredUnder } from "../match.ts";
import { bandOf, LEAST_POINTS, type Score, type Scored, scoreOf, worth } from "../score.ts";
import { MINUTE, type Millis } from "../time.ts";
import type { Band, Tracked, Unit } from "../unit.ts";
import { changeOf, clueOfMatch } from "./score-change.ts";
import { schedule, type Turn } from "./turn.ts";

export const SWEEP = 15 * MINUTE;
const HISTORY_STEP = 5;

/** The matches of a unit that count for a key: its own, and for an account those of its persons too. */
export function scoredFor(unit: Unit, key: string, patternOf: PatternOf): Scored[] {
  const items: Scored[] = [];
  for (const tracked of unit.tracked.values()) {
    if (key !== unit.id && scoredUnder(tracked.match) !== key) continue;
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
  for (const { match } of unit.tracked.values()) keys.add(scoredUnder(match));
  if (keys.size > 0 && unit.id.startsWith("account/")) keys.add(unit.id);
  return keys;
}

/** A key's score as it now is, and whether it has just reached a higher band. */
export interface Rescored {
  readonly score: number;
  readonly risen: boolean;
}

/**
 * Recomputes every score of the unit and writes what changed. History gets a row when the set of contributions or
 * the band changes, or the score moved by 5 points.
 */
export function rescore(turn: Turn): Map<string, Rescored> {
  const rescored = new Map<string, Rescored>();
  const byKey = scoredByKey(turn);
  let quietUntil = Number.POSITIVE_INFINITY;
  for (const key of scoreKeys(turn.unit)) {
    const items = byKey.get(key) ?? [];
    const score = scoreOf(items, turn.now);
    rescored.set(key, { score: score.score, risen: writeScore(turn, key, score) });
    quietUntil = Math.min(quietUntil, unchangedUntil(turn, key, score, items));
  }
  turn.scoresTouched = false;
  if (quietUntil < Number.POSITIVE_INFINITY) scheduleSweep(turn, quietUntil);
  return rescored;
}

/** As `scoredFor`, for all keys in one go: an account may have many persons with a match each. */
function scoredByKey({ unit, tenant }: Turn): Map<string, Scored[]> {
  const all: Scored[] = [];
  const byKey = new Map<string, Scored[]>([[unit.id, all]]);
  for (const tracked of unit.tracked.values()) {
    const scored = scoredOf(tracked, (id) => tenant.library.byId(id));
    if (scored === null) continue;
    all.push(scored);
    const key = scoredUnder(tracked.match);
    if (key === unit.id) continue;
    const own = byKey.get(key);
    if (own === undefined) byKey.set(key, [scored]);
    else own.push(scored);
  }
  return byKey;
}

/** Answers whether the key has reached a higher band. */
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
  const change = changeOf(turn, last, score);
  if (contributors.length === 0) turn.unit.scores.delete(key);
  else turn.unit.scores.set(key, { score: score.score, band, contributors, at: turn.now });
  emitScore(turn, key, score, { band, change, history });
  return rank(band) > rank(last?.band ?? "normal");
}

function emitScore(
  turn: Turn,
  key: string,
  { score, contributions, unrounded }: Score,
  step: Pick<ScoreRow, "band" | "history" | "change">,
): void {
  const { tenant, id: unit } = turn.unit;
  const why = whyOf(turn, { score, contributions, unrounded });
  turn.effects.push({
    kind: "score",
    row: { tenant, unit, key, at: turn.now, score, contributions, why, ...step },
  });
}

/**
 * Every score as it now is, without a step of its history.
 * @param also keys that the tables may have a score for, and the unit has none any more
 */
export function emitScores(turn: Turn, also: readonly string[]): void {
  const { bands } = turn.tenant.settings;
  for (const key of new Set([...turn.unit.scores.keys(), ...also])) {
    const score = scoreNow(turn, key);
    emitScore(turn, key, score, { band: bandOf(score.score, bands), history: false });
  }
}

/** One sentence for people: the clue of the largest contribution. */
function whyOf(turn: Turn, score: Score): string {
  const top = score.contributions[0];
  return top === undefined ? "nothing of concern" : (clueOfMatch(turn, top.match) ?? top.pattern);
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

/** A moment before which this score can neither leave its band, nor move 5 points, nor change what it is made of. */
function unchangedUntil(turn: Turn, key: string, score: Score, items: readonly Scored[]): Millis {
  const last = turn.unit.scores.get(key);
  if (last === undefined || score.contributions.length === 0) return Number.POSITIVE_INFINITY;
  const { bands } = turn.tenant.settings;
  const floor = last.band === "critical" ? bands.critical : last.band === "alert" ? bands.alert : bands.watch;
  const lowest = Math.max(last.band === "normal" ? 0 : floor, last.score - HISTORY_STEP + 1) - 0.5;
  let fastest = Number.POSITIVE_INFINITY;
  let until = Number.POSITIVE_INFINITY;
  const byFamily = new Map(score.contributions.map(({ family, match, alone }) => [family, { match, alone }]));
  const leaders = new Map<string, Scored>();
  for (const item of items) {
    const led = byFamily.get(item.match.family);
    if (led?.match !== item.match.id) continue;
    leaders.set(item.match.family, item);
    fastest = Math.min(fastest, item.halfLife);
    until = Math.min(until, item.halfLife * Math.log2(led.alone / LEAST_POINTS));
  }
  for (const item of items) {
    const leader = leaders.get(item.match.family);
    if (leader === undefined || leader === item) continue;
    const led = byFamily.get(item.match.family)?.alone ?? 0;
    until = Math.min(until, overtakes(item, leader, led, turn.now));
  }
  // The score of all falls no faster than its fastest part alone would.
  if (lowest > 0) until = Math.min(until, fastest * Math.log2(Math.max(1, score.unrounded / lowest)));
  // A millisecond early, as logarithms round.
  return turn.now + Math.floor(until) - 1;
}

/** How long from now until a match that fades more slowly leads its family; at the earliest, if it does not fade yet. */
function overtakes(item: Scored, leader: Scored, led: number, now: Millis): Millis {
  const behind = worth(item, now);
  if (behind === 0) return Number.POSITIVE_INFINITY;
  const fades = item.match.lastSeen <= now ? 1 / item.halfLife : 0;
  const closing = 1 / leader.halfLife - fades;
  return closing <= 0 ? Number.POSITIVE_INFINITY : Math.log2(led / behind) / closing;
}
