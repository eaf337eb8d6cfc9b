import { describe, expect, it } from "vitest";
import { patternSummary } from "../../server/core/pattern-summary.ts";
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
