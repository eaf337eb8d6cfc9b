import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { createPace } from "../../server/flow/deliver/pace.ts";
import { backoff, retryOrFail } from "../../server/flow/deliver/retry.ts";
import { NOON } from "../builders.ts";
import { setUp } from "./deliver-setup.ts";

describe("what a morning releases", () => {
  it("goes at once when it is little", async () => {
    const { world, email, run } = setUp();
    for (let i = 0; i < 20; i++) world.add({ released: true, dueBy: NOON + 24 * HOUR });

    await run();

    expect(email.sent).toHaveLength(20);
  });

  it("goes evenly over half an hour when it is much, most urgent first", async () => {
    const { world, email, runFor } = setUp();
    for (let i = 0; i < 600; i++) world.add({ released: true, priority: i % 100, dueBy: NOON + 24 * HOUR });

    await runFor(10 * MINUTE);
    const third = email.sent.length;
    await runFor(10 * MINUTE);
    const twoThirds = email.sent.length;
    await runFor(10 * MINUTE + SECOND);

    expect(third).toBeGreaterThanOrEqual(198);
    expect(third).toBeLessThanOrEqual(202);
    expect(twoThirds).toBeGreaterThanOrEqual(398);
    expect(twoThirds).toBeLessThanOrEqual(402);
    expect(email.sent).toHaveLength(600);
    const priorities = email.sent.map(({ delivery }) => world.row(delivery).priority);
    expect(priorities).toEqual(priorities.toSorted((a, b) => b - a));
  }, 60_000);

  it("does not hold up what is new", async () => {
    const { world, email, run } = setUp();
    for (let i = 0; i < 300; i++) world.add({ released: true, priority: 90, dueBy: NOON + 24 * HOUR });
    await run();
    world.add({ id: "new", priority: 10 });

    await run();

    expect(email.sent.at(-1)?.delivery).toBe("new");
  });

  it("lets nobody wait past half of what is left until its own deadline", () => {
    const pace = createPace({ spread: 30 * MINUTE, few: 20 });
    pace.waiting(1_000, NOON);
    for (let i = 0; i < 10; i++) pace.mayGo({ notBefore: NOON, dueBy: NOON + 24 * HOUR }, NOON);
    const soon = { notBefore: NOON, dueBy: NOON + 5 * MINUTE };

    expect(pace.mayGo(soon, NOON)).toBe(false);
    expect(pace.mayGo(soon, NOON + 150 * SECOND)).toBe(true);
  });

  it("never goes faster than evenly, and is all gone after half an hour", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 21, max: 500 }),
        fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 80 }),
        (count, steps) => {
          const pace = createPace({ spread: 30 * MINUTE, few: 20 });
          pace.waiting(count, NOON);
          const row = { notBefore: NOON, dueBy: NOON + 100 * HOUR };
          let now = NOON;
          let gone = 0;
          for (const step of steps) {
            now += step;
            while (gone < count && pace.mayGo(row, now)) gone += 1;
            const share = (now - NOON) / (30 * MINUTE);
            if (share < 1 && gone > 1 + Math.floor(share * count)) return false;
            if (share >= 1 && gone !== count) return false;
          }
          return true;
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe("the wait before another try", () => {
  const options = { firstWait: 1_000, longestWait: 5 * MINUTE };

  it("is spread over the whole of a length that doubles up to five minutes", () => {
    const longest = (attempts: number) => backoff(attempts, () => 0.999999999, options);

    expect([1, 2, 3, 4, 9, 10, 11, 1_000].map(longest)).toEqual([
      1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000, 300_000,
    ]);
    expect(backoff(5, () => 0, options)).toBe(0);
  });

  it("comes on top of what the provider asks for, and never goes past the deadline", () => {
    const whole = fc.integer({ min: 0, max: 10 * HOUR });
    fc.assert(
      fc.property(
        whole,
        whole,
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (due, after, n, r) => {
          const row = { attempts: n, dueBy: NOON + due };
          const result = retryOrFail(row, NOON, after, "no", () => r, options);
          if (result.kind === "retry") return result.at >= NOON + after && result.at <= row.dueBy;
          return result.kind === "failed" && NOON + after + 5 * MINUTE > row.dueBy;
        },
      ),
      { seed: 5, numRuns: 1_000 },
    );
  });
});
