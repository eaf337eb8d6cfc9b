import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../server/core/decision.ts";
import type { Event } from "../../server/core/event.ts";
import type { Match } from "../../server/core/match.ts";
import { DAY, HOUR, MINUTE } from "../../server/core/time.ts";
import { createBacktest } from "../../server/flow/backtest.ts";
import { hashId } from "../../server/lib/ids.ts";
import { NOON } from "../builders.ts";
import { dice } from "./dice.ts";
import { expectSame } from "./same.ts";
import { aSteadyStory, type Line, play } from "./story.ts";
import { createWorld, T, type World } from "./world.ts";

const SEED = 20_260_302;

/** A story of nothing but events, on a server that delivers at once and hears nothing back. */
async function live(story: readonly Line[]): Promise<World> {
  const world = await createWorld({ assume: "delivered" });
  await play(
    world,
    story.filter(({ what }) => what.kind === "events"),
    { tickEvery: 12 * HOUR },
  );
  world.now += 3 * DAY;
  await world.pipeline.tick(world.now);
  return world;
}

/** The same events, as they were received, through the backtest. */
function backtest(world: World, events: readonly Event[], until: number) {
  const tenant = world.pipeline.tenant(T);
  if (tenant === null) throw new Error("no tenant");
  const run = createBacktest({ ...tenant, incidents: [], productAreas: new Map() }, hashId);
  for (const event of events) run.take(event);
  return run.finish(until);
}

const eventsOf = (world: World) => world.committed.flatMap(({ event }) => (event === null ? [] : [event]));
const asText = (rows: readonly (Match | Decision)[]) => rows.map((row) => JSON.stringify(row)).sort();

describe("a backtest", () => {
  it("makes the matches and the decisions that were made live, for the same events", async () => {
    let decisions = 0;
    await fc.assert(
      fc.asyncProperty(aSteadyStory(), async (story) => {
        const world = await live(story);
        const result = backtest(world, eventsOf(world), world.now);

        expectSame(asText(result.matches), asText(world.matches()));
        expectSame(asText(result.decisions), asText(world.decisions()));
        decisions += result.decisions.length;
      }),
      { seed: SEED, numRuns: 60, endOnFailure: true },
    );
    expect(decisions).toBeGreaterThan(500);
  });

  it("ends with the scores that the server has", async () => {
    await fc.assert(
      fc.asyncProperty(aSteadyStory(25), async (story) => {
        const world = await live(story);
        const result = backtest(world, eventsOf(world), world.now);

        const shown = new Map(result.scores.map(({ unit, key, score }) => [`${unit} ${key}`, score]));
        for (const unit of world.pipeline.units.values()) {
          for (const [key, last] of unit.scores) {
            // The last row that was worth remembering is less than five points away.
            expect(Math.abs((shown.get(`${unit.id} ${key}`) ?? 0) - last.score)).toBeLessThan(5);
          }
        }
      }),
      { seed: SEED, numRuns: 20, endOnFailure: true },
    );
  });

  it("finds the same matches in any order of arrival within five minutes", async () => {
    await fc.assert(
      fc.asyncProperty(aSteadyStory(20), fc.nat(1_000_000), async (story, seed) => {
        const world = await live(story.map((line) => ({ ...line, after: line.after % (20 * MINUTE) })));
        // Whose event without an account it is, the order of arrival says: by where its person came to last.
        const events = eventsOf(world)
          .filter(({ time, receivedAt }) => receivedAt - time <= MINUTE)
          .filter(({ account }) => account !== null);
        const chance = dice(seed);
        const shifted = events
          .map((event) => ({ ...event, receivedAt: event.time + Math.floor(chance() * 5 * MINUTE) }))
          .sort((a, b) => a.receivedAt - b.receivedAt);
        const inOrder = events
          .map((event) => ({ ...event, receivedAt: event.time }))
          .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));

        const until = NOON + 10 * DAY;
        const found = (result: ReturnType<typeof backtest>) =>
          result.matches
            .filter(({ state }) => state !== "retracted")
            .map(({ noticedAt: _noticed, ...match }) => JSON.stringify(match))
            .sort();
        expectSame(found(backtest(world, shifted, until)), found(backtest(world, inOrder, until)));
      }),
      { seed: SEED, numRuns: 60, endOnFailure: true },
    );
  });
});
