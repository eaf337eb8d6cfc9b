import { describe, expect, test } from "vitest";
import type { Event } from "../../../server/core/event.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import { aPattern, aPerson, NOON } from "../../builders.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

const BRIEF = aPattern({ channels: ["email"], window: DAY, halfLife: HOUR, categories: ["limits"] });

function sent(options: WorldOptions = {}): World {
  const world = createWorld({ patterns: [BRIEF], ...options });
  world.trouble();
  world.sends();
  return world;
}
const ticket = (world: World, changes: Partial<Event> = {}) =>
  world.happens({ type: "ticket.created", ...changes, data: { ticket: "1", ...changes.data } });

describe("what became of a match is decided when its window has passed", () => {
  test("and not a moment earlier", () => {
    const world = sent();
    world.pass(DAY - 1);
    const before = world.outcomes();
    world.pass(1);

    expect([before, world.outcomes()]).toEqual([[], ["unknown"]]);
  });

  test.each<[string, Partial<Event>, string]>([
    ["about its issue", { data: { category: "api_integration" } }, "not_prevented"],
    ["of a category that its pattern names", { data: { category: "limits" } }, "not_prevented"],
    ["about nothing that we know", { data: { category: "weather" } }, "not_prevented"],
    ["without a category", {}, "not_prevented"],
    ["about another issue", { data: { category: "billing" } }, "unknown"],
    ["by a colleague of theirs, as the match is the account's", { person: "u2" }, "not_prevented"],
    ["that is one of ours", { data: { channel: "forestall" } }, "unknown"],
    ["that was opened from our message", { data: { channel: "forestall:delivery-1" } }, "handoff"],
    ["at the moment in which it fired", { time: NOON }, "unknown"],
    ["a moment later", { time: NOON + 1 }, "not_prevented"],
  ])("by a ticket %s", (_words, changes, outcome) => {
    const world = sent();
    world.now += MINUTE;
    ticket(world, changes);
    world.pass(DAY);

    expect(world.outcomes()).toEqual([outcome]);
  });

  test("by a ticket of its own person alone, where it is a person's", () => {
    const outcome = (person: string) => {
      const world = sent({ patterns: [{ ...BRIEF, per: ["person"] }] });
      world.now += MINUTE;
      ticket(world, { person });
      world.pass(DAY);
      return world.outcomes();
    };

    expect([outcome("u1"), outcome("u2")]).toEqual([["not_prevented"], ["unknown"]]);
  });

  test("a ticket that is only changed decides nothing", () => {
    const world = sent();
    world.now += MINUTE;
    ticket(world, { type: "ticket.updated" });
    world.pass(DAY);

    expect(world.outcomes()).toEqual(["unknown"]);
  });

  test("the earliest ticket is the one", () => {
    const world = sent();
    world.now += HOUR;
    ticket(world, { time: NOON + 2 * MINUTE, data: { ticket: "second" } });
    ticket(world, { time: NOON + MINUTE, data: { ticket: "first" } });
    ticket(world, { time: NOON + 3 * MINUTE, data: { ticket: "third" } });

    expect(world.tracked().ticket).toEqual({ id: "first", at: NOON + MINUTE });
  });

  test("a ticket without a number goes by the id of its event", () => {
    const world = sent();
    world.now += MINUTE;
    world.happens({ type: "ticket.created", id: "own", data: {} });

    expect(world.tracked().ticket?.id).toBe("own");
  });
});

describe("it is corrected for a week", () => {
  function decided(): World {
    const world = sent();
    world.pass(DAY);
    return world;
  }

  test("by a ticket that comes late, up to the end of the window", () => {
    const world = decided();
    world.now += HOUR;
    ticket(world, { time: NOON + DAY + 1 });
    const before = world.outcomes().length;
    ticket(world, { time: NOON + DAY, data: { ticket: "2" } });

    expect([before, world.outcomes()]).toEqual([1, ["unknown", "not_prevented"]]);
  });

  const answer = (
    world: World,
    given: "yes" | "no" | "not_mine" | "someone_else" | null,
    match = "match-1",
  ) => world.give({ kind: "feedback", delivery: "delivery-1", match, person: "u1", answer: given, stars: 4 });
  const verdict = (world: World, said: "false_alarm" | "real", undo = false) =>
    world.give({
      kind: "verdict",
      match: "match-1",
      verdict: said,
      actor: "agent:ana",
      reason: "",
      ...(undo ? { undo: true } : {}),
    });

  test("by a click, and by what they say after it", () => {
    const world = decided();
    world.reports("clicked", "delivery-1");
    answer(world, "no");
    answer(world, "yes");

    expect(world.outcomes()).toEqual(["unknown", "prevented", "unknown", "prevented"]);
  });

  test("by a colleague who calls it a false alarm, and takes that back", () => {
    const world = decided();
    verdict(world, "false_alarm");
    verdict(world, "false_alarm", true);

    expect(world.outcomes()).toEqual(["unknown", "false_alarm", "unknown"]);
  });

  test("by them, when they say that it is not theirs", () => {
    const world = decided();
    answer(world, "not_mine");

    expect(world.outcomes()).toEqual(["unknown", "false_alarm"]);
  });

  test("and then it is forgotten, with its messages and alerts", () => {
    const world = decided();
    world.pass(7 * DAY - 1);
    const before = world.unit.tracked.size;
    world.pass(1);

    expect(before).toBe(1);
    expect([world.unit.tracked.size, world.unit.deliveries.size, world.unit.alerts.size]).toEqual([0, 0, 0]);
    expect(world.timers()).toEqual([]);
    expect(answer(world, "yes").map(({ kind }) => kind)).toEqual(["feedback"]);
  });

  test("but not while it still counts in the score", () => {
    const world = createWorld({ patterns: [{ ...BRIEF, halfLife: 2 * DAY }] });
    world.trouble();
    world.sends();
    world.pass(8 * DAY);
    const { risk, confidence } = BRIEF;
    const fades = Math.ceil(2 * DAY * Math.log2(risk * confidence)) + 1;

    expect(world.timers()).toContain(`settle match-1 ${(fades - 8 * DAY) / MINUTE}`);
    world.pass(fades - 8 * DAY);

    expect(world.unit.tracked.size).toBe(0);
  });

  test("a message that nobody fetched in all this time is stale", () => {
    const world = createWorld({ patterns: [{ ...BRIEF, channels: ["in_app.banner"] }] });
    world.trouble();
    world.pass(8 * DAY);

    expect(world.unit.tracked.size).toBe(0);
    expect(world.decisions().at(-1)).toMatchObject({ reason: "stale", delivery: "delivery-1" });
    expect(world.unit.persons.get("u1")?.messages.map(({ state }) => state)).not.toContain("reserved");
  });

  test("one that was called a false alarm is forgotten in time, however much it was worth", () => {
    const world = createWorld({ patterns: [{ ...BRIEF, halfLife: 99 * DAY }] });
    world.trouble();
    verdict(world, "false_alarm");
    world.pass(8 * DAY);

    expect(world.unit.tracked.size).toBe(0);
  });

  test("one that is worth less than a point is forgotten in time", () => {
    const world = createWorld({ patterns: [{ ...BRIEF, risk: 0.9, halfLife: 99 * DAY }] });
    world.trouble();
    world.pass(8 * DAY);

    expect(world.unit.tracked.size).toBe(0);
  });
});

describe("what the customer answers", () => {
  const asked = (given: "yes" | "no" | "not_mine" | "someone_else" | null, options: WorldOptions = {}) => {
    const world = createWorld({
      patterns: [aPattern({ channels: ["email", "sms", "human.l2"] })],
      ...options,
    });
    world.trouble();
    world.give({
      kind: "feedback",
      delivery: "delivery-1",
      match: "match-1",
      person: "u1",
      answer: given,
      stars: 3,
    });
    return world;
  };
  const state = (world: World) => {
    const { pursuit, helped, silenced } = world.tracked();
    return {
      state: pursuit?.state,
      why: pursuit?.lastReason,
      helped,
      silenced,
      row: world.delivery().status,
    };
  };

  test("is kept, with the stars", () => {
    expect(asked(null).effects.find(({ kind }) => kind === "feedback")).toEqual({
      kind: "feedback",
      row: {
        id: "feedback-1",
        tenant: "t1",
        match: "match-1",
        delivery: "delivery-1",
        person: "u1",
        at: NOON,
        answer: null,
        stars: 3,
      },
    });
  });

  test("stars alone change nothing", () => {
    expect(state(asked(null))).toMatchObject({ state: "sent", helped: null, row: "queued" });
  });

  test("yes: nothing more is done", () => {
    expect(state(asked("yes"))).toEqual({
      state: "ended",
      why: "resolved",
      helped: "yes",
      silenced: null,
      row: "suppressed",
    });
  });

  test("no: a person of ours is asked at once", () => {
    const world = asked("no");

    expect(world.alerts().map(({ kind }) => kind)).toEqual(["critical", "human.l2"]);
    expect(state(world)).toMatchObject({ state: "sent", helped: null });
  });

  test("no, after a click: it did not help", () => {
    const world = createWorld({ patterns: [aPattern({ channels: ["email"] })] });
    world.trouble();
    world.sends();
    world.reports("clicked");
    world.give({
      kind: "feedback",
      delivery: null,
      match: "match-1",
      person: "u1",
      answer: "no",
      stars: null,
    });

    expect(world.tracked().helped).toBeNull();
  });

  test("somebody else has it: nothing more is done, and it still counts", () => {
    expect(state(asked("someone_else"))).toEqual({
      state: "ended",
      why: "resolved",
      helped: null,
      silenced: null,
      row: "suppressed",
    });
  });

  test("it is not mine: no more of its family for a month, and it counts for nothing", () => {
    const world = asked("not_mine", { persons: [aPerson({ muted: { other: NOON } })] });

    expect(state(world)).toEqual({
      state: "ended",
      why: "muted",
      helped: null,
      silenced: "not_mine",
      row: "suppressed",
    });
    expect(world.unit.persons.get("u1")?.muted).toEqual({ other: NOON, "api-rate-limit": NOON + 30 * DAY });
    expect(world.scores().at(-1)).toMatchObject({ score: 0 });
  });
});

describe("what a colleague says", () => {
  const verdict = (world: World, said: "false_alarm" | "real", undo = false, match = "match-1") =>
    world.give({
      kind: "verdict",
      match,
      verdict: said,
      actor: "agent:ana",
      reason: "",
      ...(undo ? { undo: true } : {}),
    });
  const world = () => {
    const made = createWorld({ patterns: [aPattern({ channels: ["email"], quiet: HOUR })] });
    made.trouble();
    return made;
  };

  test("a false alarm counts for nothing, and what is queued is taken back", () => {
    const made = world();
    verdict(made, "false_alarm");

    expect(made.tracked()).toMatchObject({
      silenced: "false_alarm",
      pursuit: { state: "ended", lastReason: "resolved" },
    });
    expect(made.delivery().status).toBe("suppressed");
    expect(made.scores().at(-1)?.score).toBe(0);
  });

  test.each([
    ["that it is real after all", "real", false],
    ["that it was no false alarm", "false_alarm", true],
  ] as const)("%s: it counts again, and is judged anew", (_words, said, undo) => {
    const made = world();
    verdict(made, "false_alarm");
    made.now += MINUTE;
    verdict(made, said, undo);

    expect(made.tracked()).toMatchObject({ silenced: null, pursuit: { state: "sent" } });
    expect(made.deliveries().map(({ status }) => status)).toEqual(["suppressed", "queued"]);
    expect(made.scores().at(-1)?.score).toBe(85);
  });

  test("that it is real, of what nobody doubted, changes nothing", () => {
    const made = world();

    expect(verdict(made, "real")).toEqual([]);
    expect(verdict(made, "false_alarm", false, "another")).toEqual([]);
  });

  test("taken back after a message went out: it counts, and no second one is sent", () => {
    const made = world();
    made.sends();
    verdict(made, "false_alarm");
    verdict(made, "false_alarm", true);

    expect(made.tracked()).toMatchObject({ silenced: null, pursuit: { state: "ended" } });
    expect(made.deliveries()).toHaveLength(1);
  });

  test("taken back after it has gone quiet: it counts, and nothing is sent", () => {
    const made = world();
    verdict(made, "false_alarm");
    made.pass(2 * HOUR);
    verdict(made, "false_alarm", true);

    expect(made.tracked()).toMatchObject({
      silenced: null,
      match: { closedBy: "quiet" },
      pursuit: { state: "ended" },
    });
  });

  test("taken back after the trouble has ended: it stays ended", () => {
    const made = createWorld({
      patterns: [aPattern({ channels: ["email"], recovers: { of: ["api.recovered"], where: {} } })],
    });
    made.trouble();
    verdict(made, "false_alarm");
    made.now += MINUTE;
    made.happens({ type: "api.recovered" });
    verdict(made, "false_alarm", true);

    expect(made.tracked()).toMatchObject({ silenced: "recovery", pursuit: { state: "ended" } });
  });
});
