/** Milliseconds since 1970-01-01T00:00:00Z, or a length of time in milliseconds where the name says so. */
export type Millis = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The last date there is: what is set until then holds for good. */
export const FOREVER: Millis = 8.64e15;

/** How long after its own time an event may arrive and still count as on time. */
export const ON_TIME = 5 * MINUTE;
/** Older than this on arrival an event is too late: it only counts in features and baselines. */
export const LATE = DAY;

const UNITS: Readonly<Record<string, Millis>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/**
 * Reads a duration as files write it: `30s`, `15m`, `48h`, `7d`.
 * @throws RangeError when the text is anything else, naming the text.
 */
export function parseDuration(text: string): Millis {
  const found = /^(\d{1,6})(s|m|h|d)$/.exec(text);
  const unit = found?.[2] === undefined ? undefined : UNITS[found[2]];
  if (found?.[1] === undefined || unit === undefined) {
    throw new RangeError(`"${text}" is not a duration; write 30s, 15m, 48h or 7d`);
  }
  return Number(found[1]) * unit;
}

/** The shortest spelling of a duration: 900000 becomes `15m`. Parts under a second are lost. */
export function formatDuration(length: Millis): string {
  for (const [unit, size] of [
    ["d", DAY],
    ["h", HOUR],
    ["m", MINUTE],
  ] as const) {
    if (length >= size && length % size === 0) return `${length / size}${unit}`;
  }
  return `${Math.round(length / SECOND)}s`;
}
