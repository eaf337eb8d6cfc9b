import fc from "fast-check";
import { expect, it } from "vitest";
import { Seen } from "../../server/cli/backtest/seen.ts";

it("tells what was seen from what was not, as a set of words would", () => {
  const word = fc.string({ maxLength: 3 });
  const events = fc.array(fc.tuple(word, word), { maxLength: 3_000, size: "max" });

  fc.assert(
    fc.property(events, (pairs) => {
      const seen = new Seen();
      const words = new Set<string>();
      for (const [source, id] of pairs) {
        const name = JSON.stringify([source, id]);
        expect(seen.has(source, id)).toBe(words.has(name));
        words.add(name);
      }
      expect(seen.size).toBe(words.size);
    }),
    { numRuns: 50, seed: 7 },
  );
});
