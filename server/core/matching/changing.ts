import { type Millis, ON_TIME } from "../time.ts";
import type { Cell, Cells } from "./cells.ts";
import type { Emit } from "./contract.ts";
import { type Episode, looksLike, viewOf } from "./episode.ts";
import type { Listener, Rule } from "./rule.ts";
import type { Signal } from "./signal.ts";
import type { State } from "./state.ts";

/** A firing that appeared, vanished or moved, for a pattern that listens for it. */
export interface Relay {
  readonly listener: Listener;
  readonly before: Signal | null;
  readonly after: Signal | null;
}

/** True when a match may be shown: those that an answer may still undo in time are kept back until it cannot come. */
function isShown(rule: Rule, episode: Episode, now: Millis, inclusive: boolean): boolean {
  if (!rule.waits) return true;
  const from = episode.firedAt + ON_TIME;
  return from < now || (inclusive && from === now);
}

/** Says what a signal changed that came in order. `fired` is the number of the first episode it may have opened. */
export function announce(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  touched: readonly Episode[],
  fired: number,
  emit: Emit,
): Relay[] {
  const relays: Relay[] = [];
  const key = rule.keying.keyOf(cells.unit, cell.part);
  for (const episode of new Set(touched)) {
    if (!isShown(rule, episode, cells.now, true)) continue;
    const isNew = episode.ordinal >= fired;
    emit({ kind: isNew ? "fired" : "changed", match: viewOf(rule, key, episode) });
    if (isNew) relay(rule, null, episode, relays);
  }
  return relays;
}

export interface Moment {
  readonly episodes: readonly Episode[];
  readonly now: Millis;
  readonly inclusive: boolean;
}

/** Says how the matches after differ from those before, by episode. */
export function announceDifference(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  before: Moment,
  after: Moment,
  emit: Emit,
): Relay[] {
  const was = shownBy(rule, before);
  const is = shownBy(rule, after);
  const relays: Relay[] = [];
  const key = rule.keying.keyOf(cells.unit, cell.part);
  for (const ordinal of [...new Set([...was.keys(), ...is.keys()])].sort((a, b) => a - b)) {
    const old = was.get(ordinal) ?? null;
    const current = is.get(ordinal) ?? null;
    if (current === null) emit({ kind: "retracted", pattern: rule.pattern, key, episode: ordinal });
    else if (old === null) emit({ kind: "fired", match: viewOf(rule, key, current) });
    else if (!looksLike(old, current)) emit({ kind: "changed", match: viewOf(rule, key, current) });
    relay(rule, old, current, relays);
  }
  return relays;
}

function shownBy(rule: Rule, { episodes, now, inclusive }: Moment): Map<number, Episode> {
  const shown = new Map<number, Episode>();
  for (const episode of episodes) {
    if (isShown(rule, episode, now, inclusive)) shown.set(episode.ordinal, episode);
  }
  return shown;
}

function relay(rule: Rule, old: Episode | null, current: Episode | null, relays: Relay[]): void {
  if (rule.outers.length === 0) return;
  const before = firingOf(rule, old);
  const after = firingOf(rule, current);
  if (isSame(before, after)) return;
  for (const listener of rule.outers) relays.push({ listener, before, after });
}

/** A firing as the signal that other patterns hear. */
function firingOf(rule: Rule, episode: Episode | null): Signal | null {
  if (episode === null || episode.firing === null) return null;
  return { ...episode.firing, time: episode.firedAt, source: `match/${rule.pattern.id}` };
}

function isSame(one: Signal | null, other: Signal | null): boolean {
  if (one === null || other === null) return one === other;
  return one.time === other.time && one.id === other.id && one.person === other.person;
}

/** Sets the cell's timer to when time alone will next change what is shown. */
export function schedule(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  state: State,
  touched: readonly Episode[],
): void {
  let due = rule.behaviour.due(rule, state) + ON_TIME;
  if (rule.waits) {
    for (const { firedAt } of touched) {
      const shownFrom = firedAt + ON_TIME;
      if (shownFrom > cells.now && shownFrom < due) due = shownFrom;
    }
  }
  cells.setDue(cell, due);
}
