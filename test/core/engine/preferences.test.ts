import { describe, expect, test } from "vitest";
import type { PreferenceChange } from "../../../server/core/control.ts";
import { HOUR, MINUTE } from "../../../server/core/time.ts";
import { aDelivery, aPattern, aPerson, NOON } from "../../builders.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

function prefer(world: World, change: PreferenceChange, person = "u1") {
  world.give({ kind: "preference", person, change, actor: "customer", reason: "" });
  return world.unit.persons.get(person);
}

const after = (changes: Parameters<typeof aPerson>[0], change: PreferenceChange) =>
  prefer(createWorld({ persons: [aPerson(changes)] }), change);

/** An email is queued for u1. */
function withEmail(options: WorldOptions = {}): World {
  const world = createWorld({ patterns: [aPattern({ channels: ["email", "in_app.banner"] })], ...options });
  world.trouble();
  return world;
}

describe("what a person says is kept of them", () => {
  test.each<[string, Parameters<typeof aPerson>[0], PreferenceChange, Parameters<typeof aPerson>[0]]>([
    ["a stop", {}, { kind: "stop" }, { stoppedAt: NOON }],
    ["a stop that was said before", { stoppedAt: NOON - HOUR }, { kind: "stop" }, { stoppedAt: NOON - HOUR }],
    ["the end of a stop", { stoppedAt: NOON }, { kind: "resume" }, { stoppedAt: null }],
    [
      "a channel that is off",
      { channelsOff: ["sms"] },
      { kind: "channel", channel: "email", on: false },
      { channelsOff: ["sms", "email"] },
    ],
    [
      "a channel that is off already",
      { channelsOff: ["email"] },
      { kind: "channel", channel: "email", on: false },
      { channelsOff: ["email"] },
    ],
    [
      "a channel that is on again",
      { channelsOff: ["sms", "email"] },
      { kind: "channel", channel: "email", on: true },
      { channelsOff: ["sms"] },
    ],
    ["a channel of their choice", {}, { kind: "prefer", channel: "sms" }, { preferred: "sms" }],
    ["a break", {}, { kind: "snooze", until: NOON + 1 }, { snoozedUntil: NOON + 1 }],
    ["a pause", {}, { kind: "pause", until: NOON + 1 }, { pausedUntil: NOON + 1 }],
    [
      "a consent, beside the others",
      { consent: { email: true } },
      { kind: "consent", channel: "sms", given: false },
      { consent: { email: true, sms: false } },
    ],
    [
      "an email address that is bad",
      {},
      { kind: "bounced", channel: "email" },
      { reach: { ...aPerson().reach, bouncedEmail: true } },
    ],
    [
      "a number that is bad",
      {},
      { kind: "bounced", channel: "phone" },
      { reach: { ...aPerson().reach, bouncedPhone: true } },
    ],
  ])("%s", (_words, before, change, expected) => {
    expect(after(before, change)).toEqual(aPerson({ ...before, ...expected }));
  });

  test("also of somebody who was not seen before", () => {
    expect(prefer(createWorld(), { kind: "prefer", channel: "email" }, "new")?.preferred).toBe("email");
  });

  test.each<PreferenceChange>([
    { kind: "stop" },
    { kind: "resume" },
    { kind: "prefer", channel: "sms" },
    { kind: "channel", channel: "email", on: false },
  ])("and is told of: $kind", (change) => {
    const world = createWorld();
    prefer(world, change);

    expect(world.effects.filter(({ kind }) => kind === "person")).toHaveLength(1);
  });
});

describe("what is on its way when they say it", () => {
  test("a stop takes back what is queued, with the reason", () => {
    const world = withEmail();
    prefer(world, { kind: "stop" });

    expect(world.delivery()).toMatchObject({ status: "suppressed", detail: "opted_out" });
    expect(world.decided()).toBe("stop opted_out");
  });

  test("a stop takes back what a colleague sends by hand", () => {
    const world = createWorld();
    const manual = { actor: "agent:ana", reason: "" };
    world.unit.deliveries.set("d1", aDelivery({ id: "d1", match: "", manual }));
    world.unit.deliveries.set("d2", aDelivery({ id: "d2", match: "", manual, person: "u2" }));
    world.unit.deliveries.set("d3", aDelivery({ id: "d3", match: "", manual, status: "sent" }));
    prefer(world, { kind: "stop" });

    expect(world.deliveries().map(({ status }) => status)).toEqual(["suppressed", "queued", "sent"]);
  });

  test("a stop of another person takes back nothing", () => {
    const world = withEmail({ persons: [aPerson(), aPerson({ id: "u2" })] });
    prefer(world, { kind: "stop" }, "u2");

    expect(world.delivery().status).toBe("queued");
  });

  test("a channel that is switched off gives way to the next one", () => {
    const world = withEmail();
    prefer(world, { kind: "channel", channel: "email", on: false });

    expect(world.deliveries().map(({ channel, status }) => `${channel} ${status}`)).toEqual([
      "email suppressed",
      "in_app.banner queued",
    ]);
  });

  test.each<[string, PreferenceChange, string]>([
    ["another channel that is switched off", { kind: "channel", channel: "sms", on: false }, "u1"],
    ["the same channel that is switched on", { kind: "channel", channel: "email", on: true }, "u1"],
    ["another person who switches it off", { kind: "channel", channel: "email", on: false }, "u2"],
  ])("%s changes nothing", (_words, change, person) => {
    const world = withEmail({ persons: [aPerson(), aPerson({ id: "u2" })] });
    prefer(world, change, person);

    expect(world.deliveries().map(({ channel, status }) => `${channel} ${status}`)).toEqual(["email queued"]);
  });

  test("a message that has left stays as it is", () => {
    const world = withEmail();
    world.sends();
    prefer(world, { kind: "channel", channel: "email", on: false });

    expect(world.deliveries().map(({ status }) => status)).toEqual(["sent"]);
  });
});

describe("what waits for the end of a break", () => {
  test.each(["snooze", "pause"] as const)("is sent when the %s is ended before its time", (kind) => {
    const until = NOON + HOUR;
    const world = withEmail({
      persons: [aPerson(kind === "snooze" ? { snoozedUntil: until } : { pausedUntil: until })],
    });
    const before = world.decided();
    world.now += MINUTE;
    prefer(world, { kind, until: null });

    expect([before, world.decided()]).toEqual([
      `hold ${kind === "snooze" ? "snoozed" : "paused"}`,
      "send none",
    ]);
  });

  test("is not judged again for what else they say", () => {
    const world = withEmail({ persons: [aPerson({ snoozedUntil: NOON + HOUR })] });
    prefer(world, { kind: "prefer", channel: "email" });

    expect(world.decisions()).toHaveLength(1);
  });
});
