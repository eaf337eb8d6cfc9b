import type { Millis } from "../time.ts";
import type { CompiledLibrary } from "./compile.ts";
import type { Episode } from "./episode.ts";
import type { Facts } from "./facts.ts";
import { Log } from "./log.ts";
import type { Rule } from "./rule.ts";
import type { State } from "./state.ts";
import { Timers } from "./timers.ts";

/** Where a fold over the log may be taken up again: the state after the signal (time, source, id). */
export interface Mark {
  readonly time: Millis;
  readonly source: string;
  readonly id: string;
  readonly state: State;
}

/** What a cell keeps beside its base and the log, so that it need not be folded from there each time. */
export interface Hot {
  /** After the newest signal. */
  live: State;
  /** Matches that fired but are not shown yet. */
  hidden: readonly Episode[];
  marks: Mark[];
  /** Signals since the last mark. */
  since: number;
}

/**
 * The state of one pattern for one key: `base`, with the key's signals that still stand in the log folded in. Nearly
 * all keys of all customers are in the first of these modes at any moment.
 *
 * - *No cell.* Fewer signals than the pattern needs just stand in the log. There is a cell from the first signal that
 *   could make it fire, from the first one that leaves the log and counts, or while the log is `crowded`.
 * - *Cold.* `base` has what left the log and `pending` counts what is in it; the state is folded anew for each signal.
 * - *Hot.* With a match open, or more than a few signals in the log, the newest state is kept too, and a mark every 128
 *   signals, from where one that arrives after younger ones is folded in. All of it follows from base and log: it is
 *   dropped where it would have to be put right, and is no part of a saved state.
 * - *Resting.* The pattern is paused or was changed: what it has open stays as it was, and hears only what ends it.
 * - *Without a rule.* No library has the pattern in this version: neither time nor signals reach the cell, until one
 *   has it again.
 * - *Spent.* It never fired, has no signal in the log and no timer, and its base can begin nothing any more: the next
 *   sweep drops it.
 *
 * A timer (`slot`) stands for the cell while time alone can change it.
 */
export class Cell {
  /** Numbered in the order in which the unit got them. */
  readonly number: number;
  /** Of the rule; `rule` itself is null while no library has it. */
  readonly ruleKey: string;
  rule: Rule | null;
  readonly part: string | null;
  /** After the signals that left the log; null while there was nothing to keep. */
  base: State | null = null;
  /** How many of its signals are in the log. */
  pending = 0;
  /** Derived from `base` and the log, and may be dropped at any time. */
  hot: Hot | null = null;
  /** Its place among the timers, or -1. */
  slot = -1;

  constructor(number: number, ruleKey: string, rule: Rule | null, part: string | null) {
    this.number = number;
    this.ruleKey = ruleKey;
    this.rule = rule;
    this.part = part;
  }
}

/** With more cells than this, they are found by an index. */
const FEW = 8;
const NO_CELLS: Cell[] = [];

/**
 * The matcher's state of one unit: the log of its newest signals, and a cell for each pattern and key that has got
 * as far as to need one. A key with too few signals to fire has no cell: its signals just stand in the log.
 *
 * A cell's state is its base with its signals from the log folded in, in their order. Whatever arrived, the matches
 * that were emitted are at any moment the ones of that state as of `now`: closed when quiet for five minutes
 * longer than allowed, shown when no answer can come in time any more.
 */
export class Cells {
  /** `account/acme` or `person/u1`; empty until the first event. */
  unit = "";
  library: CompiledLibrary | null = null;
  /** Up to when events were received and timers have run. */
  now: Millis = Number.NEGATIVE_INFINITY;
  log = new Log();
  list: Cell[] = NO_CELLS;
  timers: Timers<Cell> | null = null;
  facts: Facts | null = null;
  /** Every key with a signal in the log has a cell: set when a burst makes counting in the log too slow. */
  crowded = false;
  /** Next cell number, and the number of cells at which spent ones are looked for. */
  made = 0;
  sweepAt = FEW;
  #index: Map<Rule, Map<string | null, Cell>> | null = null;

  find(rule: Rule, part: string | null): Cell | null {
    if (this.#index !== null) return this.#index.get(rule)?.get(part) ?? null;
    for (const cell of this.list) if (cell.rule === rule && cell.part === part) return cell;
    return null;
  }

  add(cell: Cell): Cell {
    if (this.list === NO_CELLS) this.list = [];
    this.list.push(cell);
    if (this.#index !== null) this.#enter(cell);
    else if (this.list.length > FEW) this.reindex();
    return cell;
  }

  /** Keeps the cells that `keeps` says. */
  filter(keeps: (cell: Cell) => boolean): void {
    this.list = this.list.filter(keeps);
    this.reindex();
  }

  reindex(): void {
    this.#index = null;
    if (this.list.length <= FEW) return;
    this.#index = new Map();
    for (const cell of this.list) this.#enter(cell);
  }

  #enter(cell: Cell): void {
    if (this.#index === null || cell.rule === null) return;
    const parts = this.#index.get(cell.rule);
    if (parts === undefined) this.#index.set(cell.rule, new Map([[cell.part, cell]]));
    else parts.set(cell.part, cell);
  }

  dueOf(cell: Cell): Millis {
    return this.timers === null ? Number.POSITIVE_INFINITY : this.timers.dueOf(cell);
  }

  setDue(cell: Cell, due: Millis): void {
    if (this.timers === null) {
      if (due === Number.POSITIVE_INFINITY) return;
      this.timers = new Timers();
    }
    this.timers.set(cell, due);
  }
}
