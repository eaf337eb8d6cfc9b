import { type Clock, isFresh } from "./clock.ts";

/**
 * Something that is read whole and kept in memory, such as the tokens of all tenants. Those who ask while it is being
 * read share the answer; its age counts from when that reading began. A reading that fails leaves what was read
 * before, and whoever asks next reads again.
 */
export interface SharedRead<Value> {
  /** What was read last; null before the first time. */
  last(): Value | null;
  /** Whether it was read so lately. A clock that was set back makes nothing last longer. */
  isFresh(lasts: number): boolean;
  /** What was read last while that is fresh, else read now. */
  within(lasts: number): Promise<Value>;
  /** Reads now, or waits for the reading that is under way. */
  read(): Promise<Value>;
  /** To be called after a change: a reading that is under way may have begun before it. */
  reload(): Promise<void>;
}

export function shareRead<Value>(readAll: () => Promise<Value>, clock: Clock): SharedRead<Value> {
  let known: { readonly value: Value; readonly at: number } | null = null;
  let reading: Promise<Value> | null = null;

  const readNow = async (): Promise<Value> => {
    const at = clock.now();
    const value = await readAll();
    known = { value, at };
    return value;
  };
  const read = (): Promise<Value> => {
    reading ??= readNow().finally(() => {
      reading = null;
    });
    return reading;
  };
  const isFreshNow = (lasts: number): boolean => known !== null && isFresh(known.at, clock.now(), lasts);
  return {
    last: () => known?.value ?? null,
    isFresh: isFreshNow,
    within: (lasts) => (known !== null && isFreshNow(lasts) ? Promise.resolve(known.value) : read()),
    read,
    async reload() {
      await reading?.catch(() => undefined);
      await read();
    },
  };
}

/** The same for each key by itself, such as what one tenant has set. */
export function shareReads<Value>(
  readOne: (key: string) => Promise<Value>,
  clock: Clock,
): (key: string, lasts: number) => Promise<Value> {
  const reads = new Map<string, SharedRead<Value>>();
  return (key, lasts) => {
    const found = reads.get(key) ?? shareRead(() => readOne(key), clock);
    reads.set(key, found);
    return found.within(lasts);
  };
}
