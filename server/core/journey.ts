import type { Tally } from "./control.ts";
import type { Event } from "./event.ts";
import type { Pattern } from "./pattern.ts";
import type { JourneySeries, Population } from "./population.ts";
import { formatDuration, type Millis } from "./time.ts";
import { satisfies } from "./where.ts";

/** A population-level change: a journey signal that left, or came back to, what is ordinary. */
export interface JourneyChange {
  readonly kind: "opened" | "closed";
  readonly episode: number;
  readonly count: number;
  readonly usual: number;
  readonly bucket: string;
}

/** Buckets kept for the median, at most. */
const MOST_BUCKETS = 24 * 28;

/** True for patterns that are counted over all units: key part `tenant`. */
export function isJourney(pattern: Pattern): boolean {
  return pattern.per[0] === "tenant";
}

/**
 * Adds counts of a minute to a journey signal. A spike shows while its bucket fills; a drop when its bucket is
 * complete. The comparison is with the median of the signal's own complete buckets.
 */
export function takeTally(population: Population, pattern: Pattern, tally: Tally): JourneyChange[] {
  const { when } = pattern;
  if (when.kind !== "spike" && when.kind !== "drop") return [];
  const series = seriesOf(population, `${pattern.id};${tally.key}`, tally.minute, when.bucket);
  const changes: JourneyChange[] = [];
  const start = bucketStart(tally.minute, when.bucket);
  while (series.start < start) {
    changes.push(...complete(series, when));
    series.start += when.bucket;
  }
  series.count += tally.count;
  if (when.kind === "spike") changes.push(...judgeSpike(series, when));
  return changes;
}

interface Measure {
  readonly kind: "spike" | "drop";
  readonly bucket: Millis;
  readonly over: number;
  readonly factor: number;
  readonly minimum: number;
}

function seriesOf(population: Population, key: string, minute: Millis, bucket: Millis): JourneySeries {
  const known = population.journeys.get(key);
  if (known !== undefined) return known;
  const fresh: JourneySeries = {
    start: bucketStart(minute, bucket),
    count: 0,
    past: [],
    open: null,
    episode: 0,
  };
  population.journeys.set(key, fresh);
  return fresh;
}

function bucketStart(at: Millis, bucket: Millis): Millis {
  return Math.floor(at / bucket) * bucket;
}

function complete(series: JourneySeries, when: Measure): JourneyChange[] {
  const { count } = series;
  const usual = median(series.past.slice(-when.over));
  const changes: JourneyChange[] = [];
  const enough = series.past.length >= when.over;
  const low = enough && usual >= when.minimum && count <= usual * when.factor;
  if (when.kind === "drop" && low && series.open === null) changes.push(open(series, when, usual));
  else if (series.open !== null && isOrdinary(count, usual, when)) changes.push(close(series, when, usual));
  series.past.push(count);
  if (series.past.length > MOST_BUCKETS) series.past.shift();
  series.count = 0;
  return changes;
}

function isOrdinary(count: number, usual: number, when: Measure): boolean {
  return when.kind === "spike" ? count < usual * when.factor : count > usual * when.factor;
}

function judgeSpike(series: JourneySeries, when: Measure): JourneyChange[] {
  if (series.open !== null || series.past.length < when.over || series.count < when.minimum) return [];
  const usual = median(series.past.slice(-when.over));
  return series.count >= usual * when.factor ? [open(series, when, usual)] : [];
}

function open(series: JourneySeries, when: Measure, usual: number): JourneyChange {
  series.open = String(series.episode);
  return {
    kind: "opened",
    episode: series.episode,
    count: series.count,
    usual,
    bucket: formatDuration(when.bucket),
  };
}

function close(series: JourneySeries, when: Measure, usual: number): JourneyChange {
  series.open = null;
  const episode = series.episode++;
  return { kind: "closed", episode, count: series.count, usual, bucket: formatDuration(when.bucket) };
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
