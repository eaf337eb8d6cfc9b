/**
 * A `Map` that takes no room while it is empty. Of the maps that every customer has, nearly all are empty nearly all
 * the time, and an empty `Map` takes as much memory as four entries would.
 */
export class SmallMap<Key, Value> implements Map<Key, Value> {
  #map: Map<Key, Value> | null = null;

  get size(): number {
    return this.#map === null ? 0 : this.#map.size;
  }

  has(key: Key): boolean {
    return this.#map?.has(key) ?? false;
  }

  get(key: Key): Value | undefined {
    return this.#map === null ? undefined : this.#map.get(key);
  }

  set(key: Key, value: Value): this {
    this.#map ??= new Map();
    this.#map.set(key, value);
    return this;
  }

  delete(key: Key): boolean {
    if (this.#map === null || !this.#map.delete(key)) return false;
    if (this.#map.size === 0) this.#map = null;
    return true;
  }

  clear(): void {
    this.#map = null;
  }

  forEach(action: (value: Value, key: Key, map: Map<Key, Value>) => void): void {
    this.#map?.forEach((value, key) => action(value, key, this));
  }

  entries(): MapIterator<[Key, Value]> {
    return (this.#map ?? NOTHING).entries() as MapIterator<[Key, Value]>;
  }

  keys(): MapIterator<Key> {
    return (this.#map ?? NOTHING).keys() as MapIterator<Key>;
  }

  values(): MapIterator<Value> {
    return (this.#map ?? NOTHING).values() as MapIterator<Value>;
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "SmallMap";
  }
}

const NOTHING: ReadonlyMap<never, never> = new Map<never, never>();

/** With these entries, in their order. */
export function smallMap<Key, Value>(entries: Iterable<readonly [Key, Value]>): SmallMap<Key, Value> {
  const map = new SmallMap<Key, Value>();
  for (const [key, value] of entries) map.set(key, value);
  return map;
}
