import type { EventData } from "../event.ts";
import type { Millis } from "../time.ts";
import type { Addressee, Rule } from "./rule.ts";
import { BEGINNING, NO_DATA, type Signal } from "./signal.ts";

/** Of each signal: source, id, person, data, key part and addressee. */
const WIDTH = 6;
const SOURCE = 0;
const ID = 1;
const PERSON = 2;
const DATA = 3;
const PART = 4;
const ADDRESSEE = 5;

/** Exactly sized lists are cut from these: a list that grows by itself takes room for 17 more. */
const LARGEST = 512;
const NUMBERS: readonly number[] = Array.from({ length: LARGEST }, () => 0.5);
const NOTHINGS: readonly null[] = Array.from({ length: LARGEST * WIDTH }, () => null);

/** An empty log's own; never written to. */
const NO_NUMBERS: number[] = [];
const NO_REFS: unknown[] = [];

/** Small logs grow in small steps, as there is one for every customer; large ones by half. */
function grown(capacity: number): number {
  return capacity < 12
    ? capacity + 3
    : capacity < 256
      ? capacity + (capacity >> 2)
      : capacity + (capacity >> 1);
}

/** Among how many signals a name is looked for that is the same as the new one's, so that it is kept once. */
const NEIGHBOURS = 6;

/**
 * The newest signals of a unit, in their order: those of the last five minutes, which one out of order may still slip
 * between, and older ones that nobody needed to fold so far. Two flat lists, so that an event costs no object.
 */
export class Log {
  times: number[] = NO_NUMBERS;
  refs: unknown[] = NO_REFS;
  start = 0;
  end = 0;

  get size(): number {
    return this.end - this.start;
  }

  get isFull(): boolean {
    return this.end === this.times.length;
  }

  /** So full that making room once more would soon be needed again. */
  get isAlmostFull(): boolean {
    return this.end * 4 >= this.times.length * 3;
  }

  timeAt(index: number): Millis {
    return this.times[index] ?? 0;
  }

  partAt(index: number): string | null {
    return this.refs[index * WIDTH + PART] as string | null;
  }

  addresseeAt(index: number): Addressee {
    return this.refs[index * WIDTH + ADDRESSEE] as Addressee;
  }

  /** Copies a signal out. */
  read(index: number): Signal {
    const at = index * WIDTH;
    return {
      time: this.times[index] ?? 0,
      source: this.refs[at + SOURCE] as string,
      id: this.refs[at + ID] as string,
      person: this.refs[at + PERSON] as string | null,
      data: (this.refs[at + DATA] ?? NO_DATA) as EventData,
    };
  }

  belongs(index: number, rule: Rule, part: string | null): boolean {
    const at = index * WIDTH;
    const addressee = this.refs[at + ADDRESSEE] as Addressee;
    return addressee.rule === rule && this.refs[at + PART] === part;
  }

  /** How many signals of one key could begin a match. */
  countBeginning(rule: Rule, part: string | null): number {
    let count = 0;
    for (let i = this.start; i < this.end; i++) {
      if (this.belongs(i, rule, part) && (this.addresseeAt(i).roles & BEGINNING) !== 0) count++;
    }
    return count;
  }

  count(rule: Rule, part: string | null): number {
    let count = 0;
    for (let i = this.start; i < this.end; i++) if (this.belongs(i, rule, part)) count++;
    return count;
  }

  /** Where a signal has its place: after everything that is not after it. */
  placeOf(time: Millis, source: string, id: string): number {
    if (this.end === this.start || !this.isAfter(this.end - 1, time, source, id)) return this.end;
    let low = this.start;
    let high = this.end - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.isAfter(middle, time, source, id)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  isAfter(index: number, time: Millis, source: string, id: string): boolean {
    const own = this.times[index] ?? 0;
    if (own !== time) return own > time;
    const ownSource = this.refs[index * WIDTH + SOURCE] as string;
    if (ownSource !== source) return ownSource > source;
    return (this.refs[index * WIDTH + ID] as string) > id;
  }

  /** Whether a later signal than the one that would stand at `index` is of the same key. */
  hasFrom(index: number, rule: Rule, part: string | null): boolean {
    for (let i = index; i < this.end; i++) if (this.belongs(i, rule, part)) return true;
    return false;
  }

  /** There must be room: see `makeRoom`. */
  insert(index: number, signal: Signal, part: string | null, addressee: Addressee): void {
    for (let i = this.end; i > index; i--) this.#move(i - 1, i);
    this.end++;
    const at = index * WIDTH;
    const { refs } = this;
    this.times[index] = signal.time;
    const person = this.#known(index, signal.person);
    refs[at + SOURCE] = signal.source;
    refs[at + ID] = signal.id;
    refs[at + PERSON] = person;
    refs[at + DATA] = signal.data;
    refs[at + PART] = part === person ? person : part;
    refs[at + ADDRESSEE] = addressee;
  }

  /** The same name as a neighbour keeps it, if one has it: every event brings a string of its own. */
  #known(index: number, person: string | null): string | null {
    if (person === null) return null;
    const oldest = Math.max(this.start, index - NEIGHBOURS);
    for (let i = index - 1; i >= oldest; i--) {
      const known = this.refs[i * WIDTH + PERSON] as string | null;
      if (known === person) return known;
    }
    return person;
  }

  remove(index: number): void {
    for (let i = index + 1; i < this.end; i++) this.#move(i, i - 1);
    this.end--;
    this.#clear(this.end);
  }

  /** Finds a signal by its identity; -1 when it is not there. */
  find(time: Millis, source: string, id: string, rule: Rule, part: string | null): number {
    for (let i = this.placeOf(time, source, id) - 1; i >= this.start && this.timeAt(i) === time; i--) {
      const at = i * WIDTH;
      const isIt = this.refs[at + ID] === id && this.refs[at + SOURCE] === source;
      if (isIt && this.belongs(i, rule, part)) return i;
    }
    return -1;
  }

  dropFirst(): void {
    this.#clear(this.start);
    this.start++;
    if (this.start === this.end) {
      this.start = 0;
      this.end = 0;
    }
  }

  /** Keeps of the signals before `until` those that `keeps` says, in order. */
  filter(until: number, keeps: (index: number) => boolean): void {
    let kept = this.start;
    for (let i = this.start; i < until; i++) {
      if (!keeps(i)) continue;
      if (kept < i) this.#move(i, kept);
      kept++;
    }
    if (kept === until) return;
    for (let i = until; i < this.end; i++, kept++) this.#move(i, kept);
    while (this.end > kept) this.#clear(--this.end);
  }

  hasData(index: number): boolean {
    return this.refs[index * WIDTH + DATA] !== null;
  }

  /** Of an empty log: how much it holds, and where it starts. */
  reserve(start: number, capacity: number): void {
    this.#resize(capacity);
    this.start = start;
    this.end = start;
  }

  /** The data of an old signal that can only be counted any more. */
  forgetData(index: number): void {
    this.refs[index * WIDTH + DATA] = null;
  }

  setAddressee(index: number, addressee: Addressee): void {
    this.refs[index * WIDTH + ADDRESSEE] = addressee;
  }

  /** Makes room for one more: moves to the front what stands behind free places, or grows. */
  makeRoom(): void {
    const capacity = this.times.length;
    if (this.start > 0 && (capacity <= 24 || this.start * 2 >= capacity)) {
      this.#moveToFront();
      return;
    }
    this.#resize(grown(capacity));
  }

  #moveToFront(): void {
    const { start, end } = this;
    for (let i = start; i < end; i++) this.#move(i, i - start);
    for (let i = Math.max(start, end - start); i < end; i++) this.#clear(i);
    this.start = 0;
    this.end = end - start;
  }

  /** A burst is over: gives back what it took. */
  shrink(): void {
    if (this.times.length > 24 && this.size * 4 < this.times.length) this.#resize(Math.max(6, this.size * 2));
  }

  copy(): Log {
    const copy = new Log();
    copy.times = this.times.slice();
    copy.refs = this.refs.slice();
    copy.start = this.start;
    copy.end = this.end;
    return copy;
  }

  #resize(capacity: number): void {
    const { times, refs, start, end } = this;
    const size = end - start;
    this.times = blank(NUMBERS, capacity, 0.5);
    this.refs = blank<unknown>(NOTHINGS, capacity * WIDTH, null);
    for (let i = 0; i < size; i++) this.times[i] = times[start + i] ?? 0;
    for (let i = 0; i < size * WIDTH; i++) this.refs[i] = refs[start * WIDTH + i];
    this.start = 0;
    this.end = size;
  }

  #move(from: number, to: number): void {
    const { times, refs } = this;
    times[to] = times[from] ?? 0;
    const source = from * WIDTH;
    const target = to * WIDTH;
    refs[target] = refs[source];
    refs[target + 1] = refs[source + 1];
    refs[target + 2] = refs[source + 2];
    refs[target + 3] = refs[source + 3];
    refs[target + 4] = refs[source + 4];
    refs[target + 5] = refs[source + 5];
  }

  #clear(index: number): void {
    for (let i = index * WIDTH; i < (index + 1) * WIDTH; i++) this.refs[i] = null;
  }
}

function blank<Value>(from: readonly Value[], length: number, filler: Value): Value[] {
  if (length <= from.length) return from.slice(0, length);
  const list = from.slice();
  while (list.length < length) list.push(filler);
  return list;
}
