import fc from "fast-check";
import { DateTime } from "luxon";
import { MINUTE, type Millis } from "../../../server/core/time.ts";

/*
 * A second opinion on local time: luxon's wall clock at single instants, without a notion of offsets or changes.
 */

export const NIGHT = { from: 21 * 60, to: 8 * 60 };

export function isQuiet(moment: Millis, zone: string, { from, to } = NIGHT): boolean {
  const wall = DateTime.fromMillis(moment, { zone });
  const minute = wall.hour * 60 + wall.minute;
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

export function isWeekend(moment: Millis, zone: string): boolean {
  return DateTime.fromMillis(moment, { zone }).weekday >= 6;
}

export const anyZone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
const anyMoment = fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2036, 11, 31) });

/** Within two days of a change of the zone's offset in the given year, or of a new month where there is none. */
const nearChange = fc
  .tuple(anyZone, fc.integer({ min: 2005, max: 2035 }), fc.integer({ min: -2880, max: 1440 }), fc.nat(59_999))
  .map(([zone, year, minutes, millis]) => [zone, changeIn(zone, year) + minutes * MINUTE + millis] as const);

function changeIn(zone: string, year: number): Millis {
  let month = DateTime.fromObject({ year, month: 1 }, { zone });
  while (month.year === year && month.plus({ months: 1 }).offset === month.offset) {
    month = month.plus({ months: 1 });
  }
  let [low, high] = [month.toMillis(), month.plus({ months: 1 }).toMillis()];
  while (high - low > MINUTE) {
    const middle = Math.floor((low + high) / 2);
    if (DateTime.fromMillis(middle, { zone }).offset === month.offset) low = middle;
    else high = middle;
  }
  return high;
}

/** Around 29 February, in years that have one. */
const nearLeapDay = fc
  .tuple(anyZone, fc.constantFrom(2012, 2016, 2020, 2024, 2028, 2032), fc.integer({ min: -1440, max: 2880 }))
  .map(([zone, year, minutes]) => [zone, Date.UTC(year, 1, 29) + minutes * MINUTE] as const);

/** A zone and a moment, mostly one where mistakes live. */
export const anywhen = fc.oneof(nearChange, nearLeapDay, fc.tuple(anyZone, anyMoment));
