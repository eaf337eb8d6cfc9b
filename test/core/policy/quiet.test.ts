import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { callableFrom, quietUntil, weekendUntil } from "../../../server/core/policy/quiet.ts";
import { MINUTE, type Millis, SECOND } from "../../../server/core/time.ts";
import { firstZone } from "../../../server/core/wall-clock.ts";
import { sized } from "../../support/size.ts";
import { anywhen, isQuiet, isWeekend, NIGHT } from "./wall-clock.ts";

/** `2026-03-28T22:00+01:00` and the like. */
const at = (iso: string): Millis => DateTime.fromISO(iso, { setZone: true }).toMillis();
const iso = (moment: Millis | null) =>
  moment === null ? null : new Date(moment).toISOString().replace(".000", "");

describe("quiet hours", () => {
  test.each([
    ["a second before 21:00 it is not quiet", "2026-03-02T20:59:59Z", null],
    ["from 21:00:00 it is", "2026-03-02T21:00:00Z", "2026-03-03T08:00:00Z"],
    ["in the small hours it ends the same day", "2026-03-03T07:59:59Z", "2026-03-03T08:00:00Z"],
    ["at 08:00:00 it is over", "2026-03-03T08:00:00Z", null],
    ["a leap day has a night like any other", "2028-02-28T23:00:00Z", "2028-02-29T08:00:00Z"],
    ["and one after it", "2028-02-29T23:00:00Z", "2028-03-01T08:00:00Z"],
  ])("%s", (_words, now, until) => {
    expect(iso(quietUntil(at(now), "UTC", NIGHT))).toBe(until);
  });

  test("milliseconds do not shift the end", () => {
    expect(quietUntil(at("2026-03-02T23:17:41.237Z"), "UTC", NIGHT)).toBe(at("2026-03-03T08:00:00Z"));
  });

  test("hours that do not pass midnight end the same day", () => {
    const siesta = { from: 13 * 60, to: 15 * 60 + 30 };

    expect(iso(quietUntil(at("2026-03-02T13:00:00Z"), "UTC", siesta))).toBe("2026-03-02T15:30:00Z");
    expect(quietUntil(at("2026-03-02T02:00:00Z"), "UTC", siesta)).toBeNull();
  });

  test("equal ends mean none", () => {
    expect(quietUntil(at("2026-03-02T03:00:00Z"), "UTC", { from: 0, to: 0 })).toBeNull();
  });

  test.each([
    [
      "spring in Berlin: the night is an hour shorter",
      "Europe/Berlin",
      "2026-03-28T22:00+01:00",
      "2026-03-29T08:00+02:00",
    ],
    ["autumn in Berlin: an hour longer", "Europe/Berlin", "2026-10-24T22:00+02:00", "2026-10-25T08:00+01:00"],
    [
      "the hour that comes twice is quiet both times",
      "America/New_York",
      "2026-11-01T01:30-05:00",
      "2026-11-01T08:00-05:00",
    ],
    ["Kathmandu is 45 minutes off", "Asia/Kathmandu", "2026-03-02T21:00+05:45", "2026-03-03T08:00+05:45"],
    [
      "Lord Howe moves its clocks by half an hour",
      "Australia/Lord_Howe",
      "2026-04-04T23:00+11:00",
      "2026-04-05T08:00+10:30",
    ],
    ["Chatham changes at 02:45", "Pacific/Chatham", "2026-09-26T22:00+12:45", "2026-09-27T08:00+13:45"],
    ["Cairo skips midnight itself", "Africa/Cairo", "2026-04-23T22:00+02:00", "2026-04-24T08:00+03:00"],
    ["Samoa left out a whole day", "Pacific/Apia", "2011-12-29T22:00-10:00", "2011-12-31T08:00+14:00"],
  ])("%s", (_words, zone, now, until) => {
    expect(iso(quietUntil(at(now), zone, NIGHT))).toBe(iso(at(until)));
  });

  test("an end inside the hour that spring leaves out is the moment of the change", () => {
    const until = quietUntil(at("2026-03-29T01:00+01:00"), "Europe/Berlin", { from: 0, to: 150 });

    expect(iso(until)).toBe("2026-03-29T01:00:00Z");
  });
});

describe("weekends", () => {
  test.each([
    ["Friday night is not a weekend yet", "2026-03-06T23:59:59Z", null],
    ["Saturday lasts until Monday morning", "2026-03-07T00:00:00Z", "2026-03-09T08:00:00Z"],
    ["so does Sunday night", "2026-03-08T23:00:00Z", "2026-03-09T08:00:00Z"],
    ["Monday before dawn is quiet, but no weekend", "2026-03-09T00:00:00Z", null],
  ])("%s", (_words, now, until) => {
    expect(iso(weekendUntil(at(now), "UTC", NIGHT))).toBe(until);
  });

  test("it is the recipient's weekend", () => {
    const now = at("2026-03-06T20:00:00Z");

    expect(iso(weekendUntil(now, "Pacific/Auckland", NIGHT))).toBe(iso(at("2026-03-09T08:00+13:00")));
    expect(weekendUntil(now, "America/Lima", NIGHT)).toBeNull();
  });

  test("a weekend with a change of the clocks ends at 08:00 of the new time", () => {
    const until = weekendUntil(at("2026-03-28T12:00+01:00"), "Europe/Berlin", NIGHT);

    expect(iso(until)).toBe(iso(at("2026-03-30T08:00+02:00")));
  });
});

describe("calls", () => {
  test.each([
    ["may be made on a working day", "2026-03-02T12:00:00Z", null],
    ["wait for the morning", "2026-03-02T22:00:00Z", "2026-03-03T08:00:00Z"],
    ["wait from Friday night until Monday", "2026-03-06T22:00:00Z", "2026-03-09T08:00:00Z"],
    ["wait on Saturday at noon", "2026-03-07T12:00:00Z", "2026-03-09T08:00:00Z"],
  ])("%s", (_words, now, from) => {
    expect(iso(callableFrom(at(now), "UTC", NIGHT))).toBe(from);
  });
});

describe("zones", () => {
  test.each([
    [["Europe/Berlin", "UTC"], "Europe/Berlin"],
    [[null, "Asia/Tokyo", "UTC"], "Asia/Tokyo"],
    [["Mars/Olympus", undefined, "Asia/Tokyo"], "Asia/Tokyo"],
    [["", "Nowhere"], "UTC"],
    [[], "UTC"],
  ])("the first that exists of %j is %s", (names, zone) => {
    expect(firstZone(...names)).toBe(zone);
  });

  test("thousands of invented names do no harm", () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `Invented/Zone${index}`);

    expect(firstZone(...names, "Asia/Tokyo")).toBe("Asia/Tokyo");
  });
});

const minuteOfDay = fc.integer({ min: 0, max: 1_439 });
const usualOrAny = fc.oneof(
  fc.constant(NIGHT),
  fc.record({ from: minuteOfDay, to: minuteOfDay }).filter(({ from, to }) => from !== to),
);

/** `until` is the first free instant: now is not free, nothing before it is, it is itself, to the millisecond. */
function expectFirstFree(now: Millis, until: Millis | null, isBusy: (moment: Millis) => boolean): void {
  expect(until !== null).toBe(isBusy(now));
  if (until === null) return;
  expect(until).toBeGreaterThan(now);
  expect(isBusy(until)).toBe(false);
  expect(isBusy(until - 1)).toBe(true);
  for (let moment = now; moment < until; moment += 17 * MINUTE) expect(isBusy(moment)).toBe(true);
}

test("in any zone, quiet hours end at the first instant the wall clock says so, to the second", () => {
  fc.assert(
    fc.property(anywhen, usualOrAny, ([zone, now], quiet) => {
      const until = quietUntil(now, zone, quiet);

      expectFirstFree(now, until, (moment) => isQuiet(moment, zone, quiet));
      if (until !== null) expect(until % SECOND).toBe(0);
    }),
    { numRuns: sized(500, 5_000), seed: 20_260_302 },
  );
});

test("in any zone, calls may be made from the first instant that is neither quiet nor weekend", () => {
  fc.assert(
    fc.property(anywhen, ([zone, now]) => {
      const from = callableFrom(now, zone, NIGHT);

      expectFirstFree(now, from, (moment) => isQuiet(moment, zone, NIGHT) || isWeekend(moment, zone));
    }),
    { numRuns: sized(400, 3_000), seed: 7 },
  );
});
