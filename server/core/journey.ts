import type { Tally } from "./control.ts";
import type { Event } from "./event.ts";
import type { Pattern } from "./pattern.ts";
import type { JourneySeries, Population } from "./population.ts";
import { DAY, formatDuration, MINUTE, type Millis } from "./time.ts";
import { satisfies } from "./where.ts";

/** A population-level change: a journey signal that left, or came back to, what is ordinary. */
export interface JourneyChange {
  readonly kind: "opened" | "closed";
  /** Start of the bucket with which it left the ordinary: names the episode. */
  readonly episode: Millis;
  readonly count: number;
  readonly usual: number;
  readonly bucket: string;
}

/** Buckets kept for the median, at most. */
const MOST_BUCKETS = 24 * 28;
/** Values of a field are chosen by whoever sends events: the quietest series make room for new ones. */
const MOST_SERIES = 5_000;
/** With this much past, a bucket is compared with those of the same weekday only. */
const WEEKDAYS_KNOWN = 14 * DAY;
/** Counts of a bucket's last minute may still be on their way. */
const GRACE = 5 * MINUTE;

/** True for patterns that are counted over all units: key part `tenant`. */
export function isJourney(pattern: Pattern): boolean {
  return pattern.per[0] === "tenant";
}

/**
 * Adds counts of a minute to a journey signal. A spike shows while its bucket fills; a drop when its bucket is
 * complete. The comparison is with the median of the signal's own complete buckets.
 */
export function takeTally(population: Population, pattern: Pattern, tally: Tally): JourneyChange[] {
  const when = measureOf(pattern);
  if (when === null) return [];
  const series = seriesOf(population, `${pattern.id};${tally.key}`, tally.minute, when.bucket);
  const changes = completeUntil(series, when, tally.minute);
  series.count += tally.count;
  if (when.kind === "spike" && series.open === null && isOut(series, when)) changes.push(open(series, when));
  return changes;
}

export interface KeyedChange {
  readonly pattern: Pattern;
  /** As in `Tally`. */
  readonly key: string;
  readonly change: JourneyChange;
}

type PatternOf = (id: string) => Pattern | undefined;

/** Lets time pass: completes the buckets that are over, also of signals that nothing is heard of any more. */
export function passJourneys(population: Population, patternOf: PatternOf, now: Millis): KeyedChange[] {
  const changes: KeyedChange[] = [];
  for (const [name, series] of population.journeys) {
    const { pattern, key, when } = partsOf(name, patternOf);
    if (pattern === undefined || when === null) continue;
    for (const change of completeUntil(series, when, now - GRACE)) changes.push({ pattern, key, change });
  }
  return changes;
}

/** When time alone may next change something. */
export function journeyDue(population: Population, patternOf: PatternOf): Millis {
  let due = Number.POSITIVE_INFINITY;
  for (const [name, series] of population.journeys) {
    const { when } = partsOf(name, patternOf);
    if (when === null) continue;
    const waits = series.open !== null || (when.kind === "drop" && series.past.some((count) => count > 0));
    const fills = when.kind === "drop" && series.count > 0;
    if (waits || fills) due = Math.min(due, series.start + when.bucket + GRACE);
  }
  return due;
}

function partsOf(name: string, patternOf: PatternOf) {
  const end = name.indexOf(";");
  const pattern = patternOf(name.slice(0, end));
  return { pattern, key: name.slice(end + 1), when: pattern === undefined ? null : measureOf(pattern) };
}

type Measure = Extract<Pattern["when"], { readonly kind: "spike" | "drop" }>;

function measureOf({ when }: Pattern): Measure | null {
  return when.kind === "spike" || when.kind === "drop" ? when : null;
}

function seriesOf(population: Population, key: string, minute: Millis, bucket: Millis): JourneySeries {
  const known = population.journeys.get(key);
  if (known !== undefined) return known;
  if (population.journeys.size >= MOST_SERIES) forgetOldest(population);
  const fresh: JourneySeries = { start: bucketStart(minute, bucket), count: 0, past: [], open: null };
  population.journeys.set(key, fresh);
  return fresh;
}

function forgetOldest({ journeys }: Population): void {
  let oldest: string | null = null;
  let start = Number.POSITIVE_INFINITY;
  for (const [name, series] of journeys) {
    if (series.open !== null || series.start >= start) continue;
    oldest = name;
    start = series.start;
  }
  if (oldest !== null) journeys.delete(oldest);
}

function bucketStart(at: Millis, bucket: Millis): Millis {
  return Math.floor(at / bucket) * bucket;
}

/** Completes every bucket that ends by then. */
function completeUntil(series: JourneySeries, when: Measure, until: Millis): JourneyChange[] {
  const changes: JourneyChange[] = [];
  while (series.start + when.bucket <= until) {
    const change = judgeComplete(series, when);
    if (change !== null) changes.push(change);
    series.past.push(series.count);
    if (series.past.length > MOST_BUCKETS) series.past.shift();
    series.count = 0;
    series.start += when.bucket;
  }
  return changes;
}

function judgeComplete(series: JourneySeries, when: Measure): JourneyChange | null {
  const out = isOut(series, when);
  if (series.open !== null) return out ? null : close(series, when);
  return out && when.kind === "drop" ? open(series, when) : null;
}

function isOut(series: JourneySeries, when: Measure): boolean {
  const usual = usualOf(series, when);
  const { count } = series;
  if (usual === null) return false;
  if (when.kind === "spike") return count >= when.minimum && count >= usual * when.factor;
  return usual >= when.minimum && count <= usual * when.factor;
}

/** The median of the complete buckets before the current one; null when there are too few. */
function usualOf({ past, start }: JourneySeries, { bucket, over }: Measure): number | null {
  const byWeekday = bucket <= DAY && past.length * bucket >= WEEKDAYS_KNOWN;
  if (!byWeekday && past.length < over) return null;
  const counts: number[] = [];
  for (let back = 1; back <= past.length && counts.length < over; back++) {
    if (byWeekday && weekday(start - back * bucket) !== weekday(start)) continue;
    counts.push(past[past.length - back] ?? 0);
  }
  return counts.length === 0 ? null : median(counts);
}

function weekday(at: Millis): number {
  return Math.floor(at / DAY) % 7;
}

function open(series: JourneySeries, when: Measure): JourneyChange {
  series.open = series.start;
  return changeOf("opened", series, when, series.start);
}

function close(series: JourneySeries, when: Measure): JourneyChange {
  const change = changeOf("closed", series, when, series.open ?? series.start);
  series.open = null;
  return change;
}

function changeOf(
  kind: JourneyChange["kind"],
  series: JourneySeries,
  when: Measure,
  episode: Millis,
): JourneyChange {
  const usual = usualOf(series, when) ?? 0;
  return { kind, episode, count: series.count, usual, bucket: formatDuration(when.bucket) };
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Under which key an event counts for a journey signal, or null when it does not: `tenant`, `tenant;step=invite`. */
export function journeyKeyOf(pattern: Pattern, event: Event): string | null {
  const { when } = pattern;
  if (when.kind !== "spike" && when.kind !== "drop") return null;
  if (!when.of.includes(event.type) || !satisfies(when.where, event.data)) return null;
  let key = "tenant";
  for (const field of pattern.per.slice(1)) {
    const value = event.data[field];
    if (typeof value !== "string" && typeof value !== "number") return null;
    key += `;${field}=${value}`;
  }
  return key;
}
