import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../server/core/effect.ts";
import { DEFAULT_SETTINGS } from "../../server/core/tenant.ts";
import { HOUR, MINUTE } from "../../server/core/time.ts";
import { encodeUnit } from "../../server/core/unit-codec.ts";
import { RecordRefused, StoreDamaged } from "../../server/store/contract.ts";
import { NOON } from "../builders.ts";
import { sized } from "../support/size.ts";
import { type MemoryStore, memoryStore } from "./memory-store.ts";
import { expectSame } from "./same.ts";
import { STORES } from "./stores.ts";
import { aStory, type Line, play } from "./story.ts";
import { createWorld, event, introduce, openWorld, refusals, T, type World } from "./world.ts";

const SEED = 20_260_302;

/** Everything that was decided, without the ticks in between. */
function told(world: World): string[] {
  const effects = world.committed.flatMap((one) => one.effects);
  return effects.filter(isTold).map((effect) => JSON.stringify(effect));
}
const isTold = ({ kind }: Effect) =>
  kind === "match" ||
  kind === "decision" ||
  kind === "delivery" ||
  kind === "alert" ||
  kind === "outcome" ||
  kind === "score";

async function states(world: World): Promise<readonly string[]> {
  const known = await Promise.all(UNITS.map((id) => world.pipeline.peek(T, id)));
  return known.flatMap((unit) => (unit === null ? [] : [encodeUnit(unit)]));
}
const UNITS = ["account/acme", "account/globex", "person/ann", "person/bob", "person/cy", "tenant"];

/** What of a unit depends on how often somebody looked at the clock: nothing but position and clock themselves. */
const withoutClock = (state: string) => state.replaceAll(/"(seq|clock|now|patternsAsOf)":\d+/g, '"$1":0');

async function run(story: readonly Line[], options: Parameters<typeof play>[2] = {}): Promise<World> {
  const world = await createWorld({ store: memoryStore(), now: NOON });
  return play(world, story, options);
}

describe("time", () => {
  it("does the same whether it is looked at often, seldom or irregularly", async () => {
    await fc.assert(
      fc.asyncProperty(
        aStory(),
        fc.infiniteStream(fc.integer({ min: 1, max: 8 * HOUR })),
        async (story, steps) => {
          const often = await run(story, { tickEvery: 30 * MINUTE });
          const odd = await run(story, { steps: () => steps.next().value });
          const seldom = await run(story, { tickEvery: 12 * HOUR });

          expectSame(told(odd).sort(), told(often).sort());
          expectSame(told(seldom).sort(), told(often).sort());
          expectSame((await states(odd)).map(withoutClock), (await states(often)).map(withoutClock));
        },
      ),
      { seed: SEED, numRuns: sized(12, 60), endOnFailure: true },
    );
  });

  it("decides the same from the same log, byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(aStory(), async (story) => {
        const [one, other] = [await run(story), await run(story)];

        expectSame(told(one), told(other));
        expectSame(await states(one), await states(other));
      }),
      { seed: SEED, numRuns: sized(20, 80) },
    );
  });
});

describe.each(STORES)("a restart at any point, on $name", ({ name, open }) => {
  it("leaves every unit as if there had been none, byte for byte, with or without snapshots", async () => {
    await fc.assert(
      fc.asyncProperty(
        aStory(),
        fc.array(fc.tuple(fc.nat(60), fc.constantFrom("restart", "checkpoint", "checkpoint and restart")), {
          minLength: 1,
          maxLength: 6,
        }),
        async (story, stops) => {
          const through = await play(await createWorld({ store: await open(), now: NOON }), story);
          const broken = await play(await createWorld({ store: await open(), now: NOON }), story, { stops });

          expectSame(told(broken), told(through));
          expectSame(await states(broken), await states(through));
        },
      ),
      { seed: SEED, numRuns: name === "memory" ? sized(25, 100) : 4 },
    );
  });
});

describe("timers that are due", () => {
  it("run before the input that comes after them, in order of their due times", async () => {
    const world = await createWorld({ now: NOON });
    await introduce(world);
    await refusals(world, 5);

    // Nobody has looked at the clock for three hours when the next event comes.
    world.now += 3 * HOUR;
    await world.take(
      event("page.viewed", { time: world.now, account: "acme", person: "dev", data: { page: "/" } }),
    );

    const decided = world.decisions("P-001").map(({ at, channel }) => [(at - NOON) / MINUTE, channel]);
    expect(decided).toEqual([
      [0, "in_app.notification"],
      [20, "email"],
      [120, "human.l2"],
    ]);
  });

  it("ring in units that sleep on disk, however many there are", async () => {
    const store = memoryStore();
    const incident = { ...DEFAULT_SETTINGS.incident, matches: 100_000 };
    const world = await createWorld({ store, now: Date.UTC(2026, 2, 2, 22), settings: { incident } });
    for (let i = 0; i < 1_200; i++) {
      const who = { time: world.now, account: `a${i}`, person: `p${i}` };
      await world.take(
        event("person.identified", {
          ...who,
          data: { roles: ["billing"] },
          contact: { email: `p${i}@a.test` },
        }),
        event("billing.payment_failed", { ...who, data: { recurring: true } }),
      );
    }
    await world.pipeline.drain();

    const later = await world.restart();
    later.now = Date.UTC(2026, 2, 3, 8);
    await later.pipeline.tick(later.now);

    const queued = later.deliveries("P-004").filter(({ status }) => status === "queued");
    expect(queued).toHaveLength(1_200);
  });
});

describe("a unit that cannot be read", () => {
  /** So many accounts with a timer due tomorrow morning, all asleep. */
  async function asleep(store: MemoryStore, accounts: number): Promise<World> {
    const incident = { ...DEFAULT_SETTINGS.incident, matches: 100_000 };
    const world = await createWorld({ store, now: Date.UTC(2026, 2, 2, 22), settings: { incident } });
    for (let i = 0; i < accounts; i++) {
      const who = { time: world.now, account: `a${i}`, person: `p${i}` };
      const contact = { email: `p${i}@a.test` };
      await world.take(
        event("person.identified", { ...who, data: { roles: ["billing"] }, contact }),
        event("billing.payment_failed", { ...who, data: { recurring: true } }),
      );
    }
    await world.pipeline.drain();
    return world;
  }

  const isBroken = (unit: string) => /^account\/a\d?$/.test(unit);
  const BREAKS: readonly [string, (store: MemoryStore) => MemoryStore][] = [
    [
      "the store says that its snapshot is damaged",
      (store) => ({
        ...store,
        async loadUnits(names) {
          if (names.some(({ unit }) => isBroken(unit))) throw new StoreDamaged("damaged");
          return store.loadUnits(names);
        },
      }),
    ],
    [
      "its state is no state",
      (store) => ({
        ...store,
        loadUnits: async (names) =>
          (await store.loadUnits(names)).map((row) =>
            isBroken(row.unit) ? { ...row, state: row.state.slice(0, 40) } : row,
          ),
      }),
    ],
    [
      "a record of its log is refused",
      (store) => ({
        ...store,
        async inputs(query) {
          if (isBroken(query.unit ?? "")) throw new RecordRefused("no record", "row 7 of inputs");
          return store.inputs(query);
        },
      }),
    ],
  ];

  it.each(BREAKS)("is said once and passed over: all others ring (%s)", async (_name, broken) => {
    const store = memoryStore();
    const world = await asleep(store, 40);
    const said: string[] = [];
    const later = await openWorld({
      store: broken(store),
      now: Date.UTC(2026, 2, 3, 8),
      onUnreadable: ({ message }) => said.push(message),
    });

    await later.pipeline.tick(later.now);
    await later.pipeline.tick(later.now + MINUTE);

    const queued = later.deliveries("P-004").filter(({ status }) => status === "queued");
    expect(queued).toHaveLength(30);
    expect(said).toHaveLength(10);
    expect(said[0]).toContain("nothing is done for a customer of t1: ");
    expect(world.deliveries("P-004").filter(({ status }) => status === "queued")).toEqual([]);
    await expect(later.pipeline.peek(T, "account/a3")).rejects.toThrow();
  });

  it("hides nobody behind it, even where more of them than ring together come first", async () => {
    const store = memoryStore();
    await asleep(store, 1_100);
    const isLate = (unit: string) => /^account\/a\d{4}$/.test(unit);
    const later = await openWorld({
      store: {
        ...store,
        async loadUnits(names) {
          if (names.some(({ unit }) => unit.startsWith("account/") && !isLate(unit)))
            throw new StoreDamaged("damaged");
          return store.loadUnits(names);
        },
      },
      now: Date.UTC(2026, 2, 3, 8),
    });

    await later.pipeline.tick(later.now);

    expect(later.deliveries("P-004").filter(({ status }) => status === "queued")).toHaveLength(100);
  });
});
