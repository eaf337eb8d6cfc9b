import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Delivery } from "../../server/core/delivery.ts";
import type { Pattern } from "../../server/core/pattern.ts";
import { DEFAULT_SETTINGS, type TenantSettings } from "../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE } from "../../server/core/time.ts";
import type { PersonState } from "../../server/core/unit.ts";
import { encodeUnit } from "../../server/core/unit-codec.ts";
import type { Engine } from "../../server/core/unit-upgrades.ts";
import { THIS_ENGINE } from "../../server/core/unit-upgrades.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import type { LogInput, Store } from "../../server/store/contract.ts";
import { aSettings, NOON } from "../builders.ts";
import { type FlowStore, faulty, type MemoryStore, memoryStore } from "./memory-store.ts";
import { expectSame } from "./same.ts";
import { aSteadyStory, play } from "./story.ts";
import { createWorld, event, introduce, openWorld, refusals, T, type World } from "./world.ts";

/** The engine after this one, which keeps states as they are. */
const NEXT: Engine = {
  version: THIS_ENGINE.version + 1,
  upgrades: [...THIS_ENGINE.upgrades, (state) => state],
};

/** How often the replay made a delivery that nobody queued, and did not make one that somebody had. */
interface Differences {
  made: number;
  missed: number;
}

/** What another engine might judge otherwise, told as other settings than those that held when the log was written. */
function judgingOtherwise(
  store: MemoryStore,
  settings: Partial<TenantSettings>,
  differences: Differences = { made: 0, missed: 0 },
): FlowStore {
  const changed = (input: LogInput): LogInput =>
    "control" in input.body && input.body.control.kind === "settings"
      ? { ...input, body: { control: { kind: "settings", settings: aSettings(settings) } } }
      : input;
  return {
    ...store,
    inputs: async (query) => (await store.inputs(query)).map(changed),
    async served(tenant, unit, known) {
      const served = await store.served(tenant, unit, known);
      const ids = served.deliveries.map(({ id }) => id);
      differences.made += known.deliveries.filter((id) => !ids.includes(id)).length;
      differences.missed += ids.filter((id) => !known.deliveries.includes(id)).length;
      return served;
    },
  };
}

/** What nobody may forget. */
function remembered(world: World): readonly string[] {
  const kept = ({ id, stoppedAt, consent, roles, channelsOff, muted, reach, tickets }: PersonState) =>
    JSON.stringify({ id, stoppedAt, consent, roles, channelsOff, muted, reach, tickets });
  return [...world.pipeline.units.values()]
    .flatMap((unit) => [...unit.persons.values()].map((person) => `${unit.id} ${kept(person)}`))
    .sort();
}

function states(world: World): readonly string[] {
  return [...world.pipeline.units.values()].map((unit) => encodeUnit(unit)).sort();
}

/** Rows of the tables, each as it is now. */
function rowsOf(store: MemoryStore): ReadonlyMap<string, Delivery> {
  return new Map(
    store.effects.flatMap((effect) => (effect.kind === "delivery" ? [[effect.row.id, effect.row]] : [])),
  );
}

/** Accounts that have something to be helped with, at different moments of a day; of the last one nothing has left. */
async function troubles(world: World, accounts: number): Promise<void> {
  for (const account of ["acme", "globex", "initech", "umbrella"].slice(0, accounts)) {
    await world.until(world.now + 5 * HOUR);
    await introduce(world, account);
    await refusals(world, 5, account);
    const person = account === "acme" ? "bill" : `bill@${account}`;
    const data = { recurring: true };
    await world.take(event("billing.payment_failed", { time: world.now, account, person, data }));
  }
}

const OTHERWISE: readonly Partial<TenantSettings>[] = [
  { gap: 0 },
  { gap: 12 * HOUR },
  { cap: { messages: 1, within: 3 * DAY } },
  { cap: { messages: 50, within: DAY } },
  { quiet: { from: 0, to: 23 * 60 } },
  { quiet: { from: 0, to: 0 } },
  { holdout: { percent: 60, salt: "other" } },
  { reviewUnder: 1.1 },
  { cooldown: 0 },
  { bands: { watch: 20, alert: 40, critical: 70 } },
  { bands: { watch: 50, alert: 80, critical: 95 } },
];

/** The shipped patterns as another engine might understand them: they fire sooner, later, weaker, or ask first. */
const SHIPPED = loadShipped().patterns;
const OTHER_PATTERNS: readonly (readonly Pattern[])[] = [
  SHIPPED,
  SHIPPED.map((pattern) => countingTo(pattern, -1)),
  SHIPPED.map((pattern) => countingTo(pattern, 1)),
  SHIPPED.map((pattern) => ({ ...pattern, risk: Math.round(pattern.risk * 0.6) })),
  SHIPPED.map((pattern) => ({ ...pattern, confidence: 0.4 })),
  SHIPPED.map((pattern) => ({ ...pattern, recipient: "admin" as const })),
];

function countingTo(pattern: Pattern, more: number): Pattern {
  const { when } = pattern;
  return when.kind === "count"
    ? { ...pattern, when: { ...when, count: Math.max(1, when.count + more) } }
    : pattern;
}

describe("a newer engine", () => {
  it("goes on with what an older one knew, although the log no longer goes back to it", async () => {
    const store = memoryStore();
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    const control = {
      kind: "preference",
      person: "tess",
      change: { kind: "stop" },
      actor: "x",
      reason: "",
    } as const;
    await world.control({ person: "tess" }, control);
    await refusals(world, 5);
    await world.until(world.now + HOUR);
    await world.pipeline.drain();
    const before = remembered(world);
    const tenantWide: FlowStore = {
      ...store,
      inputs: async (query) => (await store.inputs(query)).filter(({ unit }) => unit === null),
    };

    const again = await openWorld({ store: tenantWide, now: world.now, engine: NEXT });
    for (const { id } of world.pipeline.units.values()) await again.pipeline.peek(T, id);

    expect(before.join()).toContain('"stoppedAt":');
    expectSame(remembered(again), before);
  });

  it("brings a state through the upgrade of each engine in between, in their order", async () => {
    const store = memoryStore();
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await world.pipeline.drain();
    const seen: number[] = [];
    const step = (n: number) => (state: { readonly [name: string]: unknown }) => {
      seen.push(n);
      return { ...state, clock: (state.clock as number) + n };
    };
    const { version, upgrades } = THIS_ENGINE;

    const again = await openWorld({
      store,
      now: world.now,
      engine: { version: version + 2, upgrades: [...upgrades, step(1), step(2)] },
    });
    const unit = await again.pipeline.peek(T, "account/acme");

    expect(seen).toEqual([1, 2]);
    expect(unit?.clock).toBe((world.pipeline.units.get(T, "account/acme")?.clock ?? 0) + 3);
  });

  it("is not gone back from: the older one refuses to start, in a plain sentence", async () => {
    const store = memoryStore();
    const world = await createWorld({ store, now: NOON, engine: NEXT });
    await introduce(world);
    await world.pipeline.drain();

    await expect(openWorld({ store, now: world.now })).rejects.toThrow(
      `The data was written by a newer version of Forestall (engine ${NEXT.version}, this one knows up to ` +
        `${THIS_ENGINE.version}): start the newer version, or restore a backup from before it.`,
    );
  });

  it("refuses a state that it cannot read, and begins no customer anew for it", async () => {
    const store = memoryStore();
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await world.pipeline.drain();
    const load = store.loadUnits;
    const cut = (rows: Awaited<ReturnType<Store["loadUnits"]>>) =>
      rows.map((row) => ({ ...row, state: row.state.slice(0, 40) }));
    const again = await openWorld({
      store: { ...store, loadUnits: async (names) => cut(await load(names)) },
      now: world.now,
    });

    await expect(again.pipeline.peek(T, "account/acme")).rejects.toThrow("restore the newest backup");
  });
});

describe("an upgrade after a kill", () => {
  const aLife = {
    before: aSteadyStory(25),
    after: aSteadyStory(8),
    otherwise: fc.constantFrom(...OTHERWISE),
    patterns: fc.constantFrom(...OTHER_PATTERNS),
  };

  it("forgets nobody's stop or consent, sends nothing twice and loses nothing that was queued", async () => {
    const differences: Differences = { made: 0, missed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.record(aLife),
        fc.nat(30),
        fc.nat(4),
        async ({ before, after, otherwise, patterns }, saveAt, leaveAfter) => {
          const store = memoryStore();
          const world = await createWorld({ store, now: NOON });
          await play(world, before, { stops: [[saveAt, "checkpoint"]] });
          await troubles(world, leaveAfter);
          const known = remembered(world);
          const killed = store.clone();
          const served = rowsOf(killed);

          const tables = judgingOtherwise(killed, otherwise, differences);
          const again = await openWorld({ store: tables, now: world.now, engine: NEXT, patterns });
          again.sent.push(...world.sent);
          again.committed.push(...world.committed);
          for (const { id } of world.pipeline.units.values()) await again.pipeline.peek(T, id);

          for (const line of known) expect(remembered(again)).toContain(line);
          for (const unit of again.pipeline.units.values()) {
            for (const row of unit.deliveries.values()) expect(row).toEqual(rowsOf(killed).get(row.id));
          }
          await play(again, after);
          await again.until(again.now + 4 * DAY);
          const steps = again.sent
            .filter(({ row }) => row.manual === null)
            .map(({ row }) => `${row.match} ${row.step} ${row.match === "" ? row.id : ""}`);
          expect(steps.length).toBe(new Set(steps).size);
          const isForSomebodyToSee = (row: Delivery) =>
            row.channel.startsWith("in_app") || row.channel === "broadcast";
          const rows = rowsOf(killed);
          const left = [...served.keys()]
            .map((id) => rows.get(id))
            .filter((row) => row !== undefined && row.status === "queued" && !isForSomebodyToSee(row));
          expect(left).toEqual([]);
        },
      ),
      { seed: 20261128, numRuns: 30 },
    );
    // The stand-in did judge otherwise, in both ways.

    expect(differences.made).toBeGreaterThan(10);
    expect(differences.missed).toBeGreaterThan(10);
  });

  it("leads to the same again after another kill, at whatever moment", async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(aLife), async ({ before, otherwise, patterns }) => {
        const store = memoryStore();
        const world = await createWorld({ store, now: NOON });
        await play(world, before);
        await troubles(world, 2);
        const killed = store.clone();
        const first = await openWorld({
          store: judgingOtherwise(killed, otherwise),
          now: world.now,
          engine: NEXT,
          patterns,
        });
        const after = states(first);

        const second = await openWorld({
          store: judgingOtherwise(killed.clone(), otherwise),
          now: world.now + MINUTE,
          engine: NEXT,
          patterns,
        });

        expectSame(states(second), after);
        expect(killed.log.some(({ body }) => "control" in body && body.control.kind === "reconcile")).toBe(
          true,
        );
      }),
      { seed: 7, numRuns: 20 },
    );
  });

  it.each([
    ["has room for all", {}],
    ["has room for one, so that units are saved before they are told", { mostUnits: 1 }],
  ])("that is killed while units are told goes on with those that were not: memory %s", async (_, room) => {
    const store = memoryStore();
    const world = await createWorld({ store, now: NOON });
    for (const account of ["acme", "globex", "initech"]) {
      await introduce(world, account);
      await refusals(world, 5, account);
    }
    await world.until(world.now + MINUTE);
    const killed = store.clone();
    const judged = new Set(killed.log.flatMap(({ unit }) => unit ?? []));
    const rows = [...rowsOf(killed).values()];
    const tables = judgingOtherwise(killed, { reviewUnder: 1.1 });
    const failing = faulty(tables);
    failing.failCommits = 1;

    await expect(openWorld({ store: failing, now: world.now, engine: NEXT, ...room })).rejects.toThrow();
    const again = await openWorld({ store: tables, now: world.now, engine: NEXT, ...room });

    const told = killed.log.filter(({ body }) => "control" in body && body.control.kind === "reconcile");
    expect(told.map(({ unit }) => unit).sort()).toEqual([...judged].sort());
    expect(again.pipeline.units.owed).toEqual([]);
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) {
      const unit = await again.pipeline.peek(T, row.unit);
      expect(unit?.deliveries.get(row.id)).toEqual(row);
    }
  });
});

/** Every snapshot there is turns out to be damaged; those that are saved from now on are not. */
function withoutSnapshots(store: FlowStore): FlowStore {
  const sound = new Set<string>();
  return {
    ...store,
    async saveUnits(rows) {
      await store.saveUnits(rows);
      for (const { tenant, unit } of rows) sound.add(`${tenant} ${unit}`);
    },
    loadUnits: async (names) =>
      (await store.loadUnits(names)).filter(({ tenant, unit }) => sound.has(`${tenant} ${unit}`)),
  };
}

describe("a unit whose snapshot is damaged while the log is whole", () => {
  const aLife = {
    before: aSteadyStory(25),
    after: aSteadyStory(8),
    otherwise: fc.constantFrom(...OTHERWISE),
    patterns: fc.constantFrom(...OTHER_PATTERNS),
  };
  const reconciles = ({ log }: MemoryStore) =>
    log.filter(({ body }) => "control" in body && body.control.kind === "reconcile").length;

  it.each(["in good order", "by a kill"])(
    "is made again by a newer engine and sends nothing twice (the older one was ended %s)",
    async (end) => {
      let told = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.record(aLife),
          fc.nat(40),
          async ({ before, after, otherwise, patterns }, saveAt) => {
            const store = memoryStore();
            const world = await createWorld({ store, now: NOON });
            await play(world, before, { stops: [[saveAt, "checkpoint"]] });
            await troubles(world, 3);
            if (end === "in good order") await world.pipeline.drain();
            const known = remembered(world);
            const left = store.clone();

            const again = await openWorld({
              store: withoutSnapshots(judgingOtherwise(left, otherwise)),
              now: world.now,
              engine: NEXT,
              patterns,
            });
            again.sent.push(...world.sent);
            again.committed.push(...world.committed);
            for (const { id } of world.pipeline.units.values()) await again.pipeline.peek(T, id);
            await again.pipeline.checkpoint();

            for (const line of known) expect(remembered(again)).toContain(line);
            for (const unit of again.pipeline.units.values()) {
              for (const row of unit.deliveries.values()) expect(row).toEqual(rowsOf(left).get(row.id));
            }
            await play(again, after);
            await again.until(again.now + 4 * DAY);
            const steps = again.sent
              .filter(({ row }) => row.manual === null)
              .map(({ row }) => `${row.match} ${row.step} ${row.match === "" ? row.id : ""}`);
            expect(steps.length).toBe(new Set(steps).size);
            told += reconciles(left);
          },
        ),
        { seed: 20261128, numRuns: 12 },
      );

      expect(told).toBeGreaterThan(20);
    },
  );

  it("is told what was served before its first input, and before it is saved", async () => {
    const store = memoryStore();
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await refusals(world, 5);
    await world.until(world.now + HOUR);
    await world.pipeline.drain();
    const open = async () => {
      const left = store.clone();
      const again = await openWorld({ store: withoutSnapshots(left), now: world.now, engine: NEXT });
      return { left, again };
    };

    const heard = await open();
    await heard.again.take(event("page.viewed", { time: world.now, account: "acme", person: "dev" }));
    const looked = await open();
    await looked.again.pipeline.peek(T, "account/acme");
    await looked.again.pipeline.saveSome();
    await looked.again.pipeline.checkpoint();

    const kinds = heard.left.log
      .slice(store.log.length)
      .filter(({ unit }) => unit === "account/acme")
      .map(({ body }) => ("event" in body ? body.event.type : body.control.kind));
    expect(kinds.slice(0, 2)).toEqual(["reconcile", "page.viewed"]);
    expect(reconciles(looked.left)).toBe(1);
    expect(await looked.left.checkpoint()).toBe(looked.left.log.length);
    expect(await looked.left.loadUnits([{ tenant: T, unit: "account/acme" }])).toMatchObject([
      { engine: String(NEXT.version) },
    ]);
  });

  it("is made again whole at a start, when inputs of it stand behind the checkpoint too", async () => {
    const store = memoryStore();
    const world = await createWorld({ store, now: NOON });
    await introduce(world);
    await world.pipeline.checkpoint();
    await refusals(world, 5);
    const before = states(world);

    const again = await openWorld({ store: withoutSnapshots(store.clone()), now: world.now });
    for (const { id } of world.pipeline.units.values()) await again.pipeline.peek(T, id);

    expectSame(states(again), before);
  });
});

describe("the settings that every test of an upgrade changes", () => {
  it("are none that a tenant has by default", () => {
    for (const change of OTHERWISE) expect({ ...DEFAULT_SETTINGS, ...change }).not.toEqual(DEFAULT_SETTINGS);
  });
});
