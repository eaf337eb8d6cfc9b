import { type Millis, ON_TIME } from "../time.ts";
import type { Cell, Cells } from "./cells.ts";
import type { Emit } from "./contract.ts";
import { type Episode, looksLike } from "./episode.ts";
import type { Listener, Rule } from "./rule.ts";
import type { Signal } from "./signal.ts";
import type { State } from "./state.ts";
import { viewOf } from "./view.ts";

/** A firing that appeared or vanished, for a pattern that listens for it. */
export interface Relay {
  readonly listener: Listener;
  readonly what: "appeared" | "vanished";
  readonly signal: Signal;
}

const NO_RELAYS: Relay[] = [];

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
  const appeared: Episode[] = [];
  const key = rule.keying.keyOf(cells.unit, cell.part);
  for (const episode of touched.length === 1 ? touched : new Set(touched)) {
    if (!isShown(rule, episode, cells.now, true)) continue;
    const isNew = episode.ordinal >= fired;
    emit({ kind: isNew ? "fired" : "changed", match: viewOf(rule, key, episode) });
    if (isNew) appeared.push(episode);
  }
  return appeared.length === 0 ? NO_RELAYS : relaysOf(rule, [], appeared);
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
  const key = rule.keying.keyOf(cells.unit, cell.part);
  for (const ordinal of [...new Set([...was.keys(), ...is.keys()])].sort((a, b) => a - b)) {
    const old = was.get(ordinal) ?? null;
    const current = is.get(ordinal) ?? null;
    if (current === null) emit({ kind: "retracted", pattern: rule.pattern, key, episode: ordinal });
    else if (old === null) emit({ kind: "fired", match: viewOf(rule, key, current) });
    else if (!looksLike(old, current)) emit({ kind: "changed", match: viewOf(rule, key, current) });
  }
  return relaysOf(rule, [...was.values()], [...is.values()]);
}

function shownBy(rule: Rule, { episodes, now, inclusive }: Moment): Map<number, Episode> {
  const shown = new Map<number, Episode>();
  for (const episode of episodes) {
    if (isShown(rule, episode, now, inclusive)) shown.set(episode.ordinal, episode);
  }
  return shown;
}

/** Which firings vanished and which appeared; one that only counts under another number now did neither. */
function relaysOf(rule: Rule, before: readonly Episode[], after: readonly Episode[]): Relay[] {
  if (rule.outers.length === 0) return [];
  const gone = new Map(before.map((episode) => [nameOf(episode), episode]));
  const appeared = after.filter((episode) => !gone.delete(nameOf(episode)));
  return rule.outers.flatMap((listener) => [
    ...[...gone.values()].flatMap((episode) => relayOf(rule, listener, episode, "vanished")),
    ...appeared.flatMap((episode) => relayOf(rule, listener, episode, "appeared")),
  ]);
}

function nameOf({ firedAt, firing }: Episode): string {
  return JSON.stringify([firedAt, firing?.id, firing?.person]);
}

/** A firing as the signal that another pattern hears. */
function relayOf(rule: Rule, listener: Listener, episode: Episode, what: Relay["what"]): Relay[] {
  if (episode.firing === null) return [];
  const signal = { ...episode.firing, time: episode.firedAt, source: `match/${rule.pattern.id}` };
  return [{ listener, what, signal }];
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
