import type { Millis } from "../time.ts";

interface Waiting {
  /** Grows in the order in which they came to be. */
  readonly number: number;
  /** Its place in the heap, or -1. */
  slot: number;
}

/** The cells that wait for something, as a heap: soonest first, and of the same moment the oldest cell. */
export class Timers<Cell extends Waiting> {
  cells: Cell[] = [];
  dues: Millis[] = [];

  get next(): Millis {
    return this.dues[0] ?? Number.POSITIVE_INFINITY;
  }

  get first(): Cell | undefined {
    return this.cells[0];
  }

  dueOf(cell: Cell): Millis {
    return cell.slot < 0 ? Number.POSITIVE_INFINITY : (this.dues[cell.slot] ?? Number.POSITIVE_INFINITY);
  }

  /** Infinity takes the cell off. */
  set(cell: Cell, due: Millis): void {
    const { slot } = cell;
    if (due === Number.POSITIVE_INFINITY) {
      if (slot >= 0) this.#remove(cell);
      return;
    }
    if (slot < 0) {
      this.cells.push(cell);
      this.dues.push(due);
      this.#rise(this.cells.length - 1, cell, due);
      return;
    }
    const before = this.dues[slot];
    if (before === due) return;
    if (before !== undefined && due < before) this.#rise(slot, cell, due);
    else this.#sink(slot, cell, due);
  }

  #remove(cell: Cell): void {
    const { slot } = cell;
    const last = this.cells.pop();
    const due = this.dues.pop();
    cell.slot = -1;
    if (last === undefined || due === undefined || last === cell) return;
    this.#rise(slot, last, due);
    this.#sink(last.slot, last, due);
  }

  #rise(from: number, cell: Cell, due: Millis): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(cell, due, above)) break;
      this.#move(above, at);
      at = above;
    }
    this.#put(at, cell, due);
  }

  #sink(from: number, cell: Cell, due: Millis): void {
    let at = from;
    for (;;) {
      let below = at * 2 + 1;
      const other = this.cells[below + 1];
      if (other !== undefined && this.#isBefore(other, this.dues[below + 1] ?? 0, below)) below++;
      if (below >= this.cells.length || this.#isBefore(cell, due, below)) break;
      this.#move(below, at);
      at = below;
    }
    this.#put(at, cell, due);
  }

  #isBefore(cell: Cell, due: Millis, other: number): boolean {
    const otherDue = this.dues[other] ?? 0;
    if (due !== otherDue) return due < otherDue;
    return cell.number < (this.cells[other]?.number ?? 0);
  }

  #move(from: number, to: number): void {
    const cell = this.cells[from];
    if (cell !== undefined) this.#put(to, cell, this.dues[from] ?? 0);
  }

  #put(at: number, cell: Cell, due: Millis): void {
    this.cells[at] = cell;
    this.dues[at] = due;
    cell.slot = at;
  }
}
