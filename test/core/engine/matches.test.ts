import { describe, expect, test } from "vitest";
import { endsQuietly } from "../../../server/core/engine/recovery.ts";
import type { Event } from "../../../server/core/event.ts";
import type { Pattern } from "../../../server/core/pattern.ts";
import { DAY, HOUR, MINUTE, ON_TIME } from "../../../server/core/time.ts";
import { aMatch, anAccount, aPattern, aPerson, aPursuit, aTracked, NOON } from "../../builders.ts";
import { createWorld, type World } from "./world.ts";

const RECOVERS = { of: ["api.recovered"], where: {} };

function sightings(world: World) {
  return world.effects.flatMap((effect) =>
    effect.kind === "forward" && effect.control.kind === "sighting"
      ? [[effect.unit, effect.control.sighting]]
      : [],
  );
}

describe("a match that fires", () => {
  test("is written at once, and again whenever evidence adds to it", () => {
    const world = createWorld();
    world.trouble();
    world.happens();
    const rows = world.effects.flatMap((effect) => (effect.kind === "match" ? [effect.row] : []));

    expect(rows.map(({ id, state, count }) => `${id} ${state} ${count}`)).toEqual([
      "match-1 open 5",
      "match-1 open 6",
    ]);
  });

  test("is told to the tenant's own unit, which counts", () => {
    const world = createWorld();
    world.trouble({ data: { status: 429, component: "exports" } });

    expect(sightings(world)).toEqual([
      [
        "tenant",
        {
          match: "match-1",
          pattern: "P-001",
          family: "api-rate-limit",
          component: "exports",
          account: "acme",
          person: "u1",
          at: NOON,
        },
      ],
    ]);
  });

  test.each<[string, Event["data"]]>([
    ["none", { status: 429 }],
    ["one that is no text", { status: 429, component: 7 }],
  ])("of %s names no component", (_words, data) => {
    const world = createWorld();
    world.trouble({ data });

    expect(sightings(world)[0]?.[1]).toMatchObject({ component: null });
  });

  test("only to be logged is pursued by nobody, and counted nowhere", () => {
    const world = createWorld({ patterns: [aPattern({ logOnly: true })] });
    world.trouble();

    expect(world.tracked().pursuit).toBeNull();
    expect(sightings(world)).toEqual([]);
    expect(world.scores().at(-1)?.score).toBe(85);
  });

  test.each<[string, number | null, boolean]>([
    ["an area that is new", NOON - 90 * DAY + 1, true],
    ["an area that is ninety days old", NOON - 90 * DAY, false],
    ["an area that nobody knows", null, false],
  ])("in %s", (_words, since, experimental) => {
    const world = createWorld({
      tenant: { productAreas: new Map(since === null ? [] : [["reports", since]]) },
    });
    world.unit.account = anAccount({ productArea: "reports" });
    world.trouble();

    expect(world.match().experimental).toBe(experimental);
  });
});

describe("the person of a match", () => {
  const moreOf = (per: Pattern["per"], adopted: boolean, known: string | null) => {
    const world = createWorld({ patterns: [aPattern({ per })], persons: [aPerson(), aPerson({ id: "u2" })] });
    world.trouble();
    const tracked = world.tracked();
    if (adopted) tracked.adopted = true;
    tracked.match = { ...tracked.match, person: known };
    for (let i = 0; i < 6; i++) world.happens({ person: per[0] === "person" ? "u1" : "u2" });
    return world.match().person;
  };

  test("is whoever most of its evidence is of", () => {
    expect(moreOf(["account"], false, "u1")).toBe("u2");
    expect(moreOf(["account"], true, "u1")).toBe("u2");
    expect(moreOf(["person"], false, null)).toBe("u1");
  });

  test("stays the one under whose new name it was taken up", () => {
    expect(moreOf(["person"], true, "u1-of-the-merged")).toBe("u1-of-the-merged");
  });
});

describe("a match whose trouble ends", () => {
  const open = () => {
    const world = createWorld({
      patterns: [aPattern({ channels: ["email"], recovers: RECOVERS, quiet: HOUR })],
    });
    world.trouble();
    return world;
  };
  const recovers = (world: World, changes: Partial<Event> = {}) =>
    world.happens({ type: "api.recovered", ...changes });

  test("by recovery counts for nothing, and what is queued is taken back", () => {
    const world = open();
    world.now += MINUTE;
    recovers(world);

    expect(world.tracked()).toMatchObject({
      silenced: "recovery",
      match: { state: "closed", closedBy: "recovery", closedAt: NOON + MINUTE },
      pursuit: { state: "ended", lastReason: "resolved", sentSteps: [] },
    });
    expect(world.delivery()).toMatchObject({ status: "suppressed", detail: "resolved" });
    expect(world.scores().at(-1)?.score).toBe(0);
  });

  test("by going quiet still counts, and recovers when that is heard later", () => {
    const world = open();
    world.pass(2 * HOUR);
    const before = world.tracked();
    expect([before.silenced, before.match.closedBy]).toEqual([null, "quiet"]);
    recovers(world);

    expect(world.tracked()).toMatchObject({ silenced: "recovery", match: { closedBy: "quiet" } });
    expect(world.scores().at(-1)?.score).toBe(0);
  });

  test("by recovery stays over when more of the time before that comes late", () => {
    const world = open();
    world.now += MINUTE;
    recovers(world);
    world.happens({ time: NOON + 1 });

    expect(world.tracked()).toMatchObject({
      silenced: "recovery",
      match: { count: 6, state: "closed" },
      pursuit: { state: "ended" },
    });
    expect(world.deliveries().map(({ status }) => status)).toEqual(["suppressed"]);
  });

  test.each<[string, Partial<Event>]>([
    ["of before its last evidence", { time: NOON - 1 }],
    ["of more than a day ago", { time: NOON - DAY }],
    ["of another kind", { type: "api.something" }],
    ["of another account", { account: null }],
  ])("and gone quiet does not recover by word %s", (_words, changes) => {
    const world = open();
    world.pass(2 * HOUR);
    recovers(world, changes);

    expect(world.tracked().silenced).toBeNull();
  });
});

test.each([
  ["what undid it was undone", "retracted", "held"],
  ["it was stopped for another reason", "stale", "ended"],
] as const)("a match that comes back is judged anew when %s", (_words, lastReason, state) => {
  const world = createWorld({ persons: [aPerson({ snoozedUntil: NOON + HOUR })] });
  world.trouble();
  const tracked = world.tracked();
  tracked.match = { ...tracked.match, state: "retracted", closedAt: NOON };
  tracked.pursuit = aPursuit({ state: "ended", lastReason });
  world.now += MINUTE;
  world.happens();

  expect(world.tracked()).toMatchObject({ match: { state: "open" }, pursuit: { state } });
});

describe("a match that was taken up under another name", () => {
  const missing = { of: ["done"], where: {} };
  const after = { of: ["api.request_failed"], where: {} };
  const orphan = (changes: Partial<Pattern>) => {
    const world = createWorld({ patterns: [aPattern({ quiet: HOUR, ...changes })] });
    world.unit.tracked.set("match-1", aTracked({ adopted: true }));
    world.now += MINUTE;
    return world;
  };
  const closedBy = (world: World, type: string) => {
    world.happens({ type });
    const { closedBy: by, closedAt } = world.unit.tracked.get("match-1")?.match ?? aMatch();
    return [by, closedAt];
  };

  test.each<[string, Partial<Pattern>, string]>([
    ["recovery", { recovers: RECOVERS }, "api.recovered"],
    ["broken", { when: { kind: "consecutive", count: 5, ...after, brokenBy: missing } }, "done"],
    ["answered", { when: { kind: "absence", after, missing, for: HOUR } }, "done"],
  ])("is closed by what would have closed it there: %s", (by, changes, type) => {
    const world = orphan(changes);

    expect(closedBy(world, type)).toEqual([by, NOON + MINUTE]);
    expect(world.unit.tracked.get("match-1")?.silenced).toBe("recovery");
  });

  test("is not closed by anything else", () => {
    for (const when of [
      { kind: "count", count: 5, ...after, within: HOUR },
      { kind: "consecutive", count: 5, ...after, brokenBy: missing },
      { kind: "absence", after, missing, for: HOUR },
    ] as const) {
      expect(closedBy(orphan({ when, recovers: RECOVERS }), "feature.used")).toEqual([null, null]);
    }
    expect(closedBy(orphan({}), "done")).toEqual([null, null]);
  });

  test("is not closed by what was before its last evidence", () => {
    const world = orphan({ recovers: RECOVERS });
    world.happens({ type: "api.recovered", time: NOON - 1 });

    expect(world.match().state).toBe("open");
  });

  test("goes quiet by itself, a minute of grace later", () => {
    const world = orphan({});
    world.now = NOON + HOUR + ON_TIME - 1;
    world.happens({ type: "feature.used" });
    const before = world.match().state;
    world.now += 1;
    world.happens({ type: "feature.used" });

    expect([before, world.match().closedBy, world.match().closedAt]).toEqual(["open", "quiet", NOON + HOUR]);
  });

  test("waits for what it waits for, however long that takes", () => {
    const world = orphan({ when: { kind: "absence", after, missing, for: HOUR } });
    world.now += 10 * HOUR;
    world.happens({ type: "feature.used" });

    expect(world.unit.tracked.get("match-1")?.match.state).toBe("open");
  });
});

test.each([
  ["count", true],
  ["distinct", true],
  ["consecutive", true],
  ["sequence", true],
  ["once", true],
  ["score", true],
  ["absence", false],
  ["level", false],
  ["spike", false],
  ["drop", false],
])("a match of the kind %s ends by going quiet: %s", (kind, quietly) => {
  expect(endsQuietly(kind)).toBe(quietly);
});
