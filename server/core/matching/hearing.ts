import { amend, wake } from "./amending.ts";
import type { Cell, Cells, Hot } from "./cells.ts";
import { announce, type Relay, schedule } from "./changing.ts";
import type { Emit } from "./contract.ts";
import type { Episode } from "./episode.ts";
import { compact, createCell, keepLive, liveOf, settledAt, step } from "./folding.ts";
import { addEvidence, canAdd, slipIn } from "./out-of-order.ts";
import type { Addressee, Rule } from "./rule.ts";
import { BEGINNING, EVIDENCE, type Roles, type Signal, TOO_LATE } from "./signal.ts";
import { State } from "./state.ts";

const NO_RELAYS: Relay[] = [];

/** A signal on time, for one key of one pattern. */
export function hear(
  cells: Cells,
  rule: Rule,
  part: string | null,
  roles: Roles,
  signal: Signal,
  emit: Emit,
): Relay[] {
  const { log } = cells;
  if (log.isFull) compact(cells);
  const addressee = addresseeOf(rule, roles);
  let cell = cells.find(rule, part);
  if (cell === null) {
    if (!rule.active) return NO_RELAYS;
    if (!cells.crowded && isTooFew(cells, rule, part, roles)) {
      log.insert(log.placeOf(signal.time, signal.source, signal.id), signal, part, addressee);
      return NO_RELAYS;
    }
    cell = createCell(cells, rule, part);
  }
  return take(cells, cell, rule, addressee, signal, emit);
}

/** A key without a cell: its signals just stand in the log until there are enough of them. */
function isTooFew({ log }: Cells, rule: Rule, part: string | null, roles: Roles): boolean {
  const begins = (roles & BEGINNING) === 0 ? 0 : 1;
  return log.countBeginning(rule, part) + begins < rule.least;
}

function take(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  addressee: Addressee,
  signal: Signal,
  emit: Emit,
): Relay[] {
  const { log } = cells;
  const due = cells.dueOf(cell);
  const relays = due <= cells.now ? wake(cells, cell, due, emit) : NO_RELAYS;
  const index = log.placeOf(signal.time, signal.source, signal.id);
  const insert = () => {
    log.insert(index, signal, cell.part, addressee);
    cell.pending++;
    return NOTHING;
  };
  if (isSilent(cells, cell, rule, signal, addressee.roles)) {
    cell.hot = null;
    insert();
    return relays;
  }
  const isNewest = signal.time > settledAt(cells) && !log.hasFrom(index, rule, cell.part);
  if (!isNewest) return [...relays, ...slipIn(cells, cell, rule, signal, addressee.roles, insert, emit)];
  const { state, hidden } = liveOf(cells, cell, rule);
  const fired = state.episodes;
  const touched: Episode[] = [];
  insert();
  step({ rule, facts: cells.facts, touched }, state, signal, addressee.roles);
  const unseen = rule.waits ? [...hidden, ...touched] : NOTHING;
  keepLive(cell, state, unseen, signal);
  schedule(cells, cell, rule, state, unseen);
  if (touched.length === 0) return relays;
  const told = announce(cells, cell, rule, touched, fired, emit);
  return relays.length === 0 ? told : [...relays, ...told];
}

const NOTHING: readonly Episode[] = [];

/** A cell that keeps a match back for five minutes has more to tell than its base and the log say. */
function isSilent(cells: Cells, cell: Cell, rule: Rule, signal: Signal, roles: Roles): boolean {
  if (rule.waits && cell.hot !== null) return false;
  const heard = { base: cell.base, pending: cell.pending, due: cells.dueOf(cell) };
  return rule.behaviour.isSilent(rule, heard, signal, roles);
}

/** A signal that came too late for its place in the order. The log is settled. */
export function hearLate(
  cells: Cells,
  rule: Rule,
  part: string | null,
  roles: Roles,
  signal: Signal,
  emit: Emit,
): Relay[] {
  const counts = rule.hasBaseline && (roles & EVIDENCE) !== 0;
  if (!counts && (roles & TOO_LATE) !== 0) return NO_RELAYS;
  let cell = cells.find(rule, part);
  if (cell === null) {
    if (!counts || !rule.active) return NO_RELAYS;
    cell = createCell(cells, rule, part);
  }
  const known = cell;
  if (known.base === null && !counts) return NO_RELAYS;
  const fold = (base: State) => {
    const touched: Episode[] = [];
    const settled = settledAt(cells);
    const folding = { rule, facts: cells.facts, touched };
    rule.behaviour.advance(folding, base, settled, false);
    rule.behaviour.takeLate(folding, base, signal, roles, settled);
    return touched;
  };
  if (known.hot !== null && known.base !== null && staysOpen(known.hot, known.base, rule, roles, signal)) {
    return extendLate(cells, known, rule, signal, known.hot, fold(known.base), emit);
  }
  const change = () => {
    known.base ??= new State();
    return fold(known.base);
  };
  return amend(cells, known, rule, null, change, emit);
}

/** Late evidence in a match that is open since the base and to this day: nothing needs to be refolded. */
function staysOpen(hot: Hot, { episode }: State, rule: Rule, roles: Roles, { time }: Signal): boolean {
  if (!rule.growsByEvidence || roles !== EVIDENCE || episode === null) return false;
  return hot.live.episode?.ordinal === episode.ordinal && canAdd(hot, 0, time);
}

function extendLate(
  cells: Cells,
  cell: Cell,
  rule: Rule,
  signal: Signal,
  hot: Hot,
  touched: readonly Episode[],
  emit: Emit,
): Relay[] {
  if (touched.length === 0 || hot.live.episode === null) return NO_RELAYS;
  addEvidence(rule, hot, 0, signal, [], []);
  schedule(cells, cell, rule, hot.live, NOTHING);
  return announce(cells, cell, rule, [hot.live.episode], hot.live.episodes, emit);
}

/** A firing of another pattern was taken back: it never happened. */
export function unhear(cells: Cells, rule: Rule, part: string | null, signal: Signal, emit: Emit): Relay[] {
  const { log } = cells;
  const index = log.find(signal.time, signal.source, signal.id, rule, part);
  if (index < 0) return NO_RELAYS;
  const cell = cells.find(rule, part);
  if (cell === null) {
    log.remove(index);
    return NO_RELAYS;
  }
  const remove = () => {
    log.remove(index);
    cell.pending--;
    return NOTHING;
  };
  return slipIn(cells, cell, rule, signal, 0, remove, emit);
}

function addresseeOf(rule: Rule, roles: Roles): Addressee {
  const addressee = rule.addressees[roles];
  if (addressee === undefined) throw new RangeError(`${rule.key} has no addressee for roles ${roles}`);
  return addressee;
}
