import { describe, expect, it } from "vitest";
import { countByTiming, patternSummary } from "../../server/core/pattern-summary.ts";
import { HOUR } from "../../server/core/time.ts";
import { aPattern } from "../builders.ts";

describe("a pattern in one line", () => {
  it("says how people are reached: its own channels, else those of its issue and a person last", () => {
    const { channels: _own, ...bare } = aPattern({ issue: "billing" });

    expect(patternSummary(aPattern({ channels: ["sms"] })).channels).toEqual(["sms"]);
    expect(patternSummary(bare).channels).toEqual(["email", "in_app.message", "human.csm"]);
  });

  it("writes lengths of time as pattern files do", () => {
    expect(patternSummary(aPattern({ halfLife: 6 * HOUR, quiet: HOUR / 4 }))).toMatchObject({
      halfLife: "6h",
      quiet: "15m",
    });
  });
});

describe("counts by pattern as counts by timing class", () => {
  it("adds up what has one class, and names what no pattern chose and what is not in the library", () => {
    const library = (["short", "short", "medium"] as const).map((timing, n) =>
      aPattern({ id: `P-00${n}`, timing }),
    );
    const byId = (id: string) => library.find((pattern) => pattern.id === id);

    expect(countByTiming({ "P-000": 2, "P-001": 3, "P-002": 4, "": 5, "P-999": 6 }, byId)).toEqual({
      short: 5,
      medium: 4,
      none: 5,
      unknown: 6,
    });
  });
});
