/** What will happen, in order of time; of several at one moment the one that was planned first. */
export interface Agenda {
  add(at: number, what: () => Promise<unknown>): void;
  /** When the next thing happens; Infinity when nothing is planned. */
  peek(): number;
  /** The next thing that has happened by then. */
  take(upTo: number): (() => Promise<unknown>) | null;
}

interface Planned {
  readonly at: number;
  readonly what: () => Promise<unknown>;
}

export function createAgenda(): Agenda {
  const planned: Planned[] = [];
  return {
    add(at, what) {
      let low = 0;
      let high = planned.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((planned[middle]?.at ?? 0) <= at) low = middle + 1;
        else high = middle;
      }
      planned.splice(low, 0, { at, what });
    },
    peek: () => planned[0]?.at ?? Number.POSITIVE_INFINITY,
    take(upTo) {
      if ((planned[0]?.at ?? Number.POSITIVE_INFINITY) > upTo) return null;
      return planned.shift()?.what ?? null;
    },
  };
}
