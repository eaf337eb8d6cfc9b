import { describe, expect, test } from "vitest";
import type { ClaimFacts } from "../../../server/core/control.ts";
import type { Channel } from "../../../server/core/pattern.ts";
import { DRY_RUN, type TenantState } from "../../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import { aDelivery, aMessage, anIncident, aPattern, aPerson, NOON } from "../../builders.ts";
import { someFacts } from "../policy/question.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

const LASTING = aPattern({ channels: ["email", "sms"], halfLife: 99 * DAY, quiet: 5 * HOUR });
const agreed = { email: true, sms: true, phone: true, push: true };

function queued(options: WorldOptions = {}): World {
  const world = createWorld({ patterns: [LASTING], ...options });
  world.trouble();
  return world;
}
const become = (world: World, { channels }: { readonly channels: Partial<TenantState["channels"]> }) => {
  world.tenant = { ...world.tenant, channels: { ...world.tenant.channels, ...channels } };
};
const lack = (world: World, text: string) => {
  world.tenant = { ...world.tenant, notReady: new Map([[text, "a link is missing"]]) };
};
const rows = (world: World) => world.deliveries().map(({ channel, status }) => `${channel} ${status}`);

describe("the moment of sending", () => {
  test("a row that may go becomes one that is being sent, under a lease with a fence", () => {
    const world = queued();
    world.now += MINUTE;
    world.give({ kind: "claim", delivery: "delivery-1", facts: null, leaseFor: 30_000 });

    expect(world.delivery()).toMatchObject({
      status: "sending",
      attempts: 1,
      fence: 1,
      claimedAt: NOON + MINUTE,
      leaseUntil: NOON + MINUTE + 30_000,
    });
    expect(world.unit.persons.get("u1")?.messages).toMatchObject([{ state: "reserved", at: NOON + MINUTE }]);
    expect(world.decisions().at(-1)).toMatchObject({ kind: "send", delivery: "delivery-1", step: 0 });
  });

  test("each further claim has the next number", () => {
    const world = queued();
    world.claim("delivery-1");
    const result = { kind: "retry", at: NOON + 1, detail: "" } as const;
    world.give({ kind: "attempted", delivery: "delivery-1", fence: 1, result });
    world.claim("delivery-1");

    expect(world.delivery()).toMatchObject({ attempts: 2, fence: 2 });
  });

  test.each<[string, Parameters<typeof aDelivery>[0], string]>([
    ["not queued", { status: "sent" }, "delivery-1"],
    ["gone to another unit", { unit: "account/globex" }, "delivery-1"],
    ["not known", {}, "another"],
  ])("one that is %s is not touched", (_words, changes, id) => {
    const world = createWorld();
    world.unit.deliveries.set("delivery-1", aDelivery(changes));

    expect(world.claim(id)).toEqual([]);
  });

  test("one whose match has been forgotten is stale", () => {
    const world = createWorld();
    world.unit.deliveries.set("delivery-1", aDelivery());
    world.claim("delivery-1");

    expect(world.delivery()).toMatchObject({ status: "suppressed", detail: "stale" });
    expect(world.decisions()).toMatchObject([
      { reason: "stale", key: "person/u1", delivery: "delivery-1", channel: "email", person: "u1", step: 1 },
    ]);
  });

  test("one whose account is in dry run by now ends there, and counts against nothing", () => {
    const world = queued();
    world.tenant = { ...world.tenant, rollout: DRY_RUN };
    world.claim("delivery-1");

    expect(world.delivery()).toMatchObject({ status: "dry_run", sentAt: NOON });
    expect(world.unit.persons.get("u1")?.messages).toMatchObject([{ state: "void" }]);
  });

  test("one that was tried before and is past its time fails; a first attempt may be late", () => {
    const late = (attempts: number) => {
      const world = queued();
      world.unit.deliveries.set("delivery-1", { ...world.delivery(), attempts });
      world.now = world.delivery().dueBy + 1;
      world.claim("delivery-1");
      return world.deliveries()[0];
    };

    expect(late(0)).toMatchObject({ status: "sending" });
    expect(late(1)).toMatchObject({ status: "failed", detail: "its deadline passed" });
  });

  test("one that was tried before may be tried at its very last moment", () => {
    const world = queued();
    world.unit.deliveries.set("delivery-1", { ...world.delivery(), attempts: 1 });
    world.now = world.delivery().dueBy;
    world.claim("delivery-1");

    expect(world.delivery().status).toBe("sending");
  });
});

describe("what holds it at the last moment", () => {
  const held = () => {
    const world = queued({ patterns: [{ ...LASTING, risk: 75 }] });
    const person = world.unit.persons.get("u1");
    if (person !== undefined) person.snoozedUntil = NOON + 3 * HOUR;
    world.now += MINUTE;
    world.claim("delivery-1");
    return world;
  };

  test("puts it off, with all its time from then on", () => {
    expect(held().delivery()).toMatchObject({
      status: "queued",
      notBefore: NOON + 3 * HOUR,
      dueBy: NOON + 4 * HOUR,
      released: true,
      detail: "snoozed",
    });
  });

  test("puts off the next step and the human with it", () => {
    expect(
      held()
        .timers()
        .filter((timer) => /^(step|human)/.test(timer)),
    ).toEqual(["step match-1 199", "human match-1 299"]);
  });

  test("counts as time in a hold, which ends when it leaves", () => {
    const world = held();
    const since = world.tracked().pursuit?.heldSince;
    world.pass(3 * HOUR - MINUTE);
    world.claim("delivery-1");

    expect(since).toBe(NOON + MINUTE);
    expect(world.delivery().status).toBe("sending");
    expect(world.tracked().pursuit).toMatchObject({ heldSince: null, heldFor: 3 * HOUR - MINUTE });
  });

  test("a second hold goes on counting from the first", () => {
    const world = held();
    const person = world.unit.persons.get("u1");
    if (person !== undefined) person.snoozedUntil = NOON + 5 * HOUR;
    world.pass(3 * HOUR);
    world.claim("delivery-1");

    expect(world.tracked().pursuit).toMatchObject({ heldSince: NOON + MINUTE, heldFor: 0 });
  });

  test("never makes it due earlier than it was", () => {
    const world = queued({ patterns: [{ ...LASTING, risk: 75 }] });
    const { pursuit } = world.tracked();
    if (pursuit !== null) pursuit.dueBy = NOON + 9 * HOUR;
    const person = world.unit.persons.get("u1");
    if (person !== undefined) person.snoozedUntil = NOON + HOUR;
    world.claim("delivery-1");

    expect(world.delivery().dueBy).toBe(NOON + 9 * HOUR);
  });
});

describe("what stops it at the last moment", () => {
  test.each<[string, Partial<ClaimFacts>]>([
    ["refused that channel elsewhere", { consent: { ...agreed, email: false } }],
    ["switched that channel off elsewhere", { consent: agreed, channelsOff: ["email"] }],
  ])("another channel is tried when they %s", (_words, facts) => {
    const world = queued();
    world.claim("delivery-1", someFacts(facts));

    expect(rows(world)).toEqual(["email suppressed", "sms queued"]);
    expect(world.delivery().released).toBe(false);
  });

  test.each<[string, (world: World) => void]>([
    ["its text has lost a link", (world) => lack(world, "api-rate-limit|email")],
    ["its channel is not connected any more", (world) => become(world, { channels: { email: "off" } })],
  ])("another channel is tried when %s", (_words, change) => {
    const world = queued();
    change(world);
    world.claim("delivery-1");

    expect(rows(world)).toEqual(["email suppressed", "sms queued"]);
    expect(world.deliveries()[0]?.detail).toBe("not_ready");
  });

  const bad = (world: World) => {
    const person = world.unit.persons.get("u1");
    if (person !== undefined) person.reach = { ...person.reach, bouncedEmail: true };
  };

  test("another channel is tried when its address has become bad", () => {
    const world = queued();
    bad(world);
    world.claim("delivery-1");

    expect(rows(world)).toEqual(["email suppressed", "sms queued"]);
    expect(world.decisions().map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      "send none",
      "stop unreachable",
      "send none",
    ]);
  });

  test("without another channel a new address is waited for, as long as the match has time and no longer", () => {
    const world = queued({ patterns: [{ ...LASTING, channels: ["email"] }] });
    bad(world);
    world.claim("delivery-1");
    const before = [world.decided(), world.tracked().pursuit?.state];
    world.pass(5 * MINUTE);

    expect(before).toEqual(["hold unreachable", "held"]);
    expect(world.decided()).toBe("stop unreachable");
    expect(rows(world)).toEqual(["email suppressed"]);
  });

  test("a new address in time is written to", () => {
    const world = queued({ patterns: [{ ...LASTING, channels: ["email"] }] });
    bad(world);
    world.claim("delivery-1");
    world.now += MINUTE;
    world.happens({ type: "person.identified", data: { hasEmail: true, newEmail: true } });

    expect(rows(world)).toEqual(["email suppressed", "email queued"]);
  });

  test("a colleague is asked when its pattern has become delicate", () => {
    const world = queued();
    const patterns = [{ ...LASTING, sensitive: true }];
    world.tenant = { ...world.tenant, library: createWorld({ patterns }).tenant.library };
    world.claim("delivery-1");

    expect(rows(world)).toEqual(["email suppressed"]);
    expect(world.tracked().pursuit).toMatchObject({ state: "review", sentSteps: [] });
    expect(world.alerts().map(({ kind }) => kind)).toContain("review");
  });

  test("another channel is tried when that one alone was switched off for all", () => {
    const world = queued();
    world.tenant = { ...world.tenant, switches: { tenant: false, patterns: [], channels: ["email"] } };
    world.claim("delivery-1");

    expect(rows(world)).toEqual(["email suppressed", "sms queued"]);
  });

  test.each([
    ["the tenant", { tenant: true, patterns: [], channels: ["email"] }],
    ["the pattern", { tenant: false, patterns: ["P-001"], channels: ["email"] }],
    ["the pattern alone", { tenant: false, patterns: ["P-001"], channels: [] }],
    ["everything", { tenant: true, patterns: [], channels: [] }],
  ] as const)("nothing else is tried when %s was switched off", (_words, switches) => {
    const world = queued();
    world.tenant = { ...world.tenant, switches };
    world.claim("delivery-1");

    expect(rows(world)).toEqual(["email suppressed"]);
    expect(world.decisions().filter(({ kind }) => kind === "stop")).toHaveLength(1);
    expect(world.tracked().pursuit).toMatchObject({ state: "ended", sentSteps: [] });
  });

  test("nothing else is tried when the store says that it was switched off", () => {
    const world = queued();
    world.claim("delivery-1", someFacts({ consent: agreed, switchedOff: true }));

    expect(rows(world)).toEqual(["email suppressed"]);
    expect(world.decided()).toBe("stop switched_off");
    expect(world.tracked().pursuit?.state).toBe("ended");
  });

  test("nothing else is tried when the match is over", () => {
    const world = queued();
    world.give({ kind: "verdict", match: "match-1", verdict: "real", actor: "agent:ana", reason: "" });
    const tracked = world.tracked();
    tracked.helped = "yes";
    world.claim("delivery-1");

    expect(rows(world)).toEqual(["email suppressed"]);
    expect(world.tracked().pursuit).toMatchObject({ state: "ended", lastReason: "resolved" });
  });

  test("its own place under the cap, and its own step, do not stand in its way", () => {
    const world = queued({ tenant: { settings: { cap: { messages: 1, within: DAY } } } });
    world.claim("delivery-1");

    expect(world.delivery().status).toBe("sending");
  });

  test("messages from their other accounts do", () => {
    const world = queued();
    world.claim("delivery-1", someFacts({ consent: agreed, elsewhere: [NOON - HOUR] }));

    expect(world.delivery()).toMatchObject({ status: "queued", notBefore: NOON + HOUR, detail: "gap" });
  });

  test("an incident that has ended, of which the match was part, stops it", () => {
    const world = queued();
    const tracked = world.tracked();
    tracked.match = { ...tracked.match, incident: "incident-1" };
    world.tenant = { ...world.tenant, incidents: [anIncident({ endedAt: NOON })] };
    world.claim("delivery-1");

    expect(world.decisions().at(-1)).toMatchObject({ reason: "incident", channel: "email", person: "u1" });
    expect(rows(world)).toEqual(["email suppressed"]);
  });

  test("it leaves by the clock's own time, when that was set back into the night", () => {
    const world = queued();
    const midnight = NOON - 12 * HOUR;
    world.claim("delivery-1", someFacts({ consent: agreed, at: midnight }));

    expect(world.delivery()).toMatchObject({
      status: "queued",
      detail: "quiet",
      notBefore: midnight + 8 * HOUR,
    });
  });
});

describe("what the store knows of a person is learned with the claim", () => {
  const learned = (facts: Partial<ClaimFacts>, before: Parameters<typeof aPerson>[0] = {}) => {
    const world = queued({ persons: [aPerson(before)] });
    world.now += MINUTE;
    const effects = world.claim("delivery-1", someFacts({ consent: agreed, ...facts }));
    const { stoppedAt, consent, channelsOff } = world.unit.persons.get("u1") ?? aPerson();
    return { stoppedAt, consent, channelsOff, told: effects.filter(({ kind }) => kind === "person").length };
  };

  test("a stop counts from then on", () => {
    expect(learned({ stopped: true }).stoppedAt).toBe(NOON + MINUTE);
  });

  test("what was known before stays as it was", () => {
    expect(learned({})).toEqual({ stoppedAt: null, consent: agreed, channelsOff: [], told: 1 });
  });

  test("a consent counts only where the store has it, a refusal wherever it was said", () => {
    expect(
      learned({ consent: { email: true, sms: true } }, { consent: { email: true, sms: false, phone: true } }),
    ).toMatchObject({ consent: { email: true, sms: false }, told: 2 });
  });

  test("a channel that is off anywhere is off", () => {
    expect(learned({ channelsOff: ["sms", "voice"] }, { channelsOff: ["voice"] })).toMatchObject({
      channelsOff: ["voice", "sms"],
      told: 2,
    });
  });
});

describe("a message by hand", () => {
  const byHand = (
    channel: Channel,
    person: Parameters<typeof aPerson>[0] = {},
    options: WorldOptions = {},
  ) => {
    const world = createWorld({ persons: [aPerson(person)], ...options });
    world.give({
      kind: "manual",
      delivery: "d1",
      person: "u1",
      channel,
      template: "api-rate-limit",
      match: null,
      actor: "agent:ana",
      reason: "asked for it",
    });
    return world;
  };
  const outcome = (world: World, facts: Partial<ClaimFacts> | null = null) => {
    world.claim("d1", facts === null ? null : someFacts({ consent: agreed, ...facts }));
    const { status, detail } = world.delivery();
    return detail === null ? status : `${status} ${detail}`;
  };

  test("is a row of its own, first in its queue, for a day", () => {
    const world = byHand("email");

    expect(world.delivery()).toMatchObject({
      id: "d1",
      decision: "",
      match: "",
      pattern: "",
      family: "",
      account: "acme",
      person: "u1",
      session: null,
      step: 0,
      template: "api-rate-limit",
      templateVersion: "v1",
      values: {},
      dueBy: NOON + DAY,
      priority: 100,
      released: false,
      status: "queued",
      sentAt: null,
      manual: { actor: "agent:ana", reason: "asked for it" },
      simulated: false,
    });
    expect(world.unit.persons.get("u1")?.messages).toMatchObject([
      { delivery: "d1", state: "reserved", dry: false },
    ]);
  });

  test("about a match says what that rests on", () => {
    const world = queued();
    world.give({
      kind: "manual",
      delivery: "d2",
      person: "u1",
      channel: "email",
      template: "unknown",
      match: "match-1",
      actor: "agent:ana",
      reason: "",
    });

    expect(world.delivery()).toMatchObject({
      match: "match-1",
      pattern: "P-001",
      family: "api-rate-limit",
      templateVersion: "",
      values: { endpoint: "/v1/export" },
    });
  });

  test("in dry run is made, and not sent", () => {
    const world = byHand("email", {}, { tenant: { rollout: DRY_RUN } });

    expect(world.delivery()).toMatchObject({ status: "dry_run", sentAt: NOON });
    expect(world.unit.persons.get("u1")?.messages).toMatchObject([{ state: "sent", dry: true }]);
  });

  test("asked for twice, it is one", () => {
    const world = byHand("email");
    world.claim("d1");
    world.give({
      kind: "manual",
      delivery: "d1",
      person: "u1",
      channel: "sms",
      template: "another",
      match: null,
      actor: "agent:bo",
      reason: "",
    });

    expect(world.deliveries()).toMatchObject([{ channel: "email", status: "sending" }]);
  });

  const takeBack = (world: World, delivery = "d1") =>
    world.give({
      kind: "manual",
      delivery,
      person: "u1",
      channel: "email",
      template: "",
      match: null,
      actor: "agent:ana",
      reason: "",
      undo: true,
    });

  test("may be taken back until it is being sent", () => {
    const world = byHand("email");
    takeBack(world);

    expect(world.delivery()).toMatchObject({ status: "suppressed", detail: "taken_back" });
    expect(world.decided()).toBe("stop taken_back");
  });

  test("is not taken back after that, and neither is one that nobody knows", () => {
    const world = byHand("email");
    world.claim("d1");

    expect(takeBack(world)).toEqual([]);
    expect(takeBack(world, "another")).toEqual([]);
    expect(world.delivery().status).toBe("sending");
  });

  test.each<[string, Channel, Parameters<typeof aPerson>[0], Partial<ClaimFacts> | null, string]>([
    [
      "goes out against guards that spare the person",
      "email",
      { snoozedUntil: NOON + HOUR, messages: [aMessage({ at: NOON - 1 }), aMessage({ at: NOON })] },
      null,
      "sending",
    ],
    ["does not reach who has stopped", "email", { stoppedAt: NOON }, null, "suppressed opted_out"],
    ["does not reach who has stopped elsewhere", "email", {}, { stopped: true }, "suppressed opted_out"],
    [
      "does not go out when the store says that it was switched off",
      "email",
      {},
      { switchedOff: true },
      "suppressed switched_off",
    ],
    [
      "does not go out by a channel that they switched off",
      "email",
      { channelsOff: ["email"] },
      null,
      "suppressed opted_out",
    ],
    ["goes out by another one than they switched off", "email", { channelsOff: ["sms"] }, null, "sending"],
    ["needs no consent for email", "email", { consent: {} }, null, "sending"],
    [
      "does not go out by email that was refused",
      "email",
      { consent: { email: false } },
      null,
      "suppressed no_consent",
    ],
    ["needs none in the product", "in_app.banner", { consent: { email: false } }, null, "sending"],
    ["needs consent for text messages", "sms", { consent: {} }, null, "suppressed no_consent"],
    ["goes out as a text message with it", "sms", { consent: { sms: true } }, null, "sending"],
    ["needs consent for calls", "voice", { consent: {} }, null, "suppressed no_consent"],
    ["goes out as a call with it", "voice", { consent: { phone: true } }, null, "sending"],
    ["needs consent for push", "push", { consent: {} }, null, "suppressed no_consent"],
    ["goes out as push with it", "push", { consent: { push: true } }, null, "sending"],
  ])("%s", (_words, channel, person, facts, expected) => {
    expect(outcome(byHand(channel, person), facts)).toBe(expected);
  });

  test.each([
    { tenant: true, patterns: [], channels: [] },
    { tenant: false, patterns: [], channels: ["email"] },
  ] as const)("is not sent when everything, or its channel, is switched off (%o)", (switches) => {
    const world = byHand("email");
    world.tenant = { ...world.tenant, switches };

    expect(outcome(world)).toMatch(/^suppressed/);
  });

  test("does not reach somebody who is gone by then", () => {
    const world = byHand("email");
    world.unit.persons.delete("u1");

    expect(outcome(world)).toBe("suppressed unreachable");
  });

  test("is forgotten thirty days after it was made, once it is over, when the next one is asked for", () => {
    const world = createWorld();
    const old = { match: "", createdAt: NOON - 30 * DAY - 1 };
    for (const [id, changes] of [
      ["queued", { ...old, status: "queued" }],
      ["sending", { ...old, status: "sending" }],
      ["in doubt", { ...old, status: "in_doubt" }],
      ["young", { ...old, createdAt: NOON - 30 * DAY, status: "sent" }],
      ["of a match", { ...old, match: "match-1", status: "sent" }],
      ["old", { ...old, status: "sent" }],
      ["failed", { ...old, status: "failed" }],
    ] as const) {
      world.unit.deliveries.set(id, aDelivery({ id, ...changes }));
    }
    world.give({
      kind: "manual",
      delivery: "d1",
      person: "u1",
      channel: "email",
      template: "",
      match: null,
      actor: "agent:ana",
      reason: "",
    });

    expect(world.deliveries().map(({ id }) => id)).toEqual([
      "queued",
      "sending",
      "in doubt",
      "young",
      "of a match",
      "d1",
    ]);
  });
});
