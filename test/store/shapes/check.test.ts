import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkOf } from "../../../server/store/shapes/check.ts";
import { KINDS } from "./kinds.ts";
import { changed, fitting } from "./values.ts";

const SEED = 20_261_128;

// A copy of a message may be anything.
const { copy: _, ...LIMITED } = KINDS;

describe.each(Object.entries(LIMITED))("the shape of %s", (_, { schema }) => {
  const check = checkOf(schema);

  it("is seen as zod sees it, for values that fit and for values that nearly do", () => {
    const values = fitting(schema).chain((value) => fc.oneof(fc.constant(value), changed(value)));
    let fit = 0;
    let misfit = 0;

    fc.assert(
      fc.property(values, (value) => {
        const fits = z.safeParse(schema, value).success;
        if (fits) fit += 1;
        else misfit += 1;
        expect(check(value) === null).toBe(fits);
      }),
      { seed: SEED, numRuns: 300 },
    );

    expect(Math.min(fit, misfit)).toBeGreaterThan(20);
  });
});

describe("a check", () => {
  it("names the field that does not fit, and a key that somebody chose only by a star", () => {
    const check = checkOf(
      z.object({
        who: z.object({ muted: z.record(z.string(), z.number()) }),
        list: z.array(z.object({ at: z.number() })),
        pair: z.tuple([z.string(), z.string()]),
      }),
    );
    const fits = { who: { muted: { "ana@example.com": 1 } }, list: [{ at: 1 }], pair: ["a", "b"] };

    expect(check(fits)).toBeNull();
    expect(check({ ...fits, who: { muted: { "ana@example.com": "soon" } } })).toBe("who.muted.*");
    expect(check({ ...fits, list: [{ at: 1 }, { at: "ana" }] })).toBe("list.[].at");
    expect(check({ ...fits, pair: ["a", 2] })).toBe("pair.1");
    expect(check({ ...fits, who: undefined })).toBe("who");
    expect(check([])).toBe("");
  });

  it("names the field that says which of several shapes it is", () => {
    const check = checkOf(
      z.discriminatedUnion("kind", [z.object({ kind: z.literal("one"), at: z.number() })]),
    );

    expect(check({ kind: "another" })).toBe("kind");
    expect(check({ kind: "one", at: "now" })).toBe("at");
  });

  it.each([
    ["a refinement", z.string().min(1)],
    ["a default", z.object({ a: z.string().default("b") })],
    ["a transformation", z.array(z.string().transform(Number))],
    ["a date", z.date()],
    ["a refinement deep inside", z.object({ a: z.array(z.object({ b: z.number().int() })) })],
  ])("is not made of what it could not see: %s", (_, schema) => {
    expect(() => checkOf(schema)).toThrow(TypeError);
  });
});
