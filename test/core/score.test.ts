import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Match } from "../../server/core/match.ts";
import { bandOf, type Scored, scoreOf, worth } from "../../server/core/score.ts";
import { DEFAULT_SETTINGS } from "../../server/core/tenant.ts";
import { DAY, HOUR, type Millis } from "../../server/core/time.ts";
import { aMatch, NOON } from "../builders.ts";

const scored = (changes: Partial<Omit<Scored, "match">> & { match?: Partial<Match> } = {}): Scored => {
  const { match, ...rest } = changes;
  const whole = aMatch({ id: "m", family: match?.id ?? "m", ...match });
  return { risk: 80, confidence: 1, halfLife: 6 * HOUR, silenced: false, ...rest, match: whole };
};

describe("what a match is worth", () => {
  test.each([
    ["just seen: risk times confidence", { confidence: 0.5 }, NOON, 40],
    ["after a half-life: half", {}, NOON + 6 * HOUR, 40],
    ["after two: a quarter", {}, NOON + 12 * HOUR, 20],
    ["seen later than now: no more than just seen", {}, NOON - HOUR, 80],
    ["once silenced: nothing", { silenced: true }, NOON, 0],
    ["once retracted: nothing", { match: { state: "retracted" as const } }, NOON, 0],
    ["closed by quiet: it still counts", { match: { state: "closed" as const } }, NOON + 6 * HOUR, 40],
    ["exactly one point: it still counts", { risk: 1 }, NOON, 1],
    ["under one point: nothing", { risk: 1.9 }, NOON + 6 * HOUR, 0],
  ])("%s", (_words, changes, at, points) => {
    expect(worth(scored(changes), at)).toBe(points);
  });
});

describe("a score", () => {
  test("is 0 without matches", () => {
    expect(scoreOf([], NOON)).toEqual({ score: 0, unrounded: 0, contributions: [] });
  });

  test("of two families is what the second leaves of what the first left", () => {
    const { score, contributions } = scoreOf(
      [scored({ risk: 50, match: { id: "b" } }), scored({ risk: 80, match: { id: "a" } })],
      NOON,
    );

    expect(score).toBe(90);
    expect(contributions.map(({ match, alone, points }) => [match, alone, points])).toEqual([
      ["a", 80, 80],
      ["b", 50, 10],
    ]);
  });

  test("counts only the largest of a family, and says how many stand behind it", () => {
    const family = "logins";
    const items = [40, 70, 60].map((risk, index) => scored({ risk, match: { id: `m${index}`, family } }));

    expect(scoreOf(items, NOON)).toMatchObject({
      score: 70,
      contributions: [{ match: "m1", points: 70, more: 2 }],
    });
  });

  test("does not count a faded match of a family as standing behind the largest", () => {
    const items = [
      scored({ match: { id: "old", family: "f", lastSeen: NOON - 3 * DAY } }),
      scored({ match: { id: "new", family: "f" } }),
    ];

    expect(scoreOf(items, NOON).contributions).toMatchObject([{ match: "new", more: 0 }]);
  });

  test("takes the lower match id on a tie within a family", () => {
    const tie = [scored({ match: { id: "b", family: "f" } }), scored({ match: { id: "a", family: "f" } })];

    expect(scoreOf(tie, NOON).contributions).toMatchObject([{ match: "a", more: 1 }]);
    expect(scoreOf(tie.toReversed(), NOON).contributions).toMatchObject([{ match: "a", more: 1 }]);
  });

  test("lists equal families by match id", () => {
    const tie = [scored({ match: { id: "b" } }), scored({ match: { id: "a" } })];

    expect(scoreOf(tie, NOON).contributions.map(({ match }) => match)).toEqual(["a", "b"]);
  });
});

describe("bands", () => {
  test.each([
    [0, "normal"],
    [30, "normal"],
    [31, "watch"],
    [60, "watch"],
    [61, "alert"],
    [80, "alert"],
    [81, "critical"],
    [100, "critical"],
  ])("%i is %s", (score, band) => {
    expect(bandOf(score, DEFAULT_SETTINGS.bands)).toBe(band);
  });
});

const anItem: fc.Arbitrary<Scored> = fc
  .record({
    id: fc.integer({ min: 0, max: 40 }),
    family: fc.integer({ min: 0, max: 8 }),
    age: fc.integer({ min: -HOUR, max: 10 * DAY }),
    risk: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ min: 0, max: 100, noNaN: true })),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    halfLife: fc.integer({ min: HOUR, max: 14 * DAY }),
    silenced: fc.boolean(),
  })
  .map(({ id, family, age, ...rest }) =>
    scored({ ...rest, match: { id: `m${id}`, family: `f${family}`, lastSeen: NOON - age } }),
  );
const items = fc.uniqueArray(anItem, { maxLength: 25, selector: ({ match }) => match.id });
const RUNS = { numRuns: 2_000, seed: 11 };

/** The formula as the manual writes it: 100 * (1 - prod(1 - c / 100)) over the largest c of each family. */
function byHand(list: readonly Scored[], at: Millis): number {
  const largest: Record<string, number> = {};
  for (const { match, risk, confidence, halfLife, silenced } of list) {
    const age = Math.max(0, at - match.lastSeen);
    const c = silenced ? 0 : risk * confidence * 0.5 ** (age / halfLife);
    if (c >= 1) largest[match.family] = Math.max(largest[match.family] ?? 0, c);
  }
  return 100 * (1 - Object.values(largest).reduce((left, c) => left * (1 - c / 100), 1));
}

test("a score is what the formula gives by hand, and contributions add up to it exactly", () => {
  fc.assert(
    fc.property(items, (list) => {
      const { score, unrounded, contributions } = scoreOf(list, NOON);

      expect(unrounded).toBeCloseTo(byHand(list, NOON), 9);
      expect(score).toBe(Math.round(unrounded));
      expect(contributions.reduce((sum, { points }) => sum + points, 0)).toBe(unrounded);
      expect(contributions.map(({ alone }) => alone)).toEqual(
        contributions.map(({ alone }) => alone).sort((a, b) => b - a),
      );
      expect(new Set(contributions.map(({ family }) => family)).size).toBe(contributions.length);
    }),
    RUNS,
  );
});

test("a score does not depend on the order in which matches are given", () => {
  fc.assert(
    fc.property(items, fc.infiniteStream(fc.nat()), (list, stream) => {
      const shuffled = list
        .map((item) => [stream.next().value, item] as const)
        .sort(([a], [b]) => a - b)
        .map(([, item]) => item);

      expect(scoreOf(shuffled, NOON)).toEqual(scoreOf(list, NOON));
    }),
    RUNS,
  );
});

test("a score is 0 to 100 and never NaN, whatever the figures", () => {
  const wild = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, Number.MAX_VALUE, -1, 100));
  const wildItems = fc.array(
    fc
      .record({
        risk: wild,
        confidence: wild,
        halfLife: wild,
        lastSeen: wild,
        family: fc.nat(5),
        id: fc.nat(9),
      })
      .map(({ lastSeen, family, id, ...rest }) =>
        scored({ ...rest, match: { id: `m${id}`, family: `f${family}`, lastSeen } }),
      ),
    { maxLength: 30 },
  );

  fc.assert(
    fc.property(wildItems, wild, (list, at) => {
      const { score, unrounded, contributions } = scoreOf(list, at);

      for (const value of [
        score,
        unrounded,
        ...contributions.flatMap(({ alone, points }) => [alone, points]),
      ]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(100);
      }
    }),
    RUNS,
  );
});

test("decaying for a + b is decaying for a, then for b, within 1e-9", () => {
  const length = fc.integer({ min: 0, max: 3 * DAY });

  fc.assert(
    fc.property(anItem, length, length, (item, a, b) => {
      const seen = item.match.lastSeen;
      const whole = worth(item, seen + a + b);
      const first = worth(item, seen + a);
      const then = worth({ ...item, risk: first, confidence: 1 }, seen + b);

      // At the very edge of one point rounding may let one of the two count and the other not.
      if (Math.abs(Math.max(whole, then) - 1) < 1e-9) return;
      expect(Math.abs(whole - then)).toBeLessThan(1e-9);
    }),
    { ...RUNS, numRuns: 5_000 },
  );
});

test("without new evidence a score never rises", () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 0, max: 5 * DAY }), (list, later) => {
      const start = NOON + HOUR;

      expect(scoreOf(list, start + later).unrounded).toBeLessThanOrEqual(
        scoreOf(list, start).unrounded + 1e-9,
      );
    }),
    RUNS,
  );
});
