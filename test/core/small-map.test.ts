import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SmallMap, smallMap } from "../../server/core/small-map.ts";

type Step = { readonly kind: "set" | "delete" | "clear"; readonly key: string; readonly value: number };

const aStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("set", "set", "set", "delete", "delete", "clear"),
  key: fc.constantFrom("a", "b", "c"),
  value: fc.nat(9),
});

function take(map: Map<string, number>, { kind, key, value }: Step): unknown {
  if (kind === "set") return map.set(key, value).get(key);
  if (kind === "delete") return map.delete(key);
  return map.clear();
}

describe("a small map", () => {
  it("answers as a map does, whatever is put in and taken out", () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 30 }), (steps) => {
        const [small, map] = [new SmallMap<string, number>(), new Map<string, number>()];
        for (const step of steps) {
          expect(take(small, step)).toEqual(take(map, step));
          expect([...small]).toEqual([...map]);
          expect([...small.keys(), ...small.values(), small.size]).toEqual([
            ...map.keys(),
            ...map.values(),
            map.size,
          ]);
          for (const key of ["a", "b", "c"]) {
            expect([small.has(key), small.get(key)]).toEqual([map.has(key), map.get(key)]);
          }
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it("hands itself to forEach, and keeps the order of its entries", () => {
    const map = smallMap([
      ["b", 1],
      ["a", 2],
    ]);
    const seen: unknown[] = [];

    map.forEach((value, key, whole) => {
      seen.push([key, value, whole === map]);
    });

    expect(seen).toEqual([
      ["b", 1, true],
      ["a", 2, true],
    ]);
  });
});
