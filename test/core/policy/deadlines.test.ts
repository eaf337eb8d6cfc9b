import { expect, test } from "vitest";
import { dueByOf, humanAfter, nextStepAfter } from "../../../server/core/policy/deadlines.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import { NOON } from "../../builders.ts";

test.each([
  ["immediate", 5 * MINUTE, 2 * MINUTE, 15 * MINUTE],
  ["short", HOUR, 20 * MINUTE, 2 * HOUR],
  ["medium", 4 * HOUR, 4 * HOUR, DAY],
  ["long", DAY, DAY, Number.POSITIVE_INFINITY],
] as const)("timing %s: due, next step and human step", (timing, due, step, human) => {
  expect(dueByOf(timing, NOON)).toBe(NOON + due);
  expect(nextStepAfter(timing)).toBe(step);
  expect(humanAfter(timing)).toBe(human);
});

test.each(["immediate", "short", "medium", "long"] as const)(
  "critical is due in 5 minutes, %s or not",
  (timing) => {
    expect(dueByOf(timing, NOON, "critical")).toBe(NOON + 5 * MINUTE);
  },
);

test("an alert keeps the deadline of its class", () => {
  expect(dueByOf("medium", NOON, "alert")).toBe(NOON + 4 * HOUR);
});
