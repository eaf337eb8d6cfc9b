import { describe, expect, it } from "vitest";
import type { Field } from "../../server/core/event.ts";
import type { Condition } from "../../server/core/pattern.ts";
import { holds, satisfies } from "../../server/core/where.ts";

describe("a condition", () => {
  const cases: readonly (readonly [Condition, Field | undefined, boolean])[] = [
    [429, 429, true],
    [429, 500, false],
    [429, "429", false],
    [true, true, true],
    [true, undefined, false],
    [{ in: ["a", "b"] }, "b", true],
    [{ in: ["a", "b"] }, "c", false],
    [{ in: ["a"] }, undefined, false],
    [{ not: 429 }, 500, true],
    [{ not: 429 }, 429, false],
    [{ not: 429 }, undefined, true],
    [{ not: ["info", "low"] }, "low", false],
    [{ not: ["info", "low"] }, "high", true],
    [{ exists: true }, "", true],
    [{ exists: true }, undefined, false],
    [{ exists: false }, undefined, true],
    [{ exists: false }, 0, false],
    [{ atLeast: 5 }, 5, true],
    [{ atLeast: 5 }, 4.9, false],
    [{ atMost: 5 }, 5, true],
    [{ over: 5 }, 5, false],
    [{ under: -0.7 }, -0.71, true],
    [{ under: -0.7 }, -0.7, false],
    [{ over: 1, atMost: 2 }, 2, true],
    [{ over: 1, atMost: 2 }, 2.1, false],
    [{ over: 1 }, "2", false],
    [{ over: 1 }, undefined, false],
    [{ in: [1, 2], over: 1 }, 1, false],
    [{ in: [1, 2], over: 1 }, 2, true],
    [{}, undefined, true],
    ["a", ["a"], false],
  ];

  it.each(cases)("%j on %j is %s", (condition, value, expected) => {
    expect(holds(condition, value)).toBe(expected);
  });
});

describe("several conditions", () => {
  it("all have to hold", () => {
    const where = { status: 429, endpoint: { exists: true } };

    expect(satisfies(where, { status: 429, endpoint: "/v1" })).toBe(true);
    expect(satisfies(where, { status: 429 })).toBe(false);
    expect(satisfies({}, {})).toBe(true);
  });

  it("look at the event's own fields only", () => {
    expect(satisfies({ constructor: { exists: false } }, { status: 1 })).toBe(true);
    expect(satisfies({ toString: { exists: true } }, { status: 1 })).toBe(false);
  });
});
