import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BREAKER, createBreaker } from "../../server/flow/breaker.ts";

const fail = (breaker: ReturnType<typeof createBreaker>, at: number, times = 1) => {
  for (let i = 0; i < times; i++) breaker.begin(at).failed(at);
};
const succeed = (breaker: ReturnType<typeof createBreaker>, at: number, times = 1) => {
  for (let i = 0; i < times; i++) breaker.begin(at).succeeded();
};

describe("a breaker", () => {
  it("stays closed after four failures in a row and opens with the fifth", () => {
    const breaker = createBreaker();

    fail(breaker, 0, 4);
    expect(breaker.state(0)).toBe("closed");
    fail(breaker, 0);

    expect(breaker.state(0)).toBe("open");
    expect(breaker.allows(0)).toBe(false);
  });

  it("forgets a row of failures with one success", () => {
    const breaker = createBreaker();

    fail(breaker, 0, 4);
    succeed(breaker, 0);
    fail(breaker, 0, 4);

    expect(breaker.state(0)).toBe("closed");
  });

  it("opens when half of the last twenty calls failed, although never five in a row", () => {
    const breaker = createBreaker();

    for (let i = 0; i < 9; i++) {
      succeed(breaker, 0);
      fail(breaker, 0);
    }
    succeed(breaker, 0);
    expect(breaker.state(0)).toBe("closed");
    fail(breaker, 0);

    expect(breaker.state(0)).toBe("open");
  });

  it("lets one call probe after 30 s, and no second one beside it", () => {
    const breaker = createBreaker();
    fail(breaker, 1_000, 5);

    expect(breaker.allows(30_999)).toBe(false);
    expect(breaker.allows(31_000)).toBe(true);
    breaker.begin(31_000);

    expect(breaker.allows(31_000)).toBe(false);
  });

  it("closes with an empty memory when the probe succeeds", () => {
    const breaker = createBreaker();
    fail(breaker, 0, 5);

    breaker.begin(30_000).succeeded();
    fail(breaker, 30_000, 4);

    expect(breaker.state(30_000)).toBe("closed");
  });

  it("opens for another 30 s when the probe fails", () => {
    const breaker = createBreaker();
    fail(breaker, 0, 5);

    breaker.begin(30_000).failed(31_500);

    expect(breaker.allows(61_499)).toBe(false);
    expect(breaker.allows(61_500)).toBe(true);
  });

  it("lets another call probe when the first one never asked anything", () => {
    const breaker = createBreaker();
    fail(breaker, 0, 5);

    breaker.begin(30_000).abandoned();

    expect(breaker.allows(30_000)).toBe(true);
  });

  it("is neither closed nor kept open by a call that began before it opened", () => {
    const breaker = createBreaker();
    const early = [breaker.begin(0), breaker.begin(0)] as const;
    fail(breaker, 0, 5);

    early[0].succeeded();
    expect(breaker.state(0)).toBe("open");
    early[1].failed(20_000);

    expect(breaker.opensAgainAt()).toBe(30_000);
  });

  it("agrees with a plain account of the last calls, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (outcomes) => {
        const breaker = createBreaker();
        let history: boolean[] = [];
        for (const failed of outcomes) {
          if (breaker.state(0) === "open") break;
          if (failed) fail(breaker, 0);
          else succeed(breaker, 0);
          history = [...history, failed];
          const last5 = history.slice(-BREAKER.consecutive);
          const last20 = history.slice(-BREAKER.window);
          const row = last5.length === 5 && last5.every(Boolean);
          const half = last20.length === 20 && last20.filter(Boolean).length >= 10;
          if ((breaker.state(0) === "open") !== (row || half)) return false;
        }
        return true;
      }),
      { seed: 11, numRuns: 2_000 },
    );
  });
});
