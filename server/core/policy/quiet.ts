import { DAY, MINUTE, type Millis, SECOND } from "../time.ts";

/** Quiet hours in minutes after local midnight, `from` inclusive, `to` exclusive; equal for none. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

/*
 * Quiet hours are a question to the clock on the recipient's wall, asked at an instant. Days with a daylight-saving
 * change are 23 or 25 hours long there (or 23.5, on Lord Howe), an hour may be missing or come twice, so the answer
 * "until when" walks from one change of the zone's offset to the next and asks the wall clock again after each.
 */

/** A zone name is foreign text, so the number of remembered formatters is bounded. */
const REMEMBERED = 1_000;
const formatters = new Map<string, Intl.DateTimeFormat | null>();

/** The zone's formatter, or null when there is no such zone. */
function formatterOf(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  if (formatters.size >= REMEMBERED) formatters.clear();
  const made = makeFormatter(zone);
  formatters.set(zone, made);
  return made;
}

function makeFormatter(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
  } catch {
    return null;
  }
}

/** The first of the names that is a zone; UTC when none is. */
export function firstZone(...names: readonly (string | null | undefined)[]): string {
  return names.find((name) => typeof name === "string" && formatterOf(name) !== null) ?? "UTC";
}

/** What the wall clock in a zone is ahead of UTC at an instant. An unknown zone counts as UTC. */
function offsetAt(at: Millis, zone: string): Millis {
  const formatter = formatterOf(zone);
  if (formatter === null) return 0;
  const second = Math.floor(at / SECOND) * SECOND;
  // "03/29/2026, 02:59:59"
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, secs = 0] = (
    formatter.format(second).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, secs) - second;
}

/** Waits on a wall clock: how long it still is, 0 for not at all. `wall` is local time written as if it were UTC. */
type Wait = (wall: Millis) => Millis;

/** The first instant from `now` on at which the wall clock asks for no wait. */
function firstFree(now: Millis, zone: string, waitAt: Wait): Millis {
  let at = now;
  for (;;) {
    const offset = offsetAt(at, zone);
    const wait = waitAt(at + offset);
    if (wait === 0) return at;
    const end = at + wait;
    at = offsetAt(end, zone) === offset ? end : changeBetween(at, end, zone);
  }
}

/** The first instant after `before` at which the zone has another offset; there is one by `after`. */
function changeBetween(before: Millis, after: Millis, zone: string): Millis {
  const offset = offsetAt(before, zone);
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, zone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

function quietWait({ from, to }: QuietHours): Wait {
  const [start, end] = [from * MINUTE, to * MINUTE];
  const length = modulo(end - start, DAY);
  return (wall) => {
    const into = modulo(wall - start, DAY);
    return into < length ? length - into : 0;
  };
}

const WEEK = 7 * DAY;
/** 1970-01-03, a Saturday. */
const A_SATURDAY = 2 * DAY;

const weekendWait: Wait = (wall) => {
  const into = modulo(wall - A_SATURDAY, WEEK);
  return into < 2 * DAY ? 2 * DAY - into : 0;
};

/** When the quiet hours that `now` lies in end, in UTC; null outside quiet hours. */
export function quietUntil(now: Millis, zone: string, quiet: QuietHours): Millis | null {
  return later(now, firstFree(now, zone, quietWait(quiet)));
}

/**
 * On a Saturday or Sunday: the first moment of the next week that is not quiet (Monday 08:00 local, by default);
 * null on other days, quiet or not.
 */
export function weekendUntil(now: Millis, zone: string, quiet: QuietHours): Millis | null {
  const monday = firstFree(now, zone, weekendWait);
  return monday === now ? null : firstFree(monday, zone, quietWait(quiet));
}

/** For calls: the first moment that is neither quiet nor on a weekend; null when that is now. */
export function callableFrom(now: Millis, zone: string, quiet: QuietHours): Millis | null {
  const nightly = quietWait(quiet);
  return later(
    now,
    firstFree(now, zone, (wall) => nightly(wall) || weekendWait(wall)),
  );
}

const later = (now: Millis, at: Millis): Millis | null => (at > now ? at : null);
