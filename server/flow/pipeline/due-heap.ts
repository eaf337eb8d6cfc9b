import type { Millis } from "../../core/time.ts";

interface Entry<Waiting> {
  readonly due: Millis;
  readonly key: Waiting;
}

/**
 * Units by when they next need attention. An entry is a hint: whoever takes one asks the unit itself, so that a
 * moved timer needs no search.
 */
export class DueHeap<Waiting = string> {
  readonly #heap: Entry<Waiting>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  push(due: Millis, key: Waiting): void {
    const heap = this.#heap;
    let at = heap.length;
    const entry = { due, key };
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.due <= due) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  /** Takes the earliest entry that is due by then. */
  pop(upTo: Millis): Entry<Waiting> | null {
    const top = this.#heap[0];
    if (top === undefined || top.due > upTo) return null;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return top;
  }

  peek(): Millis {
    return this.#heap[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  #sink(entry: Entry<Waiting>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      const right = heap[child + 1];
      if (left === undefined) break;
      if (right !== undefined && right.due < left.due) child += 1;
      const smaller = heap[child];
      if (smaller === undefined || smaller.due >= entry.due) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = entry;
  }
}
