import { type Millis, ON_TIME } from "../time.ts";
import { amend } from "./amending.ts";
import { Buckets } from "./buckets.ts";
import type { Cell, Cells, Hot } from "./cells.ts";
import { announceDifference, type Relay, schedule } from "./changing.ts";
import type { Emit } from "./contract.ts";
import type { Episode } from "./episode.ts";
import { foldOn, markBefore, refoldUntil } from "./folding.ts";
import { extend } from "./opening.ts";
import type { Rule } from "./rule.ts";
import { EVIDENCE, type Roles, type Signal } from "./signal.ts";
import type { Extra, State } from "./state.ts";

const NONE: readonly Episode[] = [];

/**
 * One signal slips in somewhere behind the newest of its cell, or is taken out there.
 *
 * In a cell with marks, the past as it was and the past as it is now are refolded side by side, from mark to mark,
 * until they agree: where the states are the same, nothing after it can differ. Where all that differs is one more
 * piece of evidence in a match that is open to this day, it is added to every state from there on. So a signal
 * out of order costs a few hundred steps, however many signals came after it.
 */
export function slipIn(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  signal: Signal,
  roles: Roles,
  change: () => readonly Episode[],
  emit: Emit,
): Relay[] {
  const { hot } = cell;
  const from = markBefore(cell, signal);
  const kept = from === null || hot === null ? 0 : hot.marks.indexOf(from) + 1;
  const next = hot?.marks[kept];
  // A match that waits to be shown may lie anywhere: then all of it is refolded.
  if (hot === null || next === undefined || rule.waits) {
    return amend(cells, cell, rule, signal, change, emit);
  }
  const before = [...refoldUntil(cells, cell, rule, from, next).episodes];
  change();
  const first = refoldUntil(cells, cell, rule, from, next);
  const after = [...first.episodes];
  const added = rule.growsByEvidence && roles === EVIDENCE ? signal : null;
  const { live, untouched } = follow(cells, cell, rule, hot, kept, first.state, added, before, after);
  if (!untouched) schedule(cells, cell, rule, live, NONE);
  const { now } = cells;
  const was = { episodes: before, now, inclusive: true };
  return announceDifference(cells, cell, rule, was, { episodes: after, now, inclusive: true }, emit);
}

/** Folds both pasts on, from mark number `at`, until they agree; notes on both sides which episodes it met. */
function follow(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  hot: Hot,
  at: number,
  state: State,
  added: Signal | null,
  before: Episode[],
  after: Episode[],
): { readonly live: State; readonly untouched: boolean } {
  let current = state;
  for (let i = at; ; i++) {
    const mark = hot.marks[i];
    if (mark === undefined) break;
    const difference = differenceOf(mark.state, current);
    if (difference === "none") return { live: hot.live, untouched: true };
    if (difference === "evidence" && added !== null && canAdd(hot, i, added.time)) {
      addEvidence(rule, hot, i, added, before, after);
      return { live: hot.live, untouched: false };
    }
    const old = foldOn(cells, cell, rule, mark.state, mark, hot.marks[i + 1] ?? null);
    hot.marks[i] = { ...mark, state: current.copy() };
    const is = foldOn(cells, cell, rule, current, mark, hot.marks[i + 1] ?? null);
    before.push(...old.episodes);
    after.push(...is.episodes);
    if (hot.marks[i + 1] === undefined) {
      const limit = cells.now - ON_TIME;
      rule.behaviour.advance({ rule, facts: cells.facts, touched: before }, old.state, limit, true);
      rule.behaviour.advance({ rule, facts: cells.facts, touched: after }, is.state, limit, true);
    }
    current = is.state;
  }
  hot.live = current;
  return { live: current, untouched: false };
}

// ---- an open match with one more piece of evidence

/** The match is open in every state from that mark on, and nothing else happened at the very same moment. */
export function canAdd(hot: Hot, from: number, time: Millis): boolean {
  const ordinal = hot.live.episode?.ordinal;
  if (ordinal === undefined) return false;
  return statesFrom(hot, from).every(
    ({ episode }) => episode?.ordinal === ordinal && !episode.evidence.hasAt(time),
  );
}

export function addEvidence(
  rule: Rule,
  hot: Hot,
  from: number,
  signal: Signal,
  before: Episode[],
  after: Episode[],
): void {
  const { episode } = hot.live;
  if (episode === null) return;
  before.push(episode.copy());
  for (const state of statesFrom(hot, from)) {
    if (state.episode !== null) extend({ rule, facts: null, touched: null }, state.episode, signal);
  }
  after.push(episode);
}

function statesFrom(hot: Hot, from: number): State[] {
  return [...hot.marks.slice(from).map(({ state }) => state), hot.live];
}

// ---- comparing states

/** Whether what comes next would be taken alike, and how the matches look. */
function differenceOf(one: State, other: State): "none" | "evidence" | "other" {
  const alike =
    one.episodes === other.episodes &&
    one.lastFired === other.lastFired &&
    isSameList(one.times, other.times) &&
    isSameList(one.refs, other.refs) &&
    isSameExtra(one.extra, other.extra);
  if (!alike) return "other";
  if (one.episode === null || other.episode === null) return one.episode === other.episode ? "none" : "other";
  return differenceOfEpisodes(one.episode, other.episode);
}

function differenceOfEpisodes(one: Episode, other: Episode): "none" | "evidence" | "other" {
  const isSameOne =
    one.ordinal === other.ordinal &&
    one.firstAt === other.firstAt &&
    one.firedAt === other.firedAt &&
    one.firing?.id === other.firing?.id &&
    one.firing?.person === other.firing?.person;
  if (!isSameOne) return "other";
  if (other.evidence.count === one.evidence.count + 1) return "evidence";
  const isSame = other.evidence.count === one.evidence.count && other.lastSeen === one.lastSeen;
  return isSame && isSameList(one.evidence.ids, other.evidence.ids) ? "none" : "other";
}

function isSameList<Value>(one: readonly Value[], other: readonly Value[]): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

function isSameExtra(one: Extra, other: Extra): boolean {
  if (one === other) return true;
  if (one === null || other === null || typeof one === "boolean" || typeof other === "boolean") return false;
  // Buckets count every signal: pasts that differ in one agree only when the bucket is forgotten.
  if (one instanceof Buckets || other instanceof Buckets) return false;
  return one.time === other.time && one.id === other.id;
}
