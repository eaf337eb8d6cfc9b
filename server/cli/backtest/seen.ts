/**
 * Remembers which events were seen, by two 32-bit hashes of source and id: 8 bytes each instead of some 100 for the
 * words, so that ten million fit. Two different events share both hashes once in some hundred thousand such files.
 */
export class Seen {
  /** Pairs of hashes by place; 0, 0 is an empty place. */
  #slots = new Uint32Array(2 * 1_024);
  #count = 0;

  /** True when it was seen before; remembers it. */
  has(source: string, id: string): boolean {
    if (this.#count * 2 > this.#slots.length / 2) this.#grow();
    const first = hash(source, id, 0x811c9dc5);
    // Never 0, so that an empty place is certain.
    const second = (hash(source, id, 0x2f0b4c47) | 1) >>> 0;
    return this.#put(first, second);
  }

  get size(): number {
    return this.#count;
  }

  #put(first: number, second: number): boolean {
    const places = this.#slots.length / 2;
    let at = first & (places - 1);
    while (this.#slots[2 * at + 1] !== 0) {
      if (this.#slots[2 * at] === first && this.#slots[2 * at + 1] === second) return true;
      at = (at + 1) & (places - 1);
    }
    this.#slots[2 * at] = first;
    this.#slots[2 * at + 1] = second;
    this.#count += 1;
    return false;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    this.#count = 0;
    for (let at = 0; at < before.length; at += 2) {
      const second = before[at + 1] ?? 0;
      if (second !== 0) this.#put(before[at] ?? 0, second);
    }
  }
}

/** FNV-1a with murmur's finaliser; a zero between the words, as ids may hold any other character. */
function hash(source: string, id: string, seed: number): number {
  let h = seed;
  for (let i = 0; i < source.length; i++) h = Math.imul(h ^ source.charCodeAt(i), 0x01000193);
  h = Math.imul(h, 0x01000193);
  for (let i = 0; i < id.length; i++) h = Math.imul(h ^ id.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
