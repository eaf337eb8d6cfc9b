import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadCursor, fromCursor, limitOf, toCursor } from "../../server/store/cursor.ts";

describe("a cursor", () => {
  it("carries the place it was made of, in characters that fit an address", () => {
    fc.assert(
      fc.property(fc.integer(), fc.string({ unit: "binary" }), (at, id) => {
        const cursor = toCursor([at, id]);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(fromCursor(cursor, [0, ""])).toEqual([at, id]);
      }),
      { seed: 1 },
    );
  });

  it.each(["", "x", "bnVsbA", toCursor([1]), toCursor(["1", "a"]), toCursor([1, "a", 2])])(
    "is refused when it is not of this list: %j",
    (cursor) => {
      expect(() => fromCursor(cursor, [0, ""])).toThrow(BadCursor);
    },
  );
});

describe("a page", () => {
  it.each([
    [undefined, 100],
    [0, 1],
    [2.9, 2],
    [5_000, 1_000],
  ])("asked for with %j rows has at most %d", (limit, rows) => {
    expect(limitOf(limit)).toBe(rows);
  });
});
