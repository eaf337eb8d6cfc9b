/**
 * Chance that can be repeated: the same seed gives the same numbers on every machine. A small fast counter
 * (sfc32, by Chris Doty-Humphrey, public domain), started from the text of the seed. Not for secrets.
 */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  int(from: number, to: number): number;
  between(from: number, to: number): number;
  chance(share: number): boolean;
  pick<Item>(list: readonly Item[]): Item;
  /** The weights need not add up to one. */
  weighted<Item>(list: readonly (readonly [Item, number])[]): Item;
  /** As many of the list as asked for, each at most once, in random order. */
  sample<Item>(list: readonly Item[], count: number): Item[];
  /** Around a median, with a tail to the right; `spread` is the standard deviation of the logarithm. */
  around(median: number, spread: number): number;
  /** A stream of its own, which does not depend on how much of this one was used. */
  fork(name: string | number): Random;
}

export function createRandom(seed: string): Random {
  const next = sfc32(seed);
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <Item>(list: readonly Item[]): Item => {
    const item = list[Math.floor(next() * list.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  };
  return {
    next,
    int,
    pick,
    between: (from, to) => from + next() * (to - from),
    chance: (share) => next() < share,
    weighted: (list) => weighted(list, next()),
    sample(list, count) {
      const rest = [...list];
      const taken = Math.min(count, rest.length);
      return Array.from({ length: taken }, () => rest.splice(int(0, rest.length - 1), 1)).flat();
    },
    around: (median, spread) => median * Math.exp(spread * normal(next)),
    fork: (name) => createRandom(`${seed}/${name}`),
  };
}

function weighted<Item>(list: readonly (readonly [Item, number])[], at: number): Item {
  let left = at * list.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [item, weight] of list) {
    left -= weight;
    if (left < 0) return item;
  }
  const last = list.at(-1);
  if (last === undefined) throw new RangeError("nothing to pick from");
  return last[0];
}

/** Box and Muller's way to a standard normal number. */
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

function sfc32(seed: string): () => number {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  for (let at = 0; at < seed.length; at++) {
    a = Math.imul(a ^ seed.charCodeAt(at), 0x85ebca6b);
    next();
  }
  for (let round = 0; round < 12; round++) next();
  return next;
}
