import { hash } from "node:crypto";
import { hash32 } from "../../../core/hash.ts";
import { IdentityTable } from "./identity-table.ts";

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

/** What is known of one unit: its positions, and who is named there. */
interface UnitEntries {
  readonly seqs: number[];
  persons: string[] | Set<string>;
}

/** Above this many a list takes longer to search than a set. */
const FEW = 8;

/** The part of the log that the indexes do not know yet, or only some of it. */
export class Segment {
  readonly identities = new IdentityTable();
  /** `tenant person unit`, once each, by a hash of the person. */
  readonly persons: readonly string[][] = Array.from({ length: BUCKETS }, () => []);
  readonly units = new Map<number, UnitEntries>();
  size = 0;
  /** Position of its last input. */
  through = 0;

  add({ seq, tenant, unit, identity, person }: Entry): void {
    if (identity !== null) this.identities.add(identity);
    const entries = this.units.get(unit);
    // Lists of one as they are: the first `push` to an empty list makes room for seventeen.
    if (entries === undefined)
      this.units.set(unit, { seqs: [seq], persons: person === null ? [] : [person] });
    else entries.seqs.push(seq);
    if (person !== null && (entries === undefined || isNew(entries, person))) {
      this.persons[bucketOf(person)]?.push(`${tenant} ${person} ${unit}`);
    }
    this.size += 1;
    this.through = seq;
  }

  has(identity: string): boolean {
    return this.identities.has(identity);
  }

  seqsOf(unit: number): readonly number[] {
    return this.units.get(unit)?.seqs ?? [];
  }

  unitsNaming(tenant: number, person: string): readonly number[] {
    const start = `${tenant} ${person} `;
    return (this.persons[bucketOf(person)] ?? [])
      .filter((text) => text.startsWith(start))
      .map((text) => Number(text.slice(start.length)))
      .filter((unit) => Number.isInteger(unit));
  }
}

/** Whether the person was not named in the unit before; from now on they were. */
function isNew(entries: UnitEntries, person: string): boolean {
  const { persons } = entries;
  if (persons instanceof Set) {
    if (persons.has(person)) return false;
    persons.add(person);
    return true;
  }
  if (persons.includes(person)) return false;
  persons.push(person);
  if (persons.length > FEW) entries.persons = new Set(persons);
  return true;
}

export const bucketOf = (person: string): number => hash32(person) % BUCKETS;

/** Portions of texts, each sorted when its turn comes: sorting all at once takes long. */
type Portions = readonly (() => readonly string[])[];

/** Takes texts out of portions, in order, some at a time. */
class Drain {
  readonly #from: Portions;
  #portion = 0;
  #texts: readonly string[] = [];
  #next = 0;

  constructor(from: Portions) {
    this.#from = from;
  }

  take(count: number): readonly string[] {
    while (this.#next >= this.#texts.length && this.#portion < this.#from.length) {
      this.#texts = this.#from[this.#portion]?.() ?? [];
      this.#next = 0;
      this.#portion += 1;
    }
    const taken = this.#texts.slice(this.#next, this.#next + count);
    this.#next += taken.length;
    return taken;
  }

  get done(): boolean {
    return this.#portion === this.#from.length && this.#next >= this.#texts.length;
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
    this.identities = new Drain(segment.identities.portions());
    this.persons = new Drain(segment.persons.map((texts) => () => texts.toSorted()));
    this.#units = Uint32Array.from(segment.units.keys()).sort();
  }

  /** Whole units, with at least `count` inputs together where there are so many. */
  takeUnits(count: number): readonly (readonly [unit: number, seqs: readonly number[]])[] {
    const taken: [number, readonly number[]][] = [];
    for (let inputs = 0; inputs < count; this.#nextUnit += 1) {
      const unit = this.#units[this.#nextUnit];
      if (unit === undefined) break;
      const seqs = this.segment.seqsOf(unit);
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
