import { describe, expect, test } from "vitest";
import type { ControlOf } from "../../../server/core/control.ts";
import { HOUR } from "../../../server/core/time.ts";
import { anAccount, aPattern, NOON } from "../../builders.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

/** A world in which something critical happened, of which one alert tells. */
function alarmed(options: WorldOptions = {}): World {
  const world = createWorld(options);
  world.trouble();
  return world;
}

function ask(world: World, changes: Partial<ControlOf<"alert">>) {
  const [alert] = world.alerts();
  world.give({
    kind: "alert",
    alert: alert?.id ?? "",
    action: "assign",
    actor: "ops:kim",
    reason: "",
    ...changes,
  });
  return world.alerts()[0];
}

test("an alert says whose problem it is, what was seen, what to do, who does it and until when", () => {
  const [alert, ...others] = alarmed().alerts();

  expect(others).toEqual([]);
  expect(alert).toMatchObject({
    kind: "critical",
    title: "API rate limit accumulation: Acme",
    why: "API rate limit accumulation.",
    firstAction: "Look at the endpoint with the most refused calls.",
    playbook: "Offer batching, then a higher limit.",
    owner: "ops@example.com",
    account: "acme",
    person: "u1",
    score: 85,
    state: "open",
    revision: 1,
    simulated: false,
  });
});

test("it says why no message went out, when none did", () => {
  const [alert] = alarmed({
    tenant: { channels: { ...createWorld().tenant.channels, in_app: "off", email: "off" } },
  }).alerts();

  expect(alert?.why).toMatch(/^API rate limit accumulation\. No message went out: \S.*\.$/);
});

test("without the name of the account, its id says whose it is", () => {
  const world = createWorld();
  world.unit.account = anAccount({ name: null });
  world.trouble();

  expect(world.alerts()[0]?.title).toMatch(/: .*acme$/);
});

describe("who owns it", () => {
  const ownerWith = (role: string, owners: Record<string, string>, own: string | null = null) => {
    const world = createWorld({
      patterns: [aPattern({ owner: { role } })],
      tenant: { settings: { owners } },
    });
    world.unit.account = anAccount({ owner: own });
    world.trouble();
    return world.alerts()[0]?.owner;
  };

  test("the account's own owner, where its manager is asked for", () => {
    expect(ownerWith("csm", { csm: "team@example.com" }, "kim@example.com")).toBe("kim@example.com");
    expect(ownerWith("support-ops", { "support-ops": "ops@example.com" }, "kim@example.com")).toBe(
      "ops@example.com",
    );
  });

  test("else whoever holds the role, else the default, else the role's name", () => {
    expect(ownerWith("csm", { csm: "team@example.com", default: "all@example.com" })).toBe(
      "team@example.com",
    );
    expect(ownerWith("csm", { default: "all@example.com" })).toBe("all@example.com");
    expect(ownerWith("csm", {})).toBe("csm");
  });
});

describe("what is done with it", () => {
  test("it is given to whoever is named, else to who asked", () => {
    const world = alarmed();

    expect(ask(world, { assignee: "lea" })).toMatchObject({ state: "open", assignee: "lea", revision: 2 });
    expect(ask(world, {})).toMatchObject({ state: "open", assignee: "ops:kim", revision: 3 });
  });

  test("it is put off until then", () => {
    expect(ask(alarmed(), { action: "snooze", until: NOON + HOUR })).toMatchObject({
      state: "snoozed",
      snoozedUntil: NOON + HOUR,
    });
  });

  test("put off without an end, it has none", () => {
    expect(ask(alarmed(), { action: "snooze" })).toMatchObject({ state: "snoozed", snoozedUntil: null });
  });

  test("it is resolved, and may be taken up as it was before", () => {
    const world = alarmed();

    expect(ask(world, { action: "resolve" })?.state).toBe("resolved");
    expect(
      ask(world, {
        action: "restore",
        before: { state: "snoozed", assignee: "lea", snoozedUntil: NOON + 1 },
      }),
    ).toMatchObject({ state: "snoozed", assignee: "lea", snoozedUntil: NOON + 1, revision: 3 });
  });

  test("taken up without a word of what it was, it is open", () => {
    const world = alarmed();
    ask(world, { action: "snooze", until: NOON + HOUR });

    expect(ask(world, { action: "restore" })).toMatchObject({ state: "open", snoozedUntil: null });
  });

  test("whoever saw another state of it changes nothing", () => {
    const world = alarmed();

    expect(ask(world, { action: "resolve", expect: 2 })).toMatchObject({ state: "open", revision: 1 });
    expect(ask(world, { action: "resolve", expect: 1 })).toMatchObject({ state: "resolved", revision: 2 });
  });

  test("one that nobody knows changes nothing", () => {
    const world = alarmed();

    expect(ask(world, { alert: "another", action: "resolve" })?.state).toBe("open");
  });
});
