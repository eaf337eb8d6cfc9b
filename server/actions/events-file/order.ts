import type { Incoming } from "../../core/event.ts";

/** Events many at a time: a promise for each one would cost more than the event. */
export type Batches = AsyncIterable<readonly Incoming[]>;

/** The order in which events are judged: time, source, id. */
export function compareEvents(a: Incoming, b: Incoming): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return 0;
}

/** An event stands further from its place than what is kept in memory reaches. */
export class OutOfOrder extends Error {
  override readonly name = "OutOfOrder";
}

/** Events in memory while their order is put right; most files are out of order by far less. */
export const WINDOW = 50_000;

/**
 * Puts events in order that are nearly so: each at most `window` places away from where it belongs.
 * @throws OutOfOrder when one is further away
 */
export async function* reordered(
  batches: Batches,
  window: number = WINDOW,
): AsyncGenerator<readonly Incoming[]> {
  let held: Incoming[] = [];
  let last: Incoming | undefined;
  const release = (count: number): readonly Incoming[] => {
    // Nearly sorted input is what the engine's sort is fastest at.
    held.sort(compareEvents);
    const ready = held.slice(0, count);
    held = held.slice(count);
    const [first] = ready;
    if (first !== undefined && last !== undefined && compareEvents(first, last) < 0)
      throw new OutOfOrder(first.id);
    last = ready.at(-1) ?? last;
    return ready;
  };
  for await (const batch of batches) {
    for (const event of batch) held.push(event);
    if (held.length >= 2 * window) yield release(held.length - window);
  }
  yield release(held.length);
}

interface Head {
  batch: readonly Incoming[];
  at: number;
  readonly next: () => Promise<IteratorResult<readonly Incoming[]>>;
}

const MERGED_AT_ONCE = 1_000;

/**
 * One stream from several, always going on with the one whose next event comes first. Streams in order give one in
 * order; a stream that is not keeps the order it has.
 */
export async function* merged(streams: readonly Batches[]): AsyncGenerator<readonly Incoming[]> {
  const [only] = streams;
  if (only !== undefined && streams.length === 1) return yield* only;
  const heads: Head[] = [];
  for (const stream of streams) {
    const iterator = stream[Symbol.asyncIterator]();
    const head: Head = { batch: [], at: 0, next: () => iterator.next() };
    if (await fill(head)) heads.push(head);
  }
  let ready: Incoming[] = [];
  while (heads.length > 0) {
    const head = earliest(heads);
    const event = head.batch[head.at++];
    if (event !== undefined) ready.push(event);
    if (head.at >= head.batch.length && !(await fill(head))) heads.splice(heads.indexOf(head), 1);
    if (ready.length >= MERGED_AT_ONCE) {
      yield ready;
      ready = [];
    }
  }
  yield ready;
}

/** False when the stream has ended. */
async function fill(head: Head): Promise<boolean> {
  for (;;) {
    const result = await head.next();
    if (result.done === true) return false;
    if (result.value.length === 0) continue;
    head.batch = result.value;
    head.at = 0;
    return true;
  }
}

function earliest(heads: readonly Head[]): Head {
  let best: Head | undefined;
  for (const head of heads) {
    if (best === undefined || before(head, best)) best = head;
  }
  if (best === undefined) throw new RangeError("nothing to merge");
  return best;
}

function before(a: Head, b: Head): boolean {
  const left = a.batch[a.at];
  const right = b.batch[b.at];
  return left !== undefined && right !== undefined && compareEvents(left, right) < 0;
}
