import { describe, expect, test } from "vitest";
import { endsQuietly } from "../../../server/core/engine/recovery.ts";
import type { Event } from "../../../server/core/event.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import { anAccount, aPattern, NOON } from "../../builders.ts";
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
