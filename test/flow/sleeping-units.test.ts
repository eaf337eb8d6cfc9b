import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUnit } from "../../server/core/unit-codec.ts";
import { NOON } from "../builders.ts";
import { sized } from "../support/size.ts";
import { memoryStore } from "./memory-store.ts";
import { expectSame } from "./same.ts";
import { STORES } from "./stores.ts";
import { aStory, play } from "./story.ts";
import { createWorld, event, type World } from "./world.ts";

const SEED = 20_260_302;
const UNITS = ["account/acme", "account/globex", "person/ann", "person/bob", "person/cy", "tenant"];

async function states(world: World): Promise<readonly string[]> {
  const known = await Promise.all(UNITS.map((id) => world.pipeline.peek("t1", id)));
  return known.flatMap((unit) => (unit === null ? [] : [encodeUnit(unit)]));
}

const decided = (world: World) =>
  world.decisions().map(({ id, kind, reason, at }) => `${at} ${id} ${kind} ${reason}`);

const visit = (world: World, account: string) =>
  world.take(event("page.viewed", { time: world.now, account, person: `${account}-p`, data: { page: "/" } }));

/** A unit that is waked from disk may be ticked once less: the log is shorter then, and says the same. */
const withoutPositions = (state: string) => state.replaceAll(/"(seq|patternsAsOf)":\d+/g, '"$1":0');

describe.each(STORES)("a memory that has room for one customer, on $name", ({ name, open }) => {
  it("decides and remembers as one that has room for all", async () => {
    await fc.assert(
      fc.asyncProperty(
        aStory(),
        fc.array(
          fc.tuple(fc.nat(60), fc.constantFrom("some", "some", "some and restart", "checkpoint and some")),
          {
            minLength: 10,
            maxLength: 30,
          },
        ),
        async (story, stops) => {
          const roomy = await play(await createWorld({ store: await open(), now: NOON }), story);
          const small = await createWorld({ store: await open(), now: NOON, mostUnits: 1 });
          const cramped = await play(small, story, { stops });

          expectSame(decided(cramped).sort(), decided(roomy).sort());
          expectSame(
            (await states(cramped)).map(withoutPositions),
            (await states(roomy)).map(withoutPositions),
          );
        },
      ),
      { seed: SEED, numRuns: name === "memory" ? sized(15, 80) : 4, endOnFailure: true },
    );
  });
});

describe("units in memory", () => {
  it("leave it above the limit, those first that nobody asked for", async () => {
    const world = await createWorld({ store: memoryStore(), now: NOON, mostUnits: 3 });
    for (const account of ["a", "b", "c", "d", "e"]) await visit(world, account);
    await world.pipeline.saveSome();
    await visit(world, "e");
    await visit(world, "f");

    await world.pipeline.saveSome();

    const inMemory = [...world.pipeline.units.values()].map(({ id }) => id);
    expect(inMemory.length).toBeLessThanOrEqual(3);
    expect(inMemory).toContain("account/f");
  });

  it("stay when there is room, saved or not", async () => {
    const world = await createWorld({ store: memoryStore(), now: NOON });
    for (const account of ["a", "b", "c"]) await visit(world, account);

    await world.pipeline.checkpoint();
    await world.pipeline.saveSome();

    expect(world.pipeline.units.size).toBe(3);
  });
});

describe("saving a little at a time", () => {
  it("leaves what is new unsaved, and a restart takes it from the log", async () => {
    const world = await createWorld({ store: memoryStore(), now: NOON });
    await visit(world, "a");
    await world.pipeline.saveSome();
    const before = await world.bytes("account/a");

    const restarted = await world.restart();

    expect(world.pipeline.units.dirty).toBe(1);
    expect(await restarted.bytes("account/a")).toBe(before);
  });
});
