/**
 * A pattern that was changed starts with what it would have counted so far: the past is matched once more, in cells of
 * its own, and what the changed patterns remember of it is taken over. Nothing acts: what would have fired has not.
 */
import type { Event } from "../event.ts";
import type { Pattern } from "../pattern.ts";
import { DAY, type Millis } from "../time.ts";
import { bind } from "./amending.ts";
import { horizon } from "./buckets.ts";
import { Cell, Cells } from "./cells.ts";
import { schedule } from "./changing.ts";
import type { CompiledLibrary } from "./compile.ts";
import { foldFirst, settledAt } from "./folding.ts";
import { observe, runDue } from "./matcher.ts";
import type { State } from "./state.ts";

/** What has no length of its own, like failures in a row, is looked for this far back. */
const LONG_AGO = 30 * DAY;

export interface Past {
  /** Events of the unit in order of arrival, none of them after `at`. */
  readonly events: readonly Event[];
  /** When the patterns were changed. */
  readonly at: Millis;
}

/** How far back an event may lie that a pattern still remembers. */
export function memoryOf({ when }: Pattern): Millis {
  switch (when.kind) {
    case "once":
    case "score":
      return 0;
    case "count":
    case "distinct":
    case "sequence":
      return when.within;
    case "absence":
      // An answer may have been overdue for long: that is not to be told anew.
      return when.for + LONG_AGO;
    case "spike":
    case "drop":
      return horizon(when.bucket, when.over) * when.bucket;
    case "consecutive":
    case "level":
      return LONG_AGO;
  }
}

/**
 * Goes on with another library, in which the rules of these keys are new. Done twice it is the same as done once: the
 * unit must not have heard an event since.
 */
export function warmUp(
  cells: Cells,
  library: CompiledLibrary,
  keys: ReadonlySet<string>,
  unit: string,
  { events, at }: Past,
): void {
  if (cells.unit === "") cells.unit = unit;
  if (cells.library !== library) bind(cells, library);
  const lived = relive(cells, library, unit, events, at);
  forget(cells, keys);
  for (const cell of lived.list) {
    if (keys.has(cell.ruleKey)) takeOver(cells, cell, at);
  }
}

/** The past once more, in cells of its own, with everything folded in. */
function relive(
  { facts }: Cells,
  library: CompiledLibrary,
  unit: string,
  events: readonly Event[],
  at: Millis,
): Cells {
  const cells = new Cells();
  cells.facts = facts?.copy() ?? null;
  for (const event of events) observe(cells, library, unit, event, () => {});
  runDue(cells, library, at, () => {});
  const { log } = cells;
  while (log.size > 0) {
    if (log.addresseeAt(log.start).rule?.active === true) foldFirst(cells, log.start);
    log.dropFirst();
  }
  return cells;
}

/** What an earlier time took over: its cells are the newest ones, as nothing was heard since. */
function forget(cells: Cells, keys: ReadonlySet<string>): void {
  const known = cells.list.filter(({ ruleKey }) => keys.has(ruleKey));
  if (known.length === 0) return;
  for (const cell of known) cells.setDue(cell, Number.POSITIVE_INFINITY);
  cells.filter(({ ruleKey }) => !keys.has(ruleKey));
  cells.made -= known.length;
}

function takeOver(cells: Cells, { rule, ruleKey, part, base }: Cell, at: Millis): void {
  if (rule === null || base === null) return;
  const fold = { rule, facts: cells.facts, touched: null };
  rule.behaviour.advance(fold, base, at, true);
  silence(base);
  if (rule.behaviour.isSpent(base, settledAt(cells))) return;
  const cell = new Cell(cells.made++, ruleKey, rule, part);
  cell.base = base;
  cells.add(cell);
  schedule(cells, cell, rule, base, []);
}

/** It has never fired. */
function silence(state: State): void {
  state.episode = null;
  state.episodes = 0;
  state.lastFired = null;
}
