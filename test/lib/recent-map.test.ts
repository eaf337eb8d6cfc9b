import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecentMap } from "../../server/lib/recent-map.ts";

describe("a map of what was used last", () => {
  it("never answers with anything but the newest value, and knows at least the newest entries", () => {
    const aStep = fc.tuple(fc.constantFrom("set", "get", "delete"), fc.nat(30), fc.nat(99));
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 200 }), (steps) => {
        const most = 5;
        const [recent, all] = [new RecentMap<number, number>(most), new Map<number, number>()];
        let newest: number[] = [];
        for (const [kind, key, value] of steps) {
          if (kind === "set") {
            recent.set(key, value);
            all.set(key, value);
            newest = [key, ...newest.filter((one) => one !== key)].slice(0, most);
          } else if (kind === "delete") {
            recent.delete(key);
            all.delete(key);
            newest = newest.filter((one) => one !== key);
          } else if (recent.has(key)) expect(recent.get(key)).toBe(all.get(key));
          for (const key of newest) expect(recent.get(key)).toBe(all.get(key));
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it("keeps what is asked for again and again, and lets go of the rest", () => {
    const recent = new RecentMap<number, string>(10);
    recent.set(-1, "often");
    for (let n = 0; n < 100; n++) {
      recent.set(n, "once");
      expect(recent.get(-1)).toBe("often");
    }

    expect(recent.get(0)).toBeUndefined();
  });
});
