import { type Millis, ON_TIME } from "../time.ts";
import type { Cell, Cells, Mark } from "./cells.ts";
import { announceDifference, type Relay, schedule } from "./changing.ts";
import type { CompiledLibrary } from "./compile.ts";
import type { Emit } from "./contract.ts";
import type { Episode } from "./episode.ts";
import { keepRefolded, markBefore, refold, settledAt } from "./folding.ts";
import type { Rule } from "./rule.ts";
import type { Signal } from "./signal.ts";

/** Changes what a cell has heard, and tells what that changes. `at` is the earliest place in the order concerned. */
export function amend(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  at: Signal | null,
  change: () => readonly Episode[],
  emit: Emit,
): Relay[] {
  const from = at === null ? null : markBefore(cell, at);
  const { now } = cells;
  const limit = settledAt(cells);
  const before = refold(cells, cell, rule, from, limit, true);
  const earlier = hiddenBefore(cell, from);
  const touched = change();
  const after = refold(cells, cell, rule, from, limit, true);
  const episodes = [...earlier, ...touched, ...after.episodes];
  keepRefolded(cells, cell, rule, from, { ...after, episodes });
  schedule(cells, cell, rule, after.state, episodes);
  return announceDifference(
    cells,
    cell,
    rule,
    { episodes: [...earlier, ...before.episodes], now, inclusive: true },
    { episodes, now, inclusive: true },
    emit,
  );
}

/** Matches that are not shown yet and were over at the mark: no refolding from there meets them. */
function hiddenBefore({ hot }: Cell, from: Mark | null): readonly Episode[] {
  if (from === null || hot === null) return [];
  const { episode, episodes } = from.state;
  const over = episode === null ? episodes : episode.ordinal;
  return hot.hidden.filter(({ ordinal }) => ordinal < over);
}

/** The same for something that concerns several cells at once. */
export function amendAll(cells: Cells, targets: readonly Cell[], change: () => void, emit: Emit): Relay[] {
  const [first, ...others] = targets;
  if (first === undefined) {
    change();
    return [];
  }
  if (first.rule === null) return amendAll(cells, others, change, emit);
  const relays: Relay[] = [];
  const inner = () => {
    relays.push(...amendAll(cells, others, change, emit));
    return [];
  };
  return [...amend(cells, first, first.rule, null, inner, emit), ...relays];
}

/** What time alone has brought at `due`: a match that went quiet, an answer that did not come, a bucket that ended. */
export function wake(cells: Cells, cell: Cell, due: Millis, emit: Emit): Relay[] {
  const { rule } = cell;
  if (rule === null) {
    cells.setDue(cell, Number.POSITIVE_INFINITY);
    return [];
  }
  const limit = due - ON_TIME;
  // An idle cell goes along with time, so that the next timer has less of it to run through.
  const idle = cell.pending === 0 ? cell.base : null;
  const fold = { rule, facts: cells.facts, touched: null };
  if (idle !== null) rule.behaviour.advance(fold, idle, limit, false);
  const from: Mark | null = rule.waits ? null : (cell.hot?.marks.at(-1) ?? null);
  const before = refold(cells, cell, rule, from, limit, false);
  cells.now = Math.max(cells.now, due);
  const after = refold(cells, cell, rule, from, limit, true);
  if (idle !== null) rule.behaviour.advance(fold, idle, limit, true);
  keepRefolded(cells, cell, rule, from, after);
  schedule(cells, cell, rule, after.state, after.episodes);
  if (cells.dueOf(cell) <= due) cells.setDue(cell, Number.POSITIVE_INFINITY);
  return announceDifference(
    cells,
    cell,
    rule,
    { episodes: before.episodes, now: due, inclusive: false },
    { episodes: after.episodes, now: due, inclusive: true },
    emit,
  );
}

/** Goes on with another library: what is kept of patterns that it has in the same version stays. */
export function bind(cells: Cells, library: CompiledLibrary): void {
  const { log } = cells;
  cells.library = library;
  for (let i = log.start; i < log.end; i++) {
    const { key, roles } = log.addresseeAt(i);
    log.setAddressee(i, library.rules.get(key)?.addressees[roles] ?? { key, roles, rule: null });
  }
  for (const cell of cells.list) {
    cell.rule = library.rules.get(cell.ruleKey) ?? null;
    cell.hot = null;
    if (cell.rule?.active === false) rest(cells, cell, cell.rule);
    if (cell.rule === null) cell.pending = 0;
  }
  log.filter(log.end, (index) => log.addresseeAt(index).rule?.active === true);
  cells.reindex();
  for (const cell of cells.list) reschedule(cells, cell);
}

/** Of a paused pattern only what is open is kept, as it was while the pattern was active. */
function rest(cells: Cells, cell: Cell, rule: Rule): void {
  const { log } = cells;
  const active = { ...rule, active: true };
  for (let i = log.start; i < log.end; i++) {
    const { key, roles } = log.addresseeAt(i);
    if (log.belongs(i, rule, cell.part)) log.setAddressee(i, { key, roles, rule: active });
  }
  cell.base = refold(cells, cell, active, null, settledAt(cells), true).state;
  cell.pending = 0;
  log.filter(log.end, (index) => log.addresseeAt(index).rule !== active);
  cell.base.times.length = 0;
  cell.base.refs.length = 0;
  cell.base.extra = null;
}

/** A cell whose pattern was away for a while has no timer any more. */
function reschedule(cells: Cells, cell: Cell): void {
  if (cell.rule === null || cell.slot >= 0) return;
  if (cell.base === null && cell.pending === 0) return;
  const { state, episodes } = refold(cells, cell, cell.rule, null, settledAt(cells), true);
  schedule(cells, cell, cell.rule, state, episodes);
}
