import { type Millis, ON_TIME } from "../time.ts";
import { Cell, type Cells, type Hot, type Mark } from "./cells.ts";
import type { Episode } from "./episode.ts";
import { close } from "./opening.ts";
import type { Addressee, Fold, Rule } from "./rule.ts";
import { BEGINNING, RECOVERY, type Roles, type Signal } from "./signal.ts";
import { State } from "./state.ts";

/** A longer log is no longer counted through: then every key in it has a cell. */
const CROWDED = 32;
const CALM = 16;
/** With more signals in the log than this, a cell keeps its newest state at hand whatever it is. */
const KEPT_LIVE = 4;
/** A signal out of order refolds at most about this many signals more than came after it. */
const BETWEEN_MARKS = 128;

/** Stands in the log for a signal that is about to be taken out. */
const GONE: Addressee = { key: "", roles: 0, rule: null };

/** Takes the next signal in order. */
export function step(fold: Fold, state: State, signal: Signal, roles: Roles): void {
  const { behaviour, hasBaseline } = fold.rule;
  // What is due at this very moment waits for the signal, but a bucket ends just before it.
  behaviour.advance(fold, state, signal.time, hasBaseline);
  if ((roles & RECOVERY) !== 0) close(fold, state, signal.time, "recovery");
  behaviour.take(fold, state, signal, roles);
}

/** Nothing that comes from now on has its place before this. */
export function settledAt(cells: Cells): Millis {
  return cells.now - ON_TIME;
}

// ---- from the log into the cells

/** Folds every signal that is old enough into its cell. */
export function settle(cells: Cells): void {
  const { log } = cells;
  const settled = settledAt(cells);
  while (log.size > 0 && log.timeAt(log.start) < settled) {
    if (!isNothing(cells, log.start, settled)) foldFirst(cells, log.start);
    log.dropFirst();
  }
}

/** Makes room in a full log: old signals leave it, unless they can stay as they are until more of them come. */
export function compact(cells: Cells): void {
  const { log } = cells;
  const settled = settledAt(cells);
  let until = log.start;
  for (; until < log.end && log.timeAt(until) < settled; until++) {
    if (!isNothing(cells, until, settled)) {
      if (mayStay(cells, until)) continue;
      foldFirst(cells, until);
    }
    log.setAddressee(until, GONE);
  }
  log.filter(until, (index) => log.addresseeAt(index) !== GONE);
  if (log.isAlmostFull) log.makeRoom();
}

/** True when the key has seen nothing yet, and the signal is too old or of no kind to begin something. */
function isNothing(cells: Cells, index: number, settled: Millis): boolean {
  const { rule, roles } = cells.log.addresseeAt(index);
  if (rule === null) return true;
  if (cells.find(rule, cells.log.partAt(index)) !== null) return false;
  if ((roles & BEGINNING) === 0) return true;
  return rule.span !== null && cells.log.timeAt(index) + rule.span < settled;
}

function mayStay(cells: Cells, index: number): boolean {
  const { rule } = cells.log.addresseeAt(index);
  if (rule === null || rule.span === null || cells.find(rule, cells.log.partAt(index)) !== null) return false;
  if (rule.forgetsData) cells.log.forgetData(index);
  return true;
}

/** Folds a key's first signal in the log into the key's base. */
export function foldFirst(cells: Cells, index: number): void {
  const { log, facts } = cells;
  const { rule, roles } = log.addresseeAt(index);
  if (rule === null) return;
  const part = log.partAt(index);
  const cell = cells.find(rule, part) ?? createCell(cells, rule, part);
  const signal = log.read(index);
  cell.base ??= new State();
  step({ rule, facts, touched: null }, cell.base, signal, roles);
  cell.pending--;
  if (cell.pending === 0) cell.hot = null;
  else if (cell.hot !== null) dropMarks(cell.hot, signal);
}

/** A mark that the base has passed is of no use. */
function dropMarks({ marks }: Hot, { time, source, id }: Signal): void {
  while (marks[0] !== undefined && !isMarkAfter(marks[0], time, source, id)) marks.shift();
}

function isMarkAfter(mark: Mark, time: Millis, source: string, id: string): boolean {
  if (mark.time !== time) return mark.time > time;
  return mark.source !== source ? mark.source > source : mark.id > id;
}

// ---- cells

export function createCell(cells: Cells, rule: Rule, part: string | null): Cell {
  if (cells.list.length >= cells.sweepAt) sweep(cells);
  const cell = new Cell(cells.made++, rule.key, rule, part);
  if (!cells.crowded) cell.pending = cells.log.count(rule, part);
  return cells.add(cell);
}

/** Drops cells that never fired and have nothing left that could make them fire. */
function sweep(cells: Cells): void {
  const settled = settledAt(cells);
  cells.filter((cell) => {
    if (cell.pending > 0 || cell.slot >= 0 || cell.rule === null) return true;
    const { base } = cell;
    return base !== null && (base.episodes > 0 || !cell.rule.behaviour.isSpent(base, settled));
  });
  cells.sweepAt = Math.max(8, cells.list.length * 2);
}

/** Keeps the work per event small whatever the log's length. */
export function watchCrowd(cells: Cells): void {
  const { log } = cells;
  if (cells.crowded) {
    settle(cells);
    if (log.size > CALM) return;
    cells.crowded = false;
    log.shrink();
    return;
  }
  if (log.size <= CROWDED) return;
  settle(cells);
  if (log.size <= CROWDED) return;
  for (let i = log.start; i < log.end; i++) {
    const { rule } = log.addresseeAt(i);
    if (rule !== null && cells.find(rule, log.partAt(i)) === null) createCell(cells, rule, log.partAt(i));
  }
  cells.crowded = true;
}

// ---- folding the log anew

export interface Refolded {
  readonly state: State;
  /** Every episode that was open at the start or was touched since; the last of an ordinal counts. */
  readonly episodes: Episode[];
  readonly marks: Mark[];
  /** Signals since the last mark. */
  readonly since: number;
}

/**
 * A cell's state with the log folded in, as of `limit`: from a mark on, or from the base. What falls due at the
 * limit itself is done only when `inclusive`.
 */
export function refold(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  from: Mark | null,
  limit: Millis,
  inclusive: boolean,
): Refolded {
  const refolded = refoldUntil(cells, cell, rule, from, null);
  const fold = { rule, facts: cells.facts, touched: refolded.episodes };
  rule.behaviour.advance(fold, refolded.state, limit, inclusive);
  return refolded;
}

/** The same up to another mark, or to the end of the log; without letting time pass after it. */
export function refoldUntil(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  from: Mark | null,
  until: Mark | null,
): Refolded {
  const state = (from?.state ?? cell.base)?.copy() ?? new State();
  return foldOn(cells, cell, rule, state, from, until);
}

/** Folds what lies between two marks into a state. */
export function foldOn(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  state: State,
  from: Mark | null,
  until: Mark | null,
): Refolded {
  const { log, facts } = cells;
  const episodes = state.episode === null ? [] : [state.episode];
  const fold = { rule, facts, touched: episodes };
  const marks: Mark[] = [];
  let since = 0;
  let left = cell.pending;
  const start = from === null ? log.start : log.placeOf(from.time, from.source, from.id);
  const end = until === null ? log.end : log.placeOf(until.time, until.source, until.id);
  for (let i = start; i < end && left > 0; i++) {
    if (!log.belongs(i, rule, cell.part)) continue;
    left--;
    const signal = log.read(i);
    step(fold, state, signal, log.addresseeAt(i).roles);
    since++;
    if (since === BETWEEN_MARKS) {
      marks.push(markAt(signal, state));
      since = 0;
    }
  }
  return { state, episodes, marks, since };
}

function markAt({ time, source, id }: Signal, state: State): Mark {
  return { time, source, id, state: state.copy() };
}

/** The newest mark before a signal; one at the signal itself has it in its state already. */
export function markBefore(cell: Cell, { time, source, id }: Signal): Mark | null {
  const marks = cell.hot?.marks ?? [];
  for (let i = marks.length - 1; i >= 0; i--) {
    const mark = marks[i];
    const isAt = mark?.time === time && mark.source === source && mark.id === id;
    if (mark !== undefined && !isAt && !isMarkAfter(mark, time, source, id)) return mark;
  }
  return null;
}

/** A cell's state after all signals so far, and the matches that are not shown yet. */
export function liveOf(cells: Cells, cell: Cell, rule: Rule): Live {
  if (cell.hot !== null) return { state: cell.hot.live, hidden: hiddenOf(cells, rule, cell.hot.hidden) };
  const { state, episodes } = refold(cells, cell, rule, null, settledAt(cells), true);
  return { state, hidden: hiddenOf(cells, rule, episodes) };
}

export interface Live {
  readonly state: State;
  readonly hidden: readonly Episode[];
}

const NONE: readonly Episode[] = [];

function hiddenOf(cells: Cells, rule: Rule, episodes: readonly Episode[]): readonly Episode[] {
  if (!rule.waits || episodes.length === 0) return NONE;
  return episodes.filter(({ firedAt }) => firedAt > settledAt(cells));
}

/** The live state took one more signal, the newest of the cell. */
export function keepLive(cell: Cell, live: State, hidden: readonly Episode[], signal: Signal): void {
  if (!isWorthKeeping(cell, live)) {
    cell.hot = null;
    return;
  }
  cell.hot ??= { live, hidden, marks: [], since: 0 };
  cell.hot.hidden = hidden;
  cell.hot.since++;
  if (cell.hot.since < BETWEEN_MARKS) return;
  cell.hot.marks.push(markAt(signal, live));
  cell.hot.since = 0;
}

/** The newest state is worth its memory where trouble is, or where it would often be needed again. */
function isWorthKeeping({ pending, rule }: Cell, { episode }: State): boolean {
  if (pending === 0) return false;
  return pending > KEPT_LIVE || episode !== null || rule?.gathers === true;
}

/** The signals from a mark on were refolded: what was derived from them is replaced. */
export function keepRefolded(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  from: Mark | null,
  refolded: Refolded,
): void {
  if (!isWorthKeeping(cell, refolded.state)) {
    cell.hot = null;
    return;
  }
  const earlier = from === null ? [] : (cell.hot?.marks ?? []);
  const kept = from === null ? 0 : earlier.indexOf(from) + 1;
  const { state, marks, since, episodes } = refolded;
  const hidden = hiddenOf(cells, rule, episodes);
  cell.hot = { live: state, hidden, marks: [...earlier.slice(0, kept), ...marks], since };
}
