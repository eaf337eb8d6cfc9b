import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SWEEP, scoredFor } from "../../server/core/engine/scores.ts";
import { hash32 } from "../../server/core/hash.ts";
import type { Pattern } from "../../server/core/pattern.ts";
import { bandOf, type Scored, scoreOf } from "../../server/core/score.ts";
import { DEFAULT_SETTINGS } from "../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, ON_TIME, SECOND } from "../../server/core/time.ts";
import { aPattern } from "../builders.ts";
import { createWorld, event, introduce, refusals, shippedPattern, T, type World } from "./world.ts";

const at = async (world: World, key: string, when: number) => {
  const unit = await world.pipeline.peek(T, "account/acme");
  if (unit === null) throw new Error("no unit");
  return scoreOf(scoredFor(unit, key, shippedPattern), when);
};

describe("the score of five refused API calls and a failed payment", () => {
  /** P-001: 85 points, half-life 6 h. P-004: 95 points, half-life 7 d. By hand: 100 * (1 - (1 - a) * (1 - b)). */
  const byHand = (sinceCalls: number, sincePayment: number) => {
    const calls = 0.85 * 2 ** (-sinceCalls / (6 * HOUR));
    const payment = 0.95 * 2 ** (-sincePayment / (7 * DAY));
    return 100 * (1 - (1 - calls) * (1 - payment));
  };

  it.each([
    ["at once", 0],
    ["ten minutes later", 10 * MINUTE],
    ["five hours later, when both have gone quiet", 5 * HOUR],
    ["a day later", DAY],
  ])("is what one gets by hand, %s", async (_when, later) => {
    const world = await createWorld();
    await introduce(world);
    await refusals(world, 5);
    await world.take(
      event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
    );
    const start = world.now;

    await world.until(start + later);
    const { unrounded, contributions } = await at(world, "account/acme", start + later);

    expect(unrounded).toBeCloseTo(byHand(later, later), 9);
    expect(contributions.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(unrounded, 9);
  });

  it("does not fall to 0 when the matches go quiet, and is 0 after their recoveries", async () => {
    const world = await createWorld();
    await introduce(world);
    await world.take(
      event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
    );

    await world.until(world.now + 5 * DAY);
    const quiet = await at(world, "account/acme", world.now);
    await world.take(event("billing.payment_succeeded", { time: world.now, account: "acme" }));

    expect(world.matches("P-004")).toMatchObject([{ state: "closed" }]);
    expect(quiet.score).toBeGreaterThan(50);
    expect((await at(world, "account/acme", world.now)).score).toBe(0);
  });

  it("goes on counting for as long as the match is worth a point, long after its outcome is settled", async () => {
    const world = await createWorld();
    await introduce(world);
    await world.take(
      event("billing.payment_failed", { time: world.now, account: "acme", data: { recurring: true } }),
    );
    const start = world.now;

    await world.until(start + 20 * DAY);
    const later = await at(world, "account/acme", world.now);
    await world.until(start + 50 * DAY);

    expect(later.unrounded).toBeCloseTo(95 * 2 ** (-20 / 7), 6);
    expect((await world.pipeline.peek(T, "account/acme"))?.tracked.size).toBe(0);
    expect(world.scores("account/acme").at(-1)).toMatchObject({ score: 0, contributions: [] });
  });
});

describe("an account with many persons in the same trouble", () => {
  it("counts the largest of them, and says how many more there are", async () => {
    const world = await createWorld();
    for (const person of ["a", "b", "c"]) {
      for (let i = 0; i < 3; i++) {
        const time = world.now + i * SECOND;
        await world.take(event("auth.login_failed", { time, account: "acme", person, source: person }));
      }
    }

    const account = await at(world, "account/acme", world.now);
    const person = await at(world, "person/b", world.now);
    const own = account.contributions.find(({ family }) => family === "login-failure");

    expect(own).toMatchObject({ more: expect.any(Number) });
    expect(own?.more).toBeGreaterThanOrEqual(2);
    expect(person.contributions.map(({ family }) => family)).toEqual(["login-failure"]);
  });

  it("keeps ids apart that are written differently in keys", async () => {
    const world = await createWorld();
    const account = "Z2lkOi8v=;x";
    await world.take(
      event("billing.payment_failed", { time: world.now, account, data: { recurring: true } }),
      event("ui.rage_click", { time: world.now, account, person: "a%b=", data: { screen: "s" } }),
      event("config.save_failed", { time: world.now, account, person: "a%b=", data: { area: "sso" } }),
      event("account.signed_up", { time: world.now - HOUR, account }),
    );

    const keys = new Set(world.scores().map(({ key }) => key));

    expect([...keys].filter((key) => key.startsWith("account/"))).toEqual([`account/${account}`]);
    expect([...keys].filter((key) => key.startsWith("person/"))).toEqual(["person/a%b="]);
    expect(world.matches("P-010")).toMatchObject([{ person: "a%b=", account }]);
  });
});

describe("the history of a score", () => {
  const { bands } = DEFAULT_SETTINGS;

  /** Three families; two patterns of one of them fade at different speeds. */
  const PATTERNS = [
    { id: "A-1", family: "a", risk: 85, halfLife: 2 * HOUR },
    { id: "A-2", family: "a", risk: 60, halfLife: 30 * HOUR },
    { id: "B-1", family: "b", risk: 40, halfLife: 6 * HOUR },
    { id: "C-1", family: "c", risk: 9, halfLife: HOUR },
  ].map(({ id, ...rest }) =>
    aPattern({
      id,
      ...rest,
      when: { kind: "once", of: ["app.error"], where: { screen: id } },
      per: ["account"],
      quiet: HOUR,
      window: 20 * DAY,
      logOnly: true,
    }),
  );

  it("has a row whenever the contributions or the band change or it moves by 5, as if looked at every 15 minutes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(PATTERNS.length - 1), fc.nat(5 * HOUR)), { minLength: 1, maxLength: 12 }),
        async (troubles) => {
          const world = await createWorld({ patterns: PATTERNS });
          const seen: Seen = [];
          const expected = naive(seen);
          for (const [which, after] of troubles) {
            await passTo(world, world.now + after, seen, expected);
            const id = PATTERNS[which]?.id ?? "";
            await world.take(event("app.error", { time: world.now, account: "acme", data: { screen: id } }));
            seen.push({ id, time: world.now });
            expected.look(world.now);
          }
          await passTo(world, world.now + 6 * DAY, seen, expected);

          const rows = world
            .scores("account/acme")
            .map(({ at: when, score, band }) => ({ when, score, band }));
          expect(rows).toEqual(expected.rows);
        },
      ),
      { seed: 20_260_302, numRuns: 60 },
    );
  });

  type Seen = { readonly id: string; readonly time: number }[];

  /** Lets time pass in both: the naive one looks at every point of the unit's own 15-minute grid. */
  async function passTo(
    world: World,
    until: number,
    seen: Seen,
    expected: ReturnType<typeof naive>,
  ): Promise<void> {
    const phase = hash32(`${T}|account/acme`) % SWEEP;
    const times = new Set<number>(closings(seen).filter((when) => when > world.now && when <= until));
    for (
      let when = Math.floor((world.now - phase) / SWEEP + 1) * SWEEP + phase;
      when <= until;
      when += SWEEP
    ) {
      times.add(when);
    }
    for (const when of [...times].sort((one, other) => one - other)) expected.look(when);
    await world.until(until);
  }

  /** A match that goes quiet is an input of its own, five minutes later. */
  function closings(seen: Seen): number[] {
    const newest = new Map(seen.map(({ id, time }) => [id, time]));
    return [...newest.values()].map((time) => time + HOUR + ON_TIME);
  }

  /** The rule as the design tells it, without any skipping. */
  function naive(seen: Seen) {
    const rows: { when: number; score: number; band: string }[] = [];
    let last: { score: number; band: string; set: string } | null = null;
    return {
      rows,
      look(when: number) {
        const score = scoreOf(
          PATTERNS.flatMap((pattern) => scored(pattern, seen)),
          when,
        );
        const set = score.contributions
          .map(({ match }) => match)
          .sort()
          .join();
        const band = bandOf(score.score, bands);
        if (last === null && set === "") return;
        const same = last !== null && set === last.set && band === last.band;
        if (same && Math.abs(score.score - (last?.score ?? 0)) < 5) return;
        rows.push({ when, score: score.score, band });
        last = set === "" ? null : { score: score.score, band, set };
      },
    };
  }

  /** Trouble within the hour belongs to the same match; later trouble is a new one, worth as much and newer. */
  function scored({ id, family, risk, halfLife }: Pattern, seen: Seen): Scored[] {
    const times = seen.filter((one) => one.id === id).map(({ time }) => time);
    const lastSeen = times.at(-1);
    if (lastSeen === undefined) return [];
    const episode = times.filter((time, i) => i > 0 && time - (times[i - 1] ?? 0) > HOUR).length;
    const match = { id: `${id} ${episode}`, family, lastSeen, state: "open" } as Scored["match"];
    return [{ match, risk, confidence: 1, halfLife, silenced: false }];
  }
});
