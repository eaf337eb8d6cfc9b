import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { dayAfter, dayBegins, localDay } from "../../server/core/wall-clock.ts";
import { anywhen } from "./policy/wall-clock.ts";

const iso = (moment: number | null) => (moment === null ? null : new Date(moment).toISOString());

describe("a day in somebody's zone", () => {
  it("is the one on their wall, and begins as Luxon says, on days of a change too", () => {
    fc.assert(
      fc.property(anywhen, fc.integer({ min: 0, max: 400 }), ([zone, at], days) => {
        const begins = DateTime.fromMillis(at, { zone }).startOf("day");
        const later = dayAfter(localDay(at, zone), days) ?? "";

        expect(localDay(at, zone)).toBe(begins.toISODate());
        expect(later).toBe(begins.plus({ days }).toISODate());
        expect(localDay(dayBegins(later, zone) ?? 0, zone)).toBe(later);
        expect(localDay((dayBegins(later, zone) ?? 0) - 1, zone) < later).toBe(true);
      }),
      { seed: 365, numRuns: 500 },
    );
  });

  it.each([
    ["an ordinary one", "2026-03-02", "Europe/Berlin", "2026-03-01T23:00:00.000Z"],
    ["one without midnight", "2026-09-06", "America/Santiago", "2026-09-06T04:00:00.000Z"],
    ["one with midnight twice", "2026-11-01", "America/Havana", "2026-11-01T04:00:00.000Z"],
    ["far ahead", "2026-01-01", "Pacific/Kiritimati", "2025-12-31T10:00:00.000Z"],
    ["far behind", "2026-01-01", "Pacific/Niue", "2026-01-01T11:00:00.000Z"],
    ["no day of the calendar", "2026-02-30", "UTC", null],
    ["no day at all", "tomorrow", "UTC", null],
  ])("begins where it should: %s", (_words, day, zone, begins) => {
    expect(iso(dayBegins(day, zone))).toBe(begins);
  });
});
