import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "../../../server/core/event.ts";
import { cloneCells, encodeCells } from "../../../server/core/matching/matcher.ts";
import { memoryOf, warmUp } from "../../../server/core/matching/warming.ts";
import type { Pattern, When } from "../../../server/core/pattern.ts";
import { DAY, HOUR, MINUTE, type Millis, ON_TIME } from "../../../server/core/time.ts";
import { sized } from "../../support/size.ts";
import { kinds, patterns, streams } from "./streams.ts";
import { anEvent, aPattern, START, selector, series, World } from "./world.ts";

const ALL = Object.keys(kinds) as When["kind"][];
const SEED = 20260302;
const PATIENCE = 600_000;
/** Longer than a signal may be out of order: before and after the change are apart. */
const APART = 11 * MINUTE;

const changed = (pattern: Pattern): Pattern => ({ ...pattern, version: "2" });
const keyOf = ({ id, version }: Pattern) => `${id}@${version}`;

/** The old version hears the past; then the new one takes its place, and catches up with it. */
function changeAfter(pattern: Pattern, past: readonly Event[], at: Millis, known = past): World {
  const before = new World([pattern]).take(...past).tick(at);
  const after = new World([changed(pattern)]);
  after.cells = before.cells;
  catchUp(after, pattern, known, at);
  return after;
}

function catchUp(world: World, pattern: Pattern, events: readonly Event[], at: Millis): void {
  warmUp(world.cells, world.library, new Set([keyOf(changed(pattern))]), world.unit, { events, at });
}

const THREE_FAILURES: Pattern = aPattern({
  kind: "count",
  ...selector("api.request_failed"),
  count: 3,
  within: 15 * MINUTE,
});

describe("a pattern that was changed", () => {
  it("begins with what it would have counted by then", () => {
    const world = changeAfter(THREE_FAILURES, series("api.request_failed", [0, 1]), START + 12 * MINUTE);

    world.take(...series("api.request_failed", [13]));

    expect(world.match).toMatchObject({ state: "open", count: 3, firstAt: START });
    expect(world.match.pattern.version).toBe("2");
  });

  it("does not act on what it would have found: only new evidence counts from then on", () => {
    const world = changeAfter(THREE_FAILURES, series("api.request_failed", [0, 1, 2, 3]), START + 4 * MINUTE);
    expect(world.changes).toEqual([]);

    world.take(...series("api.request_failed", [5, 6]));
    expect(world.changes).toEqual([]);
    world.take(...series("api.request_failed", [7]));

    expect(world.match).toMatchObject({ count: 3, firstAt: START + 5 * MINUTE });
  });

  it("knows what is usual for the customer, and sees a spike at once", () => {
    const spike: Pattern = aPattern({
      kind: "spike",
      ...selector("api.request_failed"),
      bucket: HOUR,
      factor: 4,
      minimum: 8,
      over: 24,
    });
    const past = Array.from({ length: 26 * 2 }, (_, i) =>
      anEvent("api.request_failed", START + i * 30 * MINUTE),
    );
    const now = START + 26 * HOUR;
    const world = changeAfter(spike, past, now);

    world.take(...Array.from({ length: 8 }, (_, i) => anEvent("api.request_failed", now + i * MINUTE)));

    expect(world.match).toMatchObject({ state: "open", count: 8 });
  });

  it("waits for an answer to what was asked before the change", () => {
    const absence: Pattern = aPattern({
      kind: "absence",
      after: selector("integration.connect_started"),
      missing: selector("integration.connected"),
      for: 2 * DAY,
    });
    const world = changeAfter(absence, [anEvent("integration.connect_started", START)], START + DAY);

    world.tick(START + 2 * DAY + 6 * MINUTE);

    expect(world.match).toMatchObject({ state: "open", firedAt: START + 2 * DAY });
  });

  it.each(ALL)(
    "finds what it would have found, had nothing fired before: kind %s",
    { timeout: PATIENCE },
    (kind) => {
      const property = fc.property(
        patterns(kind),
        streams(30, false),
        fc.nat(29),
        (pattern, arrivals, split) => {
          const past = arrivals.slice(0, split).map(({ event }) => event);
          const at =
            Math.max(START, ...past.map(({ time, receivedAt }) => Math.max(time, receivedAt))) + ON_TIME + 1;
          const rest = arrivals.slice(split).map(({ event }) => shifted(event, at - START + APART));
          const always = new World([changed(pattern)]).take(...past).tick(at);
          // Nor has anything that waits to be shown.
          always.tick(at + ON_TIME + 1);
          fc.pre(always.changes.length === 0);
          const world = changeAfter(pattern, past, at);
          const end = (rest.at(-1)?.receivedAt ?? at) + 26 * HOUR;

          expect(
            world
              .take(...rest)
              .tick(end)
              .seen(),
          ).toEqual(
            always
              .take(...rest)
              .tick(end)
              .seen(),
          );
        },
      );
      fc.assert(property, { numRuns: sized(60, 400), seed: SEED });
    },
  );

  it.each(ALL)(
    "may catch up twice, and says nothing while it does: kind %s",
    { timeout: PATIENCE },
    (kind) => {
      const property = fc.property(patterns(kind), streams(30), (pattern, arrivals) => {
        const past = arrivals.map(({ event }) => event);
        const at = Math.max(...past.map(({ receivedAt }) => receivedAt));
        const world = changeAfter(pattern, past, at);
        const once = encodeCells(cloneCells(world.cells));

        catchUp(world, pattern, past, at);

        expect(world.changes).toEqual([]);
        expect(encodeCells(world.cells)).toEqual(once);
      });
      fc.assert(property, { numRuns: sized(40, 300), seed: SEED });
    },
  );

  it.each(ALL)("needs no event that is older than its memory: kind %s", { timeout: PATIENCE }, (kind) => {
    const property = fc.property(
      patterns(kind),
      streams(30, false),
      streams(10, false),
      (pattern, before, later) => {
        const past = before.map(({ event }) => event);
        const at = Math.max(...past.map(({ time, receivedAt }) => Math.max(time, receivedAt))) + ON_TIME + 1;
        const rest = later.map(({ event }) => shifted(event, at - START + APART));
        const end = Math.max(...rest.map(({ receivedAt }) => receivedAt)) + 26 * HOUR;
        const all = changeAfter(pattern, past, at);
        const recent = past.filter(({ receivedAt }) => receivedAt >= at - memoryOf(pattern));

        const some = changeAfter(pattern, past, at, recent);

        expect(
          some
            .take(...rest)
            .tick(end)
            .seen(),
        ).toEqual(
          all
            .take(...rest)
            .tick(end)
            .seen(),
        );
      },
    );
    fc.assert(property, { numRuns: sized(40, 300), seed: SEED });
  });
});

function shifted(event: Event, by: Millis): Event {
  return { ...event, time: event.time + by, receivedAt: event.receivedAt + by };
}
