import { describe, expect, test } from "vitest";
import { rank } from "../../../server/core/engine/scores.ts";
import type { Pattern } from "../../../server/core/pattern.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import { aPattern, NOON } from "../../builders.ts";
import { createWorld, type World } from "./world.ts";

const once = (id: string, changes: Partial<Pattern>): Pattern =>
  aPattern({ id, when: { kind: "once", of: [id], where: {} }, quiet: 20 * DAY, ...changes });

const seen = (world: World) => world.scores().map(({ key, score, band }) => `${key} ${score} ${band}`);
const sweepIn = (world: World) =>
  Number(
    world
      .timers()
      .find((timer) => timer.startsWith("sweep"))
      ?.split(" ")[2],
  );

describe("the score of a key", () => {
  test("is written when what it is made of changes, with the reason", () => {
    const world = createWorld();
    world.trouble();

    expect(world.scores()).toMatchObject([
      {
        tenant: "t1",
        unit: "account/acme",
        key: "account/acme",
        at: NOON,
        score: 85,
        band: "critical",
        why: "API rate limit accumulation",
        change: "+ API rate limit accumulation",
        history: true,
      },
    ]);
  });

  test("of a person counts in that of their account too", () => {
    const world = createWorld({ patterns: [aPattern({ per: ["person"] })] });
    world.trouble();

    expect(seen(world).sort()).toEqual(["account/acme 85 critical", "person/u1 85 critical"]);
  });

  test("of an account says nothing about its persons", () => {
    const world = createWorld();
    world.trouble();

    expect([...world.unit.scores.keys()]).toEqual(["account/acme"]);
  });

  test("is not written again while nothing moves by five points", () => {
    const world = createWorld({ patterns: [aPattern({ risk: 75, halfLife: DAY })] });
    world.trouble();
    world.pass(DAY / 20);

    expect(seen(world)).toEqual(["account/acme 75 alert"]);
  });

  test("is not written by what has nothing to do with it, however far it has moved", () => {
    const world = createWorld({ patterns: [aPattern({ halfLife: 5 * MINUTE })] });
    world.trouble();
    world.now += MINUTE;
    world.happens({ type: "feature.used" });

    expect(sweepIn(world)).toBeGreaterThan(0);
    expect(seen(world)).toEqual(["account/acme 85 critical"]);
  });

  test("is written when it has moved by five points, though the band stays", () => {
    const world = createWorld({ patterns: [aPattern({ risk: 80, halfLife: DAY })] });
    world.trouble();
    world.pass(3 * HOUR);

    expect(seen(world)).toEqual(["account/acme 80 alert", "account/acme 75 alert"]);
    expect(world.scores().at(-1)?.change).toBe("faded, as nothing new was seen");
  });

  test("is written when the band changes, though it moved by one point", () => {
    const world = createWorld({ patterns: [aPattern({ risk: 81, halfLife: DAY })] });
    world.trouble();
    world.pass(HOUR);

    expect(seen(world)).toEqual(["account/acme 81 critical", "account/acme 80 alert"]);
  });

  test("ends when nothing is left of it, and is forgotten", () => {
    const world = createWorld({ patterns: [aPattern({ halfLife: HOUR })] });
    world.trouble();
    world.pass(7 * HOUR);

    expect(world.scores().at(-1)).toMatchObject({ score: 0, band: "normal", why: "nothing of concern" });
    expect(world.unit.scores.size).toBe(0);
    expect(sweepIn(world)).toBeNaN();
  });

  test("of what never counted is not written", () => {
    const world = createWorld({ patterns: [aPattern({ risk: 0.5 })] });
    world.trouble();

    expect(seen(world)).toEqual([]);
  });
});

describe("the next look at a score", () => {
  /** So many minutes after what happened it is looked at next; the grid of this unit has its own beginning. */
  function nextLook(...patterns: readonly Pattern[]): World {
    const world = createWorld({ patterns });
    for (const { id } of patterns) world.happens({ type: id });
    return world;
  }

  test.each<[string, Partial<Pattern>, number]>([
    ["critical, five points away from change", { risk: 95, halfLife: DAY }, Math.log2(95 / 90.5)],
    ["critical, near its end", { risk: 82, halfLife: DAY }, Math.log2(82 / 80.5)],
    ["alert, near its end", { risk: 62, halfLife: DAY }, Math.log2(62 / 60.5)],
    ["watch, near its end", { risk: 32, halfLife: DAY }, Math.log2(32 / 30.5)],
    ["normal, five points away from change", { risk: 20, halfLife: DAY }, Math.log2(20 / 15.5)],
    ["normal, near nothing at all", { risk: 3, halfLife: DAY }, Math.log2(3 / 1)],
  ])("is at the first point of the grid by which it may have changed: %s", (_words, changes, halfLives) => {
    const world = nextLook(once("a", changes));
    const earliest = (halfLives * DAY) / MINUTE;

    expect(sweepIn(world)).toBeGreaterThan(earliest - 1);
    expect(sweepIn(world)).toBeLessThan(earliest + 15);
  });

  test("follows what fades fastest", () => {
    const world = nextLook(
      once("a", { risk: 50, family: "one", halfLife: DAY }),
      once("b", { risk: 50, family: "two", halfLife: HOUR }),
    );

    expect(sweepIn(world)).toBeLessThan(30);
  });

  test("does not wait past the moment in which another match leads its family", () => {
    const patterns = [
      once("a", { risk: 50, family: "one", halfLife: HOUR }),
      once("b", { risk: 49.5, family: "one", halfLife: 30 * DAY }),
    ];
    const world = nextLook(...patterns);
    world.pass(HOUR);

    expect(world.scores().at(-1)?.contributions).toMatchObject([{ pattern: "b" }]);
    expect(world.scores().at(-1)?.at).toBeLessThanOrEqual(NOON + 16 * MINUTE);
  });

  test("takes no notice of one behind it that fades faster, or of one that counts for nothing", () => {
    const world = nextLook(
      once("a", { risk: 95, family: "one", halfLife: DAY }),
      once("b", { risk: 94, family: "one", halfLife: HOUR }),
      once("c", { risk: 0.5, family: "one", halfLife: 99 * DAY }),
    );

    expect(sweepIn(world)).toBeGreaterThan((Math.log2(95 / 90.5) * DAY) / MINUTE - 1);
  });

  test("lies on a grid of a quarter of an hour", () => {
    const world = nextLook(once("a", { risk: 95, halfLife: DAY }));
    const first = world.now + sweepIn(world) * MINUTE;
    world.pass(5 * DAY);
    const later = world.now + sweepIn(world) * MINUTE;

    expect((later - first) % (15 * MINUTE)).toBe(0);
  });
});

test("a score that is about to change is looked at on the next point of the grid, not again on this one", () => {
  const almost = once("a", { risk: 80.5, halfLife: DAY });
  const before = createWorld({ patterns: [almost] });
  before.happens({ type: "a" });
  const world = createWorld({ patterns: [almost] });
  world.now += sweepIn(before) * MINUTE;
  world.happens({ type: "a" });

  expect(sweepIn(world)).toBe(15);
});

test("the bands have an order", () => {
  expect((["normal", "watch", "alert", "critical"] as const).map(rank)).toEqual([0, 1, 2, 3]);
});

describe("the reason of a change", () => {
  const three = ["a", "b", "c", "d"].map((id) => once(id, { name: `trouble ${id}`, family: id, risk: 40 }));
  const last = (world: World) => world.scores().at(-1)?.change;

  test("names two that came, and counts the others", () => {
    const world = createWorld({
      patterns: three.map((one) => ({ ...one, when: { kind: "once", of: ["x"], where: {} } })),
    });
    world.happens({ type: "x" });

    expect(last(world)).toBe("+ trouble a; + trouble b; and 2 more");
  });

  test("names exactly two without a count", () => {
    const world = createWorld({
      patterns: three.slice(0, 2).map((one) => ({ ...one, when: { kind: "once", of: ["x"], where: {} } })),
    });
    world.happens({ type: "x" });

    expect(last(world)).toBe("+ trouble a; + trouble b");
  });

  test("says how one went", () => {
    const world = createWorld({ patterns: three });
    const said: (string | undefined)[] = [];
    for (const { id } of three) world.happens({ type: id });
    const give = (control: Parameters<World["give"]>[0]) => {
      world.now += MINUTE;
      world.give(control);
      said.push(last(world));
    };
    give({ kind: "verdict", match: "match-1", verdict: "false_alarm", actor: "a", reason: "" });
    give({
      kind: "feedback",
      delivery: null,
      match: "match-2",
      person: "u1",
      answer: "not_mine",
      stars: null,
    });

    expect(said).toEqual(["false alarm: trouble a", "not their problem, they say: trouble b"]);
  });

  test("says that it was solved, or taken back by a late event, or faded", () => {
    const recovers = { of: ["better"], where: {} };
    const world = createWorld({
      patterns: [
        once("a", { name: "trouble a", recovers }),
        once("b", { name: "trouble b", family: "b", risk: 40 }),
      ],
    });
    world.happens({ type: "a" });
    world.happens({ type: "b" });
    world.now += MINUTE;
    world.happens({ type: "better" });
    const solved = last(world);
    world.pass(2 * DAY);

    expect([solved, last(world)]).toEqual(["resolved: trouble a", "faded: trouble b"]);
  });

  test("one whose place another of its family takes did not go", () => {
    const world = createWorld({
      patterns: [
        once("a", { name: "trouble a", family: "one", risk: 50 }),
        once("b", { name: "trouble b", family: "one", risk: 60 }),
      ],
    });
    world.happens({ type: "a" });
    world.happens({ type: "b" });

    expect(last(world)).toBe("+ trouble b");
  });

  test("the same again says so", () => {
    const world = createWorld({ patterns: [once("a", { name: "trouble a", risk: 80, halfLife: DAY })] });
    world.happens({ type: "a" });
    world.pass(6 * HOUR);
    world.happens({ type: "a" });

    expect(last(world)).toBe("again: trouble a");
  });

  test("bands that were set anew say so", () => {
    const world = createWorld({
      patterns: [once("a", { name: "trouble a", risk: 50, halfLife: 999 * DAY })],
    });
    world.happens({ type: "a" });
    const { settings } = world.tenant;
    world.tenant = {
      ...world.tenant,
      settings: { ...settings, bands: { watch: 10, alert: 20, critical: 90 } },
    };
    world.happens({ type: "a" });

    expect(last(world)).toBe("the bands were set anew");
  });
});
