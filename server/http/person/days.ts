import { DateTime } from "luxon";
import type { Millis } from "../../core/time.ts";

/** A day as people write it: "2 March 2026", in the person's own zone. */
export function dayOf(at: Millis, zone: string): string {
  return DateTime.fromMillis(at, { zone }).setLocale("en-GB").toLocaleString({
    day: "numeric",
    month: "long",
    year: "numeric",
  });
}

/** The day so many days after today, at its very beginning. */
export function dayIn(now: Millis, zone: string, days: number): DateTime {
  return DateTime.fromMillis(now, { zone }).startOf("day").plus({ days });
}

/** As a date field of a form has it: `2026-03-02`. */
export const inputDay = (day: DateTime): string => day.toISODate() ?? "";

/** The beginning of a day of a date field; null unless it is one of the next 365 days. */
export function beginningOf(text: string, now: Millis, zone: string): Millis | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const day = DateTime.fromISO(text, { zone });
  const allowed = day.isValid && day >= dayIn(now, zone, 1) && day <= dayIn(now, zone, 365);
  return allowed ? day.toMillis() : null;
}
