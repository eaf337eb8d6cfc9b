import { DAY, type Millis } from "../time.ts";
import { Evidence } from "./evidence.ts";

/** With this much of its own past, a key is compared with the same weekday only. */
const WEEKDAYS_KNOWN = 14 * DAY;

/** How a key's events are counted for a spike or a drop. */
export interface Measure {
  readonly bucket: Millis;
  /** Over how many complete buckets the median is taken. */
  readonly over: number;
}

/** The events of one key, counted in buckets that are aligned to 1970-01-01T00:00:00Z. */
export class Buckets {
  /** Number of the first bucket that had an event: before it, the key has no past. */
  first: number;
  /** Number of the bucket that is filling. */
  current: number;
  /** All events of the current bucket. */
  total = 0;
  /** Those of them that nobody has used yet: a recovery starts it anew. */
  evidence = new Evidence();
  /** Complete buckets with events: number, count, number, count, ... in ascending order. */
  past: number[] = [];
  /** The median for the current bucket, once it is known. */
  #usual: number | null | undefined = undefined;

  constructor(first: number, current: number) {
    this.first = first;
    this.current = current;
  }

  copy(): Buckets {
    const copy = new Buckets(this.first, this.current);
    copy.total = this.total;
    copy.evidence = this.evidence.copy();
    copy.past = this.past.slice();
    copy.#usual = this.#usual;
    return copy;
  }

  /** The current bucket is over: the next one begins, empty. */
  complete(measure: Measure): void {
    this.completeUpTo(this.current + 1, measure);
  }

  /** The same for all buckets before `next`: nothing happened in those after the current one. */
  completeUpTo(next: number, { bucket, over }: Measure): void {
    if (this.total > 0) this.past.push(this.current, this.total);
    this.begin(next);
    const oldest = this.current - horizon(bucket, over);
    let stale = 0;
    while (stale < this.past.length && (this.past[stale] ?? 0) < oldest) stale += 2;
    if (stale > 0) this.past.splice(0, stale);
  }

  begin(current: number): void {
    this.current = current;
    this.total = 0;
    this.evidence = new Evidence();
    this.#usual = undefined;
  }

  /** Counts one event of a bucket that is over, whatever was made of that bucket then. */
  addPast(number: number): void {
    this.#usual = undefined;
    if (number < this.first) this.first = number;
    let at = this.past.length;
    while (at > 0 && (this.past[at - 2] ?? 0) > number) at -= 2;
    if (at > 0 && this.past[at - 2] === number) this.past[at - 1] = (this.past[at - 1] ?? 0) + 1;
    else this.past.splice(at, 0, number, 1);
  }

  /** The median of the key's own complete buckets before the current one; null when there are too few. */
  usual(measure: Measure): number | null {
    if (this.#usual === undefined) this.#usual = this.#median(measure);
    return this.#usual;
  }

  #median({ bucket, over }: Measure): number | null {
    const age = this.current - this.first;
    const byWeekday = bucket <= DAY && age * bucket >= WEEKDAYS_KNOWN;
    if (!byWeekday && age < over) return null;
    const today = weekday(this.current, bucket);
    const oldest = Math.max(this.first, this.current - horizon(bucket, over));
    const counts: number[] = [];
    let at = this.past.length - 2;
    for (let number = this.current - 1; number >= oldest && counts.length < over; number--) {
      while (at >= 0 && (this.past[at] ?? 0) > number) at -= 2;
      if (byWeekday && weekday(number, bucket) !== today) continue;
      counts.push(at >= 0 && this.past[at] === number ? (this.past[at + 1] ?? 0) : 0);
    }
    return median(counts);
  }
}

/** Enough buckets back to find `over` of one weekday. */
export function horizon(bucket: Millis, over: number): number {
  if (bucket > DAY) return over;
  const perDay = Math.floor(DAY / bucket);
  const weeks = Math.ceil(over / perDay) + 1;
  return Math.ceil((weeks * 7 * DAY) / bucket);
}

function weekday(number: number, bucket: Millis): number {
  return (((Math.floor((number * bucket) / DAY) % 7) + 7) % 7) | 0;
}

function median(counts: number[]): number {
  const sorted = counts.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
