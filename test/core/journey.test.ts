import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isJourney,
  type JourneyChange,
  journeyDue,
  journeyKeyOf,
  median,
  passJourneys,
  takeTally,
} from "../../server/core/journey.ts";
import type { Pattern } from "../../server/core/pattern.ts";
import { newPopulation } from "../../server/core/population.ts";
import { DAY, HOUR, MINUTE } from "../../server/core/time.ts";
import { anEvent, aPattern } from "../builders.ts";

/** Monday, midnight. */
const START = Date.UTC(2026, 2, 2);

const spike = aPattern({
  id: "J-2",
  per: ["tenant", "errorCode"],
  when: { kind: "spike", of: ["app.error"], where: {}, bucket: HOUR, over: 24, factor: 3, minimum: 20 },
});
const drop = aPattern({
  id: "J-1",
  per: ["tenant", "step"],
  when: {
    kind: "drop",
    of: ["onboarding.step_completed"],
    where: {},
    bucket: DAY,
    over: 14,
    factor: 0.5,
    minimum: 10,
  },
});
const patternOf = (id: string): Pattern | undefined => [spike, drop].find((one) => one.id === id);

/** Counts hour by hour (or day by day), as the server tells them. */
function tell(pattern: Pattern, counts: readonly number[]) {
  const population = newPopulation();
  const size = pattern.when.kind === "drop" ? pattern.when.bucket : HOUR;
  const changes: (JourneyChange & { at: number })[] = [];
  counts.forEach((count, i) => {
    const minute = START + i * size;
    const told =
      count === 0
        ? []
        : takeTally(population, pattern, { pattern: pattern.id, key: "tenant;k=v", minute, count });
    changes.push(...told.map((change) => ({ ...change, at: minute })));
    const end = minute + size + 5 * MINUTE;
    for (const { change } of passJourneys(population, patternOf, end)) changes.push({ ...change, at: end });
  });
  return { population, changes };
}

const times = (count: number, value: number) => Array.from({ length: count }, () => value);

describe("a spike", () => {
  it("opens while its hour fills, at three times the usual, and closes with the first ordinary hour", () => {
    const { changes } = tell(spike, [...times(24, 10), 30, 40, 10]);

    expect(changes).toMatchObject([
      {
        kind: "opened",
        count: 30,
        usual: 10,
        bucket: "1h",
        episode: START + 24 * HOUR,
        at: START + 24 * HOUR,
      },
      { kind: "closed", count: 10, episode: START + 24 * HOUR },
    ]);
  });

  it("needs 24 hours of past, three times the usual, and twenty at least", () => {
    expect(tell(spike, [...times(23, 10), 300]).changes).toEqual([]);
    expect(tell(spike, [...times(24, 10), 29]).changes).toEqual([]);
    expect(tell(spike, [...times(24, 1), 19]).changes).toEqual([]);
    expect(tell(spike, [...times(24, 1), 20]).changes).toHaveLength(1);
  });

  it("compares with the same weekday once two weeks are known", () => {
    // Mondays are busy, other days are not.
    const week = [...times(24, 40), ...times(6 * 24, 2)];
    const monday = tell(spike, [...week, ...week, ...times(9, 40)]);
    const tuesday = tell(spike, [...week, ...week, ...times(24, 40), 40]);

    expect(monday.changes.filter(({ at }) => at >= START + 14 * DAY)).toEqual([]);
    expect(tuesday.changes.at(-1)).toMatchObject({ kind: "opened", usual: 2, count: 40 });
  });

  it("adds up what is told of one hour in parts", () => {
    const population = newPopulation();
    const take = (hour: number, minute: number, count: number) =>
      takeTally(population, spike, {
        pattern: spike.id,
        key: "tenant;errorCode=E1",
        minute: START + hour * HOUR + minute * MINUTE,
        count,
      });
    for (let hour = 0; hour < 24; hour++) take(hour, 0, 10);

    const parts = [take(24, 1, 15), take(24, 2, 14), take(24, 3, 1), take(24, 4, 50)];

    expect(parts.map(({ length }) => length)).toEqual([0, 0, 1, 0]);
  });
});

describe("a drop", () => {
  it("shows when its day is complete, at half the usual", () => {
    const { changes } = tell(drop, [...times(14, 20), 10, 20]);

    expect(changes).toMatchObject([
      { kind: "opened", count: 10, usual: 20, at: START + 15 * DAY + 5 * MINUTE },
      { kind: "closed", count: 20, at: START + 16 * DAY + 5 * MINUTE },
    ]);
  });

  it("shows when nothing is heard any more at all", () => {
    const { changes } = tell(drop, [...times(14, 20), 0, 0]);

    expect(changes).toMatchObject([{ kind: "opened", count: 0, usual: 20 }]);
  });

  it("needs a usual of ten at least", () => {
    expect(tell(drop, [...times(14, 9), 0]).changes).toEqual([]);
    expect(tell(drop, [...times(13, 20), 0]).changes).toEqual([]);
  });

  it("is not seen before the last counts of the day can have come", () => {
    const population = newPopulation();
    for (let day = 0; day < 15; day++) {
      takeTally(population, drop, { pattern: drop.id, key: "tenant", minute: START + day * DAY, count: 20 });
    }
    const end = START + 15 * DAY;

    expect(journeyDue(population, patternOf)).toBe(end + 5 * MINUTE);
    expect(passJourneys(population, patternOf, end + 4 * MINUTE)).toEqual([]);
    expect(
      takeTally(population, drop, { pattern: drop.id, key: "tenant", minute: end - MINUTE, count: 1 }),
    ).toEqual([]);
  });

  it("waits for no timer where nothing was ever counted, or its pattern has gone", () => {
    const population = newPopulation();
    expect(journeyDue(population, patternOf)).toBe(Number.POSITIVE_INFINITY);

    takeTally(population, drop, { pattern: drop.id, key: "tenant", minute: START, count: 1 });

    expect(journeyDue(population, () => undefined)).toBe(Number.POSITIVE_INFINITY);
    expect(journeyDue(population, patternOf)).toBe(START + DAY + 5 * MINUTE);
  });
});

describe("what is remembered", () => {
  it("is bounded, whatever values senders make up, and keeps what is out of the ordinary", () => {
    const { population } = tell(spike, [...times(24, 10), 60]);
    for (let i = 0; i < 6_000; i++) {
      takeTally(population, spike, {
        pattern: spike.id,
        key: `tenant;errorCode=${i}`,
        minute: START + 30 * HOUR + i,
        count: 1,
      });
    }

    expect(population.journeys.size).toBeLessThanOrEqual(5_001);
    expect(population.journeys.has("J-2;tenant;k=v")).toBe(true);
  });

  it("goes back 28 days of hours at most", () => {
    const { population } = tell(spike, times(24 * 40, 5));

    expect(population.journeys.get("J-2;tenant;k=v")?.past.length).toBe(24 * 28);
  });
});

describe("the key of a journey signal", () => {
  it("is the tenant, and the fields that the pattern tells apart", () => {
    const failed = anEvent({ type: "app.error", data: { errorCode: "E1" } });

    expect(journeyKeyOf(spike, failed)).toBe("tenant;errorCode=E1");
    expect(journeyKeyOf(spike, anEvent({ type: "app.error", data: {} }))).toBeNull();
    expect(journeyKeyOf(spike, anEvent({ type: "app.crashed", data: { errorCode: "E1" } }))).toBeNull();
    expect(journeyKeyOf(aPattern(), failed)).toBeNull();
  });

  it("belongs to patterns that are counted over all", () => {
    expect(isJourney(spike)).toBe(true);
    expect(isJourney(aPattern())).toBe(false);
  });
});

describe("the median", () => {
  it("is in the middle of any list", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 1, maxLength: 40 }), (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
      { seed: 20_260_302, numRuns: 300 },
    );
    expect(median([])).toBe(0);
    expect(median([1, 2])).toBe(1.5);
  });
});
