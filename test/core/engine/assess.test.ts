import { describe, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../../server/core/time.ts";
import { aPattern, aPerson, NOON } from "../../builders.ts";
import { createWorld, type World } from "./world.ts";

describe("while a backfill comes in", () => {
  /** What the person has to wait for is over so long after noon; at noon the unit is told of a backfill. */
  function told(after: number): World {
    const world = createWorld({
      patterns: [aPattern({ channels: ["email"] })],
      persons: [aPerson({ snoozedUntil: NOON + after })],
    });
    world.trouble();
    world.give({ kind: "backfill", at: NOON });
    return world;
  }

  test.each([
    ["within a minute", MINUTE, "dry_run"],
    ["later", MINUTE + 1, "queued"],
  ])("what falls due %s: %i %s", (_words, after, status) => {
    const world = told(after);
    world.pass(2 * MINUTE);

    expect(world.delivery().status).toBe(status);
  });

  test("something live ends that, also for what falls due within the minute", () => {
    const world = told(30 * SECOND);
    world.happens({ type: "feature.used" });
    world.pass(MINUTE);

    expect(world.delivery().status).toBe("queued");
  });

  test("what was received before the word came does not end it", () => {
    const world = told(30 * SECOND);
    world.now -= 1;
    world.happens({ type: "feature.used" });
    world.pass(MINUTE);

    expect(world.delivery().status).toBe("dry_run");
  });

  test("and neither does what is part of it", () => {
    const world = told(30 * SECOND);
    world.happens({ type: "feature.used", backfill: true });
    world.pass(MINUTE);

    expect(world.delivery().status).toBe("dry_run");
  });
});

test("a timer of a match that is gone rings for nobody", () => {
  const world = createWorld();
  for (const kind of ["judge", "step", "human", "quiet", "review", "outcome", "settle"] as const)
    world.unit.timers.push({ due: NOON, kind, ref: "gone" });

  expect(world.pass(MINUTE)).toEqual([]);
  expect(world.timers()).toEqual([]);
});
