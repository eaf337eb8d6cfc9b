const WORDS = 4;
const BYTES = 16;
const FIRST_CAPACITY = 1 << 10;

/**
 * A set of event identities (16 bytes each, as texts of 16 latin1 characters) in one block of numbers: an entry costs
 * 16 bytes and a place in the table, no text, and looking one up touches memory twice.
 */
export class IdentityTable {
  #words = new Uint32Array(WORDS * FIRST_CAPACITY);
  /** Entry number + 1 by place; 0 is free. Twice as many places as entries. */
  #places = new Uint32Array(2 * FIRST_CAPACITY);
  #size = 0;
  /** The identity that was read last, as numbers. */
  readonly #asked = new Uint32Array(WORDS);

  get size(): number {
    return this.#size;
  }

  has(identity: string): boolean {
    this.#read(identity);
    return this.#places[this.#placeOf()] !== 0;
  }

  add(identity: string): void {
    if (this.#size * WORDS === this.#words.length) this.#grow();
    this.#read(identity);
    const place = this.#placeOf();
    if (this.#places[place] !== 0) return;
    this.#words.set(this.#asked, this.#size * WORDS);
    this.#size += 1;
    this.#places[place] = this.#size;
  }

  /** All entries as texts, sorted in portions by first byte: `portions()[0]` are those that begin with 0. */
  portions(): readonly (() => readonly string[])[] {
    const byFirst = Array.from({ length: 256 }, (): number[] => []);
    for (let entry = 0; entry < this.#size; entry++)
      byFirst[(this.#words[entry * WORDS] ?? 0) >>> 24]?.push(entry);
    return byFirst.map((entries) => () => entries.map((entry) => this.#textOf(entry)).sort());
  }

  #read(identity: string): void {
    for (let word = 0; word < WORDS; word++) {
      const at = word * 4;
      this.#asked[word] =
        (identity.charCodeAt(at) << 24) |
        (identity.charCodeAt(at + 1) << 16) |
        (identity.charCodeAt(at + 2) << 8) |
        identity.charCodeAt(at + 3);
    }
  }

  /** Where the identity that was read is, or would be. Its bytes are a hash already. */
  #placeOf(): number {
    const mask = this.#places.length - 1;
    let place = (this.#asked[0] ?? 0) & mask;
    for (let entry = this.#places[place] ?? 0; entry !== 0; entry = this.#places[place] ?? 0) {
      if (this.#isAsked((entry - 1) * WORDS)) break;
      place = (place + 1) & mask;
    }
    return place;
  }

  #isAsked(at: number): boolean {
    const [words, asked] = [this.#words, this.#asked];
    return (
      words[at] === asked[0] &&
      words[at + 1] === asked[1] &&
      words[at + 2] === asked[2] &&
      words[at + 3] === asked[3]
    );
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
    this.#places = new Uint32Array(this.#places.length * 2);
    for (let entry = 0; entry < this.#size; entry++) {
      this.#asked.set(words.subarray(entry * WORDS, (entry + 1) * WORDS));
      this.#places[this.#placeOf()] = entry + 1;
    }
  }

  #textOf(entry: number): string {
    const codes: number[] = [];
    for (let i = 0; i < BYTES; i++) {
      const word = this.#words[entry * WORDS + (i >> 2)] ?? 0;
      codes.push((word >>> (24 - 8 * (i & 3))) & 0xff);
    }
    return String.fromCharCode(...codes);
  }
}
