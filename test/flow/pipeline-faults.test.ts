import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../server/core/time.ts";
import { encodeUnit } from "../../server/core/unit-codec.ts";
import { Overloaded } from "../../server/flow/contract.ts";
import { StoreDamaged } from "../../server/store/contract.ts";
import { NOON } from "../builders.ts";
import { type Faults, type FlowStore, faulty, memoryStore } from "./memory-store.ts";
import { expectSame } from "./same.ts";
import { STORES } from "./stores.ts";
import { aStory, play } from "./story.ts";
import { createWorld, event, introduce, refusals, T, type World } from "./world.ts";

const SEED = 20_260_302;
const UNITS = ["account/acme", "account/globex", "person/ann", "person/bob", "person/cy", "tenant"];

/** What is in memory of every unit and of the tenant. */
async function memoryOf(world: World): Promise<string[]> {
  const units = await Promise.all(UNITS.map((id) => world.pipeline.peek(T, id)));
  const { seq, switches, settings, incidents, productAreas, rollout } = world.pipeline.tenant(T) ?? {
    seq: 0,
  };
  return [
    JSON.stringify({ seq, switches, settings, incidents, rollout, areas: [...(productAreas ?? [])] }),
    ...units.map((unit) => (unit === null ? "none" : encodeUnit(unit))),
  ];
}

const trouble = (world: World, account = "acme", person = "ann") =>
  event("billing.payment_failed", { time: world.now, account, person, data: { recurring: true } });

describe.each(STORES)("a commit that fails, on $name", ({ name, open }) => {
  async function broken(): Promise<{ world: World; store: FlowStore & Faults }> {
    const store = faulty(await open());
    return { world: await createWorld({ store, now: NOON }), store };
  }

  it("leaves memory as a fresh rebuild has it, byte for byte, whatever was under way", async () => {
    await fc.assert(
      fc.asyncProperty(aStory(15), aStory(6), async (before, failing) => {
        const { world, store } = await broken();
        await play(world, before);

        store.isDown = true;
        await play(world, failing).catch(() => {});
        const during = await world.restart();
        store.isDown = false;
        world.now += 2 * SECOND;
        await world.pipeline.tick(world.now);

        const rebuilt = await world.restart();
        await rebuilt.pipeline.tick(rebuilt.now);
        expectSame(await memoryOf(world), await memoryOf(rebuilt));
        expect(during.pipeline.load.failing).toBe(false);
      }),
      { seed: SEED, numRuns: name === "memory" ? 40 : 4, endOnFailure: true },
    );
  });

  it("answers 503 to everybody in it, and takes nothing until the store does again", async () => {
    const { world, store } = await broken();
    await introduce(world);
    store.isDown = true;

    const answers = await Promise.allSettled([
      world.take(trouble(world)),
      world.take(trouble(world, "globex")),
    ]);
    const next = await world.take(trouble(world)).catch((error: unknown) => error);

    for (const answer of answers) {
      expect(answer).toMatchObject({ status: "rejected", reason: { status: 503, retryAfterS: 2 } });
    }
    expect(next).toBeInstanceOf(Overloaded);
    expect(world.pipeline.load).toMatchObject({ failing: true, waiting: 0 });
  });

  it("is over as soon as the store takes writes again: nothing is lost, nothing doubled", async () => {
    const { world, store } = await broken();
    await introduce(world);
    store.failCommits = 1;
    const failed = trouble(world);
    await expect(world.take(failed)).rejects.toMatchObject({ status: 503 });

    world.now += 2 * SECOND;
    await world.pipeline.tick(world.now);
    const again = await world.take(failed);
    const twice = await world.take(failed);

    expect([again.accepted, twice.duplicates]).toEqual([1, 1]);
    expect(world.decisions("P-004")).toHaveLength(1);
  });

  it("takes back what was rewritten in it, and says so to whoever asked for that", async () => {
    const { world, store } = await broken();
    await introduce(world);
    store.failCommits = 1;

    const [taken, rewritten] = await Promise.allSettled([
      world.take(trouble(world)),
      world.pipeline.rewrite(T, "account/acme", (unit) => ({ ...unit, clock: unit.clock + 1 })),
    ]);
    world.now += 2 * SECOND;
    await world.pipeline.tick(world.now);

    expect([taken.status, rewritten.status]).toEqual(["rejected", "rejected"]);
    const rebuilt = await world.restart();
    await rebuilt.pipeline.tick(rebuilt.now);
    expectSame(await memoryOf(world), await memoryOf(rebuilt));
  });

  it("takes back tenant-wide changes, names and memberships too", async () => {
    const { world, store } = await broken();
    const before = world.pipeline.tenant(T)?.switches;
    store.failCommits = 2;
    const switches = { tenant: true, patterns: [], channels: [] };
    const who = { time: world.now, account: "acme", person: "ann", contact: { email: "ann@acme.test" } };

    const off = world.pipeline.tenantControl(T, { kind: "switches", switches, actor: "ops", reason: "" });
    await expect(off).rejects.toMatchObject({ status: 503 });
    world.now += 2 * SECOND;
    await world.pipeline.tick(world.now);
    await expect(world.take(event("person.identified", who))).rejects.toMatchObject({ status: 503 });
    world.now += 2 * SECOND;
    await world.pipeline.tick(world.now);
    const [found] = await store.identify(T, [{ namespace: "email", value: "ann@acme.test" }]);
    const nobody = await store.memberships(T, ["ann"]);
    await world.take(event("person.identified", who));

    expect(world.pipeline.tenant(T)?.switches).toEqual(before);
    expect(found).toBeNull();
    expect(nobody.get("ann")).toEqual([]);
    expect((await store.memberships(T, ["ann"])).get("ann")).toEqual(["account/acme"]);
  });

  it("does not silence timers of the units that were in it", async () => {
    const { world, store } = await broken();
    await introduce(world);
    await refusals(world, 5);
    store.failCommits = 1;
    await expect(refusals(world, 1)).rejects.toMatchObject({ status: 503 });

    await world.until(world.now + 21 * MINUTE);

    expect(world.deliveries("P-001").map(({ channel }) => channel)).toEqual(["in_app.notification", "email"]);
  });

  it("does not lose the counts of journey signals", async () => {
    const { world, store } = await broken();
    const missed = (i: number) =>
      event("onboarding.step_completed", { time: world.now, person: `p${i}`, data: { step: "invite" } });
    await world.take(missed(1), missed(2));
    store.failCommits = 1;
    await expect(world.take(missed(3))).rejects.toMatchObject({ status: 503 });
    world.now += 2 * SECOND;
    await world.pipeline.tick(world.now);

    const again = await world.restart();
    await again.until(again.now + 2 * MINUTE);
    const counted = (await again.pipeline.peek(T, "tenant"))?.population?.journeys.get(
      "J-001;tenant;step=invite",
    );

    expect(counted).toMatchObject({ count: 2 });
  });
});

describe("timers while the store takes no writes", () => {
  it("wait, and run at their due times when it does again", async () => {
    const store = faulty(memoryStore());
    const world = await createWorld({ store, now: Date.UTC(2026, 2, 2, 22) });
    await introduce(world);
    await world.take(trouble(world));
    store.isDown = true;
    const eight = Date.UTC(2026, 2, 3, 8);

    await world.until(eight + 2 * HOUR).catch(() => {});
    world.now = eight + 2 * HOUR;
    store.isDown = false;
    await world.until(world.now + 5 * SECOND);

    expect(world.sent.map(({ row }) => row.channel)).toEqual(["email"]);
    expect(world.deliveries("P-004")[0]?.createdAt).toBe(eight);
  });
});

describe("too much at once", () => {
  it("is answered 429 with a time to come back, and taken again when there is room", async () => {
    const world = await createWorld({ mostWaiting: 50 });
    const some = (count: number) =>
      Array.from({ length: count }, () =>
        event("page.viewed", { time: world.now, person: "u1", data: { page: "/" } }),
      );

    const first = world.take(...some(40));
    const refused = await world.take(...some(11)).catch((error: unknown) => error);
    const fits = world.take(...some(10));
    await Promise.all([first, fits]);
    const later = await world.take(...some(50));

    expect(refused).toMatchObject({ status: 429, retryAfterS: expect.any(Number) });
    expect(later.accepted).toBe(50);
  });
});

describe("one input that cannot be assessed", () => {
  it("does not take the others of its batch down with it", async () => {
    const world = await createWorld();
    await introduce(world);
    const poison = { kind: "sighting", sighting: { match: "m" } } as never;

    const results = await Promise.allSettled([
      world.take(trouble(world)),
      // Only the tenant's own unit counts a population.
      world.control({ unit: "account/acme" }, poison),
      world.take(trouble(world, "globex")),
    ]);

    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(world.matches("P-004").map(({ account }) => account)).toEqual(["acme", "globex"]);
    expect(world.pipeline.load.failing).toBe(false);
  });
});

describe("a listener that throws", () => {
  it("keeps nobody else from hearing, and the pipeline from nothing", async () => {
    const world = await createWorld();
    const heard: number[] = [];
    world.pipeline.subscribe(() => {
      throw new Error("a page that went away");
    });
    world.pipeline.subscribe(({ seq }) => heard.push(seq));

    await world.take(trouble(world));
    await world.take(trouble(world));

    expect(heard.length).toBeGreaterThanOrEqual(2);
  });
});

describe("a snapshot", () => {
  it("never holds what is not written: taken in the middle of a batch, it waits for its end", async () => {
    const inner = memoryStore();
    const store = faulty(inner);
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await world.pipeline.checkpoint();
    store.failCommits = 1;

    const failing = world.take(trouble(world)).catch(() => "503");
    const saved = world.pipeline.checkpoint();
    await Promise.all([failing, saved]);
    world.now += 2 * SECOND;
    await world.pipeline.tick(world.now);
    const again = await world.restart();

    expect(await failing).toBe("503");
    expect((await again.pipeline.peek(T, "account/acme"))?.tracked.size).toBe(0);
    expectSame(await memoryOf(again), await memoryOf(world));
  });

  it("that is missing is rebuilt from the log", async () => {
    const store = memoryStore();
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await refusals(world, 5);
    await world.pipeline.drain();
    const before = await memoryOf(world);

    store.loadUnits = async () => [];

    expectSame(await memoryOf(await world.restart()), before);
  });

  it("that turns out to be damaged when a commit fails holds up nobody else", async () => {
    const store = faulty(memoryStore());
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await introduce(world, "globex");
    await world.pipeline.drain();
    const load = store.loadUnits;
    store.loadUnits = async (names) => {
      if (names.some(({ unit }) => unit === "account/acme")) throw new StoreDamaged("damaged");
      return load(names);
    };
    store.failCommits = 1;
    await world.take(trouble(world)).catch(() => {});
    world.now += 2 * SECOND;
    await world.pipeline.tick(world.now);

    await world.take(trouble(world, "globex", "ann@globex"));
    await world.pipeline.checkpoint();

    await expect(world.take(trouble(world))).rejects.toThrow();
    expect(world.pipeline.load.failing).toBe(false);
    expect(world.deliveries("P-004").map(({ unit }) => unit)).toEqual(["account/globex"]);
  });

  it("is read once, however many ask for its unit at the same time", async () => {
    const store = memoryStore();
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await world.pipeline.drain();
    const again = await world.restart();

    const [peeked] = await Promise.all([
      again.pipeline.peek(T, "account/acme"),
      again.take(trouble(again)),
      again.pipeline.peek(T, "account/acme"),
    ]);
    again.now += DAY;
    await again.pipeline.tick(again.now);

    expect(peeked).toBe(again.pipeline.units.get(T, "account/acme"));
    expect(peeked?.tracked.size).toBe(1);
  });
});

describe("the checkpoint", () => {
  it("never passes an input that no snapshot holds, when a commit fails while it is written", async () => {
    const store = faulty(memoryStore());
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await refusals(world, 5);
    // The account is changed and unsaved; a failed commit takes it out of memory in the middle of the saving.
    const save = store.saveUnits;
    store.saveUnits = async (rows) => {
      store.failCommits = 1;
      await world.take(trouble(world)).catch(() => {});
      await save(rows);
    };
    await world.pipeline.checkpoint();
    store.saveUnits = save;
    await world.take(trouble(world)).catch(() => {});

    const again = await world.restart();
    await again.until(again.now + 21 * MINUTE);

    expect(again.deliveries("P-001").map(({ channel }) => channel)).toEqual(["in_app.notification", "email"]);
  });

  it("waits for snapshots that could not be written", async () => {
    const store = faulty(memoryStore());
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await refusals(world, 5);
    const before = await store.checkpoint();
    store.isDown = true;
    await world.pipeline.checkpoint().catch(() => {});
    const during = await store.checkpoint();
    store.isDown = false;
    await world.pipeline.checkpoint();

    expect(during).toBe(before);
    expect(await store.checkpoint()).toBeGreaterThan(before);
  });
});
