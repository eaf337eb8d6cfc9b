import type { Millis } from "../../core/time.ts";
import { dayAfter, dayBegins, localDay } from "../../core/wall-clock.ts";

/** A day as people write it: "2 March 2026", in the person's own zone. */
export function dayOf(at: Millis, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "long" }).format(at);
}

/** The day so many days after today, as a date field of a form has it: `2026-03-02`. */
export const dayIn = (now: Millis, zone: string, days: number): string =>
  dayAfter(localDay(now, zone), days) ?? "";

/** The beginning of a day of a date field; null unless it is one of the next 365 days. */
export function beginningOf(text: string, now: Millis, zone: string): Millis | null {
  const allowed = text >= dayIn(now, zone, 1) && text <= dayIn(now, zone, 365);
  return allowed ? dayBegins(text, zone) : null;
}
