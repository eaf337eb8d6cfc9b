/**
 * A `Map` that takes no room of its own for up to one entry. Of the maps that every customer has, nearly all hold that
 * much nearly all the time, and an empty `Map` takes as much memory as four entries.
 */
export class SmallMap<Key, Value> implements Map<Key, Value> {
  /** The one entry, as a list of one; null while there is none. */
  #only: readonly [Key, Value] | null = null;
  /** All entries, once there were two. */
  #map: Map<Key, Value> | null = null;

  get size(): number {
    if (this.#map !== null) return this.#map.size;
    return this.#only === null ? 0 : 1;
  }

  has(key: Key): boolean {
    if (this.#map !== null) return this.#map.has(key);
    return this.#only !== null && this.#only[0] === key;
  }

  get(key: Key): Value | undefined {
    if (this.#map !== null) return this.#map.get(key);
    return this.#only !== null && this.#only[0] === key ? this.#only[1] : undefined;
  }

  set(key: Key, value: Value): this {
    const only = this.#only;
    if (this.#map !== null) this.#map.set(key, value);
    else if (only === null || only[0] === key) this.#only = [key, value];
    else {
      this.#map = new Map([only, [key, value]]);
      this.#only = null;
    }
    return this;
  }

  delete(key: Key): boolean {
    if (this.#map !== null) return this.#map.delete(key);
    if (this.#only === null || this.#only[0] !== key) return false;
    this.#only = null;
    return true;
  }

  clear(): void {
    this.#only = null;
    this.#map = null;
  }

  forEach(action: (value: Value, key: Key, map: Map<Key, Value>) => void): void {
    for (const [key, value] of this.entries()) action(value, key, this);
  }

  *entries(): MapIterator<[Key, Value]> {
    if (this.#map !== null) yield* this.#map.entries();
    else if (this.#only !== null) yield [this.#only[0], this.#only[1]];
  }

  *keys(): MapIterator<Key> {
    if (this.#map !== null) yield* this.#map.keys();
    else if (this.#only !== null) yield this.#only[0];
  }

  *values(): MapIterator<Value> {
    if (this.#map !== null) yield* this.#map.values();
    else if (this.#only !== null) yield this.#only[1];
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "SmallMap";
  }
}

/** With these entries, in their order. */
export function smallMap<Key, Value>(entries: Iterable<readonly [Key, Value]>): SmallMap<Key, Value> {
  const map = new SmallMap<Key, Value>();
  for (const [key, value] of entries) map.set(key, value);
  return map;
}
