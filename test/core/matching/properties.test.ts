import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cloneCells, decodeCells, encodeCells } from "../../../server/core/matching/matcher.ts";
import type { Pattern, When } from "../../../server/core/pattern.ts";
import { HOUR, MINUTE, type Millis } from "../../../server/core/time.ts";
import { sized } from "../../support/size.ts";
import { referenceMatches } from "./reference.ts";
import { type Arrival, kinds, libraries, patterns, streams } from "./streams.ts";
import { inOrder, START, World } from "./world.ts";

const ALL = Object.keys(kinds) as When["kind"][];
const SEED = 20260302;
/** A busy machine is no reason to fail. */
const PATIENCE = 600_000;
const LONG_AFTER = 26 * HOUR;

function endOf(arrivals: readonly Arrival[]): Millis {
  return Math.max(...arrivals.map(({ event }) => event.receivedAt)) + LONG_AFTER;
}

function play(world: World, arrivals: readonly Arrival[], ticks = true): World {
  for (const { event, tick } of arrivals) {
    if (ticks && tick !== null) world.tick(tick);
    world.take(event);
  }
  return world;
}

function expected(library: readonly Pattern[], arrivals: readonly Arrival[], now: Millis) {
  const events = arrivals.map(({ event }) => event);
  return inOrder(referenceMatches(library, "account/acme", events, now));
}

/** Compares after every so many events, and in the end. */
function checkAgainstReference(
  library: readonly Pattern[],
  arrivals: readonly Arrival[],
  every: number,
): void {
  const world = new World(library);
  arrivals.forEach((arrival, i) => {
    play(world, [arrival]);
    if (i % every > 0) return;
    expect(world.seen()).toEqual(expected(library, arrivals.slice(0, i + 1), arrival.event.receivedAt));
  });
  const end = endOf(arrivals);
  expect(world.tick(end).seen()).toEqual(expected(library, arrivals, end));
}

describe("the matcher finds what the naive reference finds", () => {
  it.each(ALL)("for patterns of kind %s", { timeout: PATIENCE }, (kind) => {
    fc.assert(
      fc.property(patterns(kind), streams(30), (pattern, arrivals) => {
        checkAgainstReference([pattern], arrivals, kind === "drop" ? 15 : 5);
      }),
      { numRuns: kind === "drop" ? sized(60, 500) : sized(200, 1_500), seed: SEED },
    );
  });

  it("for patterns that wait for matches of other patterns", { timeout: PATIENCE }, () => {
    fc.assert(
      fc.property(libraries, streams(30), (library, arrivals) =>
        checkAgainstReference(library, arrivals, 10),
      ),
      { numRuns: sized(200, 1_500), seed: SEED },
    );
  });

  it("in a burst of hundreds of events that arrive in disorder", { timeout: PATIENCE }, () => {
    fc.assert(
      fc.property(libraries, bursts(400), (library, arrivals) =>
        checkAgainstReference(library, arrivals, 151),
      ),
      { numRuns: sized(10, 60), seed: SEED, endOnFailure: true },
    );
  });

  it("in a burst of hundreds of events for one key", { timeout: PATIENCE }, () => {
    const oneKey = fc
      .constantFrom(...ALL)
      .chain(patterns)
      .map((pattern) => ({ ...pattern, per: ["account"] }));
    fc.assert(
      fc.property(oneKey, fc.oneof(bursts(900, 600), bursts(900, 600, false)), (pattern, arrivals) =>
        checkAgainstReference([pattern], arrivals, 333),
      ),
      { numRuns: sized(8, 60), seed: SEED, endOnFailure: true },
    );
  });
});

/**
 * Far more events in five minutes than a cell keeps without marks; half of them arrive at once. With more than half a
 * second between them, a thousand take ten minutes, and many happen at the same moment.
 */
function bursts(most: number, least = 1, lateToo = true): fc.Arbitrary<Arrival[]> {
  const shape = fc.record({ half: fc.constantFrom(0, 1), gap: fc.constantFrom(250, 600) });
  return fc.tuple(streams(most, lateToo, least), shape).map(([arrivals, { half, gap }]) =>
    arrivals.map(({ event }, i) => {
      const receivedAt = START + 10 * MINUTE + i * gap;
      const delay = (i & 1) === half ? 0 : event.receivedAt - event.time;
      return { tick: null, event: { ...event, receivedAt, time: receivedAt - delay } };
    }),
  );
}

describe("what makes no difference", () => {
  it("the order of arrival, within five minutes", { timeout: PATIENCE }, () => {
    const property = fc.property(
      libraries,
      streams(25, false),
      fc.infiniteStream(fc.nat(1000)),
      (library, arrivals, dice) => {
        const end = endOf(arrivals);
        const inOrderOfTime = arrivals
          .map(({ event }) => ({ tick: null, event: { ...event, receivedAt: event.time } }))
          .sort((a, b) => a.event.time - b.event.time);
        const shuffled = inOrderOfTime
          .map(({ event }) => {
            const delay = Math.floor(((dice.next().value ?? 0) / 1000) * 5 * MINUTE);
            return { tick: null, event: { ...event, receivedAt: event.time + delay } };
          })
          .sort((a, b) => a.event.receivedAt - b.event.receivedAt);

        const one = play(new World(library), inOrderOfTime).tick(end);
        const other = play(new World(library), shuffled).tick(end);

        expect(other.seen()).toEqual(one.seen());
      },
    );
    fc.assert(property, { numRuns: sized(150, 1_500), seed: SEED });
  });

  it("whether anybody runs the timers", { timeout: PATIENCE }, () => {
    fc.assert(
      fc.property(libraries, streams(25), (library, arrivals) => {
        const ticking = play(new World(library), arrivals);
        const silent = play(new World(library), arrivals, false);

        expect(silent.seen()).toEqual(ticking.seen());
        expect(silent.tick(endOf(arrivals)).seen()).toEqual(ticking.tick(endOf(arrivals)).seen());
      }),
      { numRuns: sized(60, 400), seed: SEED },
    );
  });

  it("whether the cells were encoded and decoded on the way", { timeout: PATIENCE }, () => {
    fc.assert(
      fc.property(libraries, fc.oneof(streams(25), bursts(60)), (library, arrivals) => {
        const steady = new World(library);
        const restored = new World(library);

        for (const arrival of arrivals) {
          play(steady, [arrival]);
          play(restored, [arrival]);
          const text = JSON.stringify(encodeCells(restored.cells));
          expect(text).toBe(JSON.stringify(encodeCells(steady.cells)));
          restored.cells = decodeCells(JSON.parse(text));
          expect(JSON.stringify(encodeCells(restored.cells))).toBe(text);
        }

        expect(restored.changes).toEqual(steady.changes);
        expect(restored.tick(endOf(arrivals)).seen()).toEqual(steady.tick(endOf(arrivals)).seen());
      }),
      { numRuns: sized(60, 400), seed: SEED },
    );
  });

  it("what happens to a clone", { timeout: PATIENCE }, () => {
    fc.assert(
      fc.property(libraries, streams(16), streams(8), (library, before, after) => {
        const world = play(new World(library), before);
        const text = JSON.stringify(encodeCells(world.cells));
        const original = world.cells;

        world.cells = cloneCells(original);
        const kept = JSON.stringify(encodeCells(world.cells));
        play(world, after);

        expect(kept).toBe(text);
        expect(JSON.stringify(encodeCells(original))).toBe(text);
      }),
      { numRuns: sized(60, 400), seed: SEED },
    );
  });
});
