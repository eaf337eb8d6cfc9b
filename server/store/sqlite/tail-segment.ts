import { hash } from "node:crypto";
import { hash32 } from "../../core/hash.ts";

const BUCKETS = 256;

/** One record of the log, as far as the indexes are concerned. */
export interface Entry {
  readonly seq: number;
  readonly tenant: number;
  readonly unit: number;
  /** `identityOf` an event; null for a control. */
  readonly identity: string | null;
  readonly person: string | null;
}

/** Sets of texts in buckets, so that each bucket can be sorted when its turn comes: sorting all at once takes long. */
class Buckets {
  readonly #sets: readonly Set<string>[] = Array.from({ length: BUCKETS }, () => new Set<string>());

  add(bucket: number, text: string): void {
    this.#sets[bucket]?.add(text);
  }

  has(bucket: number, text: string): boolean {
    return this.#sets[bucket]?.has(text) ?? false;
  }

  sorted(bucket: number): readonly string[] {
    return [...(this.#sets[bucket] ?? [])].sort();
  }
}

/** The part of the log that the indexes do not know yet, or only some of it. */
export class Segment {
  /** By first byte. */
  readonly identities = new Buckets();
  /** `tenant person unit`, by a hash of the person. */
  readonly persons = new Buckets();
  readonly units = new Map<number, number[]>();
  size = 0;
  /** Position of its last input. */
  through = 0;

  add({ seq, tenant, unit, identity, person }: Entry): void {
    if (identity !== null) this.identities.add(identity.charCodeAt(0), identity);
    if (person !== null) this.persons.add(bucketOf(person), `${tenant} ${person} ${unit}`);
    const seqs = this.units.get(unit);
    if (seqs === undefined) this.units.set(unit, [seq]);
    else seqs.push(seq);
    this.size += 1;
    this.through = seq;
  }

  has(identity: string): boolean {
    return this.identities.has(identity.charCodeAt(0), identity);
  }

  unitsNaming(tenant: number, person: string): readonly number[] {
    const start = `${tenant} ${person} `;
    return this.persons
      .sorted(bucketOf(person))
      .filter((text) => text.startsWith(start))
      .map((text) => Number(text.slice(start.length)))
      .filter((unit) => Number.isInteger(unit));
  }
}

export const bucketOf = (person: string): number => hash32(person) % BUCKETS;

/** Takes texts out of buckets, in order, some at a time. */
class Drain {
  readonly #from: Buckets;
  #bucket = 0;
  #texts: readonly string[] = [];
  #next = 0;

  constructor(from: Buckets) {
    this.#from = from;
  }

  take(count: number): readonly string[] {
    while (this.#next >= this.#texts.length && this.#bucket < BUCKETS) {
      this.#texts = this.#from.sorted(this.#bucket);
      this.#next = 0;
      this.#bucket += 1;
    }
    const taken = this.#texts.slice(this.#next, this.#next + count);
    this.#next += taken.length;
    return taken;
  }

  get done(): boolean {
    return this.#bucket === BUCKETS && this.#next >= this.#texts.length;
  }
}

/** What of a segment is left to index: everything sorted, so that neighbouring entries fall into one page. */
export class Indexing {
  readonly segment: Segment;
  readonly identities: Drain;
  readonly persons: Drain;
  readonly #units: Uint32Array;
  #nextUnit = 0;

  constructor(segment: Segment) {
    this.segment = segment;
    this.identities = new Drain(segment.identities);
    this.persons = new Drain(segment.persons);
    this.#units = Uint32Array.from(segment.units.keys()).sort();
  }

  /** Whole units, with at least `count` inputs together where there are so many. */
  takeUnits(count: number): readonly (readonly [unit: number, seqs: readonly number[]])[] {
    const taken: [number, readonly number[]][] = [];
    for (let inputs = 0; inputs < count; this.#nextUnit += 1) {
      const unit = this.#units[this.#nextUnit];
      if (unit === undefined) break;
      const seqs = this.segment.units.get(unit) ?? [];
      taken.push([unit, seqs]);
      inputs += seqs.length;
    }
    return taken;
  }

  get done(): boolean {
    return this.identities.done && this.persons.done && this.#nextUnit >= this.#units.length;
  }
}

/** 16 bytes of SHA-256 of an event's identity, as text of 16 characters (latin1). */
export function identityOf(tenant: string, source: string, id: string): string {
  return hash("sha256", `${tenant}\0${source}\0${id}`, "binary").slice(0, 16);
}
