import { describe, expect, it } from "vitest";
import { at, isoMillis, number, text, unixMillis } from "../../server/lib/foreign.ts";

describe("reading foreign values", () => {
  it("follows names into own members only", () => {
    const payload = JSON.parse('{"a":{"b":1},"__proto__":{"c":2},"list":[1]}');

    expect(at(payload, "a", "b")).toBe(1);
    expect(at(payload, "a", "constructor")).toBeUndefined();
    expect(at(payload, "c")).toBeUndefined();
    expect(at(payload, "list", "0")).toBeUndefined();
    expect(at(null, "a")).toBeUndefined();
  });

  it("takes ids as text and as whole numbers, and nothing empty or endless", () => {
    expect(text("  u1 ")).toBe("u1");
    expect(text(8447388090494)).toBe("8447388090494");
    expect(text(1.5)).toBeUndefined();
    expect(text(2 ** 60)).toBeUndefined();
    expect(text("")).toBeUndefined();
    expect(text("x".repeat(257))).toBeUndefined();
    expect(text(true)).toBeUndefined();
  });

  it("takes numbers as text, but not words, hex or infinities", () => {
    expect(number("39.95")).toBe(39.95);
    expect(number("0x10")).toBeUndefined();
    expect(number("1e400")).toBeUndefined();
    expect(number(Number.POSITIVE_INFINITY)).toBeUndefined();
  });
});

describe("reading times", () => {
  const expected = Date.UTC(2025, 0, 8, 10, 12, 7, 672);

  it.each([
    ["2025-01-08T10:12:07.672Z", expected],
    ["2025-01-08T10:12:07.672717030Z", expected],
    ["2025-01-08T11:12:07.672+01:00", expected],
    ["2025-01-08T11:12:07.672+0100", expected],
    ["2025-01-08 10:12:07.672", expected],
    ["2025-01-08T10:12Z", Date.UTC(2025, 0, 8, 10, 12)],
  ])("reads %s", (spelled, millis) => {
    expect(isoMillis(spelled)).toBe(millis);
  });

  it.each([
    ["2026-02-30T10:00:00Z"],
    ["2026-13-01T10:00:00Z"],
    ["2026-03-02T25:00:00Z"],
    ["2026-03-02"],
    ["February 3, 2025"],
    ["2026-03-02T10:00:00Zjunk"],
    [1_772_452_800],
    [null],
  ])("refuses %j", (spelled) => {
    expect(isoMillis(spelled)).toBeUndefined();
  });

  it("tells seconds from milliseconds, as numbers, decimals and texts", () => {
    expect(unixMillis(1_591_726_752)).toBe(1_591_726_752_000);
    expect(unixMillis(1_591_726_752_372)).toBe(1_591_726_752_372);
    expect(unixMillis("1591726752")).toBe(1_591_726_752_000);
    expect(unixMillis(1_709_991_485.873)).toBe(1_709_991_485_873);
    expect(unixMillis(0)).toBeUndefined();
    expect(unixMillis("soon")).toBeUndefined();
  });
});
