import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concerns,
  hourOfWeek,
  incidentEnds,
  incidentStarts,
  noteSighting,
  rotateWindow,
  threshold,
} from "../../server/core/incident.ts";
import { newPopulation, type Population, type Sighting } from "../../server/core/population.ts";
import type { Incident } from "../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { anIncident, aTenant, NOON } from "../builders.ts";

const aSighting = (changes: Partial<Sighting> = {}): Sighting => ({
  match: "m",
  pattern: "P-001",
  family: "f",
  component: null,
  account: "acme",
  person: null,
  at: NOON,
  ...changes,
});

const tenant = aTenant();

/** Takes sightings one after the other; answers what started with each. */
function see(sightings: readonly Sighting[], incidents: readonly Incident[] = []) {
  const population = newPopulation();
  const started = sightings.map((one) => {
    rotateWindow(population, one.at, tenant);
    noteSighting(population, one, 10 * MINUTE);
    return incidentStarts(population, one, { ...tenant, incidents }, one.at);
  });
  return { population, started };
}

const many = (count: number, of: (i: number) => Partial<Sighting>) =>
  Array.from({ length: count }, (_, i) => aSighting({ account: `a${i}`, at: NOON + i * SECOND, ...of(i) }));

describe("an incident starts", () => {
  it("with the 51st match of one pattern, from at least ten accounts, within ten minutes", () => {
    const { started } = see(many(51, () => ({})));

    expect(started.slice(0, 50).flat()).toEqual([]);
    expect(started[50]).toEqual([
      { scope: { kind: "pattern", name: "P-001" }, matches: 51, accounts: 51, threshold: 50 },
    ]);
  });

  it("not from nine accounts, and from ten", () => {
    expect(see(many(60, (i) => ({ account: `a${i % 9}` }))).started.flat()).toEqual([]);
    expect(see(many(60, (i) => ({ account: `a${i % 10}` }))).started.flat().length).toBeGreaterThan(0);
  });

  it("counting the last match a full ten minutes after the first, not a millisecond more", () => {
    const spread = (last: number) => [
      aSighting({ account: "first" }),
      ...many(50, (i) => ({ at: i === 49 ? NOON + last : NOON + last - SECOND })),
    ];

    expect(see(spread(10 * MINUTE)).started.at(-1)).toHaveLength(1);
    expect(see(spread(10 * MINUTE + 1)).started.at(-1)).toEqual([]);
  });

  it("for a component whose patterns differ, else over all", () => {
    const mixed = many(51, (i) => ({ pattern: `P-${i % 5}` }));

    expect(see(mixed.map((one) => ({ ...one, component: "db" }))).started.at(-1)).toMatchObject([
      { scope: { kind: "component", name: "db" } },
    ]);
    expect(see(mixed).started.at(-1)).toMatchObject([{ scope: { kind: "all" } }]);
  });

  it("for an account with more than ten persons in trouble", () => {
    const { started } = see(many(11, (i) => ({ account: "acme", person: `p${i}` })));

    expect(started[9]).toEqual([]);
    expect(started[10]).toMatchObject([{ scope: { kind: "account", name: "acme" }, matches: 11 }]);
  });

  it("once: neither again while it runs, nor over all because of the same matches", () => {
    const sightings = many(80, () => ({}));

    const same = see(sightings, [anIncident({ scope: { kind: "pattern", name: "P-001" } })]);
    const all = see(sightings, [anIncident()]);

    expect(same.started.flat()).toEqual([]);
    expect(all.started.flat()).toEqual([]);
  });
});

describe("the threshold", () => {
  it("is three times the 99th percentile of the ten-minute windows of that hour of the week", () => {
    const population = newPopulation();
    for (let week = 0; week < 3; week++) {
      for (let i = 0; i < 10 + week * 10; i++) {
        const at = NOON + week * 7 * DAY;
        rotateWindow(population, at, tenant);
        noteSighting(population, aSighting({ at }), 10 * MINUTE);
      }
    }
    const later = NOON + 21 * DAY;
    rotateWindow(population, later, tenant);

    expect(threshold(population, tenant, later)).toBe(90);
    expect(threshold(population, tenant, later + 2 * HOUR)).toBe(50);
  });

  it("does not learn from windows of an incident", () => {
    const population = newPopulation();
    const during = { ...tenant, incidents: [anIncident({ startedAt: NOON, endedAt: NOON + HOUR })] };
    for (let i = 0; i < 500; i++) {
      rotateWindow(population, NOON, during);
      noteSighting(population, aSighting(), 10 * MINUTE);
    }
    rotateWindow(population, NOON + 2 * HOUR, during);

    expect(threshold(population, during, NOON + 7 * DAY)).toBe(50);
  });

  it("remembers eight weeks and no more", () => {
    const population = newPopulation();
    for (let i = 0; i < 1_000; i++) {
      rotateWindow(population, NOON + i * 10 * MINUTE, tenant);
      noteSighting(population, aSighting({ at: NOON + i * 10 * MINUTE }), 10 * MINUTE);
    }

    expect(Math.max(...[...population.usual.values()].map(({ length }) => length))).toBeLessThanOrEqual(48);
  });
});

describe("an hour of the week", () => {
  it("begins on Monday at midnight, UTC", () => {
    expect(hourOfWeek(Date.UTC(2026, 2, 2))).toBe(0);
    expect(hourOfWeek(Date.UTC(2026, 2, 2, 12))).toBe(12);
    expect(hourOfWeek(Date.UTC(2026, 2, 8, 23, 59))).toBe(167);
  });
});

describe("an incident ends", () => {
  /** A minute-by-minute look at a population in which so many matches come each minute. */
  function endsAfter(perMinute: (minute: number) => number): number | null {
    const population = newPopulation();
    const incident = anIncident({ scope: { kind: "pattern", name: "P-001" }, threshold: 40 });
    for (let minute = 0; minute < 300; minute++) {
      const at = NOON + minute * MINUTE;
      for (let i = 0; i < perMinute(minute); i++) noteSighting(population, aSighting({ at }), 10 * MINUTE);
      if (incidentEnds(population, incident, tenant, at)) return minute;
    }
    return null;
  }

  it("when the rate has stayed under a quarter of the threshold for half an hour", () => {
    // From minute 9 on the window holds fewer than ten.
    expect(endsAfter((minute) => (minute === 0 ? 100 : 0))).toBe(10 + 30);
    expect(endsAfter(() => 1)).toBeNull();
    expect(endsAfter((minute) => (minute % 2 === 0 ? 1 : 0))).toBe(30);
  });

  it("not because it dips: the half hour begins anew", () => {
    expect(endsAfter((minute) => (minute === 0 || minute === 35 ? 100 : 0))).toBe(35 + 10 + 30);
  });

  it("by its own matches only", () => {
    const population = newPopulation();
    const incident = anIncident({ scope: { kind: "pattern", name: "P-002" }, threshold: 40 });
    const look = (at: number) => {
      for (let i = 0; i < 50; i++) noteSighting(population, aSighting({ at }), 10 * MINUTE);
      return incidentEnds(population, incident, tenant, at);
    };

    expect(look(NOON)).toBe(false);
    expect(look(NOON + 30 * MINUTE)).toBe(true);
  });
});

describe("what an incident concerns", () => {
  const one = { pattern: "P-001", family: "f", component: "db", account: "acme", isApart: false };

  it.each([
    [{ kind: "all" }, one, true],
    [{ kind: "all" }, { ...one, isApart: true }, false],
    [{ kind: "pattern", name: "P-001" }, { ...one, isApart: true }, true],
    [{ kind: "pattern", name: "P-002" }, one, false],
    [{ kind: "component", name: "db" }, one, true],
    [{ kind: "component", name: "cdn" }, one, false],
    [{ kind: "account", name: "acme" }, one, true],
    [{ kind: "account", name: "globex" }, one, false],
  ] as const)("%j, %j: %s", (scope, match, expected) => {
    expect(concerns(scope, match)).toBe(expected);
  });
});

describe("the sightings of the last ten minutes", () => {
  it("are what a naive filter keeps, for any times in order", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4 * MINUTE), { maxLength: 60 }), (steps) => {
        const population: Population = newPopulation();
        let at = NOON;
        const all: number[] = [];
        for (const step of steps) {
          at += step;
          all.push(at);
          noteSighting(population, aSighting({ at }), 10 * MINUTE);
          expect(population.recent.map((one) => one.at)).toEqual(
            all.filter((one) => one >= at - 10 * MINUTE),
          );
        }
      }),
      { seed: 20_260_302, numRuns: 200 },
    );
  });
});
