import { DAY, HOUR, type Millis, SECOND } from "./time.ts";

/*
 * Local time is a question to the clock on somebody's wall, asked at an instant. Days with a daylight-saving change are
 * 23 or 25 hours long there (or 23.5, on Lord Howe), an hour may be missing or come twice, so the answer "until when"
 * walks from one change of the zone's offset to the next and asks the wall clock again after each.
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
export type Wait = (wall: Millis) => Millis;

/** The first instant from `now` on at which the wall clock asks for no wait. */
export function firstFree(now: Millis, zone: string, waitAt: Wait): Millis {
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

/** The local day of an instant, `2026-03-02`. */
export function localDay(at: Millis, zone: string): string {
  return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 10);
}

/** The day so many days after a day; null when the text is no day of the calendar. */
export function dayAfter(day: string, days: number): string | null {
  const wall = wallOf(day);
  return wall === null ? null : new Date(wall + days * DAY).toISOString().slice(0, 10);
}

/** The first instant of a local day, which is not midnight where midnight is missing; null when it is no day. */
export function dayBegins(day: string, zone: string): Millis | null {
  const wall = wallOf(day);
  if (wall === null) return null;
  return firstFree(wall - MOST_AHEAD, zone, (now) => Math.max(0, wall - now));
}

/** No zone is further ahead of UTC, with room to spare. */
const MOST_AHEAD = 16 * HOUR;

function wallOf(day: string): Millis | null {
  const wall = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // The parser takes February 30th for March 2nd.
  return Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 10) !== day ? null : wall;
}
