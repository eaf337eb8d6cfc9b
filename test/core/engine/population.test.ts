import { describe, expect, test } from "vitest";
import type { Effect } from "../../../server/core/effect.ts";
import type { Incident } from "../../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import {
  aMatch,
  anAccount,
  anIncident,
  aPattern,
  aPerson,
  aPursuit,
  aTracked,
  NOON,
} from "../../builders.ts";
import { createWorld, type World } from "./world.ts";

const EXPORTS = { kind: "component", name: "exports" } as const;

/** The tenant's own unit. */
const tenantUnit = (tenant: NonNullable<Parameters<typeof createWorld>[0]>["tenant"] = {}) =>
  createWorld({
    id: "tenant",
    patterns: [
      aPattern(),
      aPattern({ id: "P-002", urgent: true }),
      aPattern({ id: "P-003", issue: "billing" }),
    ],
    tenant,
  });

/** Gives it something, and lets it know what became of its incidents, as the log does. */
function gives(world: World, control: Parameters<World["give"]>[0]): readonly Effect[] {
  return learn(world, world.give(control));
}
function learn(world: World, effects: readonly Effect[]): readonly Effect[] {
  for (const effect of effects) {
    if (effect.kind !== "tenant" || effect.control.kind !== "incident") continue;
    const { incident } = effect.control;
    const others = world.tenant.incidents.filter(({ id }) => id !== incident.id);
    world.tenant = { ...world.tenant, incidents: [...others, incident] };
  }
  return effects;
}
const declare = (world: World, running: boolean, scope: Incident["scope"] = EXPORTS) =>
  gives(world, { kind: "declare", scope, running, actor: "person:kim", reason: "" });
const see = (world: World, i: number, changes: object = {}) =>
  gives(world, {
    kind: "sighting",
    sighting: {
      match: `m${i}`,
      pattern: "P-001",
      family: "api-rate-limit",
      component: "exports",
      account: `a${i}`,
      person: null,
      at: world.now,
      ...changes,
    },
  });
const told = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === "forward" ? [`${effect.unit} ${effect.control.kind}`] : []));
const passes = (world: World, minutes: number) => {
  for (let i = 0; i < minutes; i++) learn(world, world.pass(MINUTE));
};
const incidents = ({ tenant }: World) =>
  tenant.incidents.map(({ scope, broadcast, endedBy }) =>
    [scope.kind, broadcast, ...(endedBy === null ? [] : [endedBy])].join(" "),
  );

describe("an incident that is declared", () => {
  test("is told to everybody and to ops, who have five minutes", () => {
    const world = tenantUnit();
    declare(world, true);

    expect(world.tenant.incidents).toEqual([
      {
        id: "incident-1",
        tenant: "t1",
        scope: EXPORTS,
        startedAt: NOON,
        endedAt: null,
        startedBy: "person:kim",
        endedBy: null,
        matches: 0,
        accounts: 0,
        threshold: 0,
        broadcast: "waiting",
        simulated: false,
      },
    ]);
    expect(world.alerts()).toMatchObject([
      {
        kind: "incident",
        incident: "incident-1",
        account: null,
        match: null,
        title: "Incident: component exports",
        why: "Declared by person:kim.",
        owner: "ops@example.com",
        score: 100,
        dueBy: NOON + 5 * MINUTE,
        state: "open",
        revision: 1,
      },
    ]);
  });

  test("about everything says so", () => {
    const world = tenantUnit();
    declare(world, true, { kind: "all" });

    expect(world.alerts()[0]?.title).toBe("Incident: all patterns");
  });

  test("twice, is one; its end is told once, and its alert is resolved", () => {
    const world = tenantUnit();
    declare(world, true);
    declare(world, true);
    world.now += MINUTE;
    declare(world, false);
    declare(world, false);

    expect(incidents(world)).toEqual(["component waiting person:kim"]);
    expect(world.tenant.incidents[0]?.endedAt).toBe(NOON + MINUTE);
    expect(world.alerts()).toMatchObject([{ state: "resolved", revision: 2 }]);
    expect(world.unit.alerts.size).toBe(0);
  });

  test("and whose alert is not known here any more ends all the same", () => {
    const world = tenantUnit({ incidents: [anIncident({ scope: EXPORTS, startedBy: "person:kim" })] });
    declare(world, false);

    expect(incidents(world)).toEqual(["component waiting person:kim"]);
    expect(world.alerts()).toEqual([]);
  });

  test("of another scope is another one", () => {
    const world = tenantUnit();
    declare(world, true);
    declare(world, true, { kind: "pattern", name: "P-001" });
    declare(world, false);

    expect(incidents(world).sort()).toEqual(["component waiting person:kim", "pattern waiting"]);
  });

  test("marks the matches of the minutes before it, and those that come", () => {
    const world = tenantUnit();
    see(world, 1);
    world.now += MINUTE;
    see(world, 2);
    see(world, 3, { component: "imports", family: "imports" });
    see(world, 4, { account: null, person: "u4" });
    see(world, 5, { account: null });
    world.now = NOON + 10 * MINUTE;
    const first = told(declare(world, true));
    const next = told(see(world, 6));

    expect(first).toEqual([
      "account/a1 affected",
      "account/a2 affected",
      "person/u4 affected",
      "tenant affected",
    ]);
    expect(next).toEqual(["account/a6 affected"]);
  });

  test("does not mark those of longer ago", () => {
    const world = tenantUnit();
    see(world, 1);
    world.now = NOON + 10 * MINUTE + 1;

    expect(told(declare(world, true))).toEqual([]);
  });

  test("of everything leaves out what is urgent, and what is about money", () => {
    const world = tenantUnit();
    declare(world, true, { kind: "all" });

    expect([1, 2, 3].map((i) => told(see(world, i, { pattern: `P-00${i}` })).length)).toEqual([1, 0, 0]);
  });

  test("once over, marks nothing more", () => {
    const world = tenantUnit();
    declare(world, true);
    declare(world, false);

    expect(told(see(world, 1))).toEqual([]);
  });

  test("of one account is told to that account", () => {
    const world = tenantUnit();

    expect(told(declare(world, true, { kind: "account", name: "acme" }))).toEqual(["account/acme declare"]);
    expect(world.alerts()[0]?.account).toBe("acme");
  });
});

describe("a monitoring system", () => {
  const says = (world: World, type: string, data: object) =>
    learn(world, world.happens({ type, account: null, person: null, source: "pager", data: { ...data } }));
  const grave = { component: "exports", severity: "critical" };

  test("starts and ends the incident of a component", () => {
    const world = tenantUnit();
    says(world, "service.degraded", grave);
    says(world, "service.degraded", grave);
    const before = incidents(world);
    says(world, "service.recovered", { component: "exports" });
    says(world, "service.recovered", { component: "exports" });

    expect(before).toEqual(["component waiting"]);
    expect(incidents(world)).toEqual(["component waiting system:pager"]);
    expect(world.tenant.incidents[0]?.startedBy).toBe("system:pager");
  });

  test.each<[string, string, object]>([
    ["less than grave", "service.degraded", { component: "exports", severity: "minor" }],
    ["of no component", "service.degraded", { severity: "critical" }],
    ["of another kind", "service.updated", grave],
    ["over that never began", "service.recovered", { component: "exports" }],
    ["grave and well at once", "service.recovered", grave],
  ])("starts nothing by what is %s", (_words, type, data) => {
    const world = tenantUnit();
    says(world, type, data);

    expect(incidents(world)).toEqual([]);
  });

  test("starts none of an account", () => {
    const world = createWorld();
    says(world, "service.degraded", grave);

    expect(incidents(world)).toEqual([]);
  });
});

describe("many at once", () => {
  const few = {
    settings: { incident: { ...createWorld().tenant.settings.incident, matches: 3, accounts: 3 } },
  };

  test("start an incident by themselves, with what was counted", () => {
    const world = tenantUnit(few);
    for (let i = 0; i < 4; i++) see(world, i);

    expect(world.tenant.incidents).toMatchObject([
      { startedBy: "rate", matches: 4, accounts: 4, threshold: 3, broadcast: "waiting" },
    ]);
    expect(world.alerts()[0]?.why).toBe("4 matches from 4 accounts within ten minutes (threshold 3).");
  });

  test("and end it when they have become few for half an hour", () => {
    const world = tenantUnit(few);
    for (let i = 0; i < 4; i++) see(world, i);
    passes(world, 60);

    expect(world.tenant.incidents[0]).toMatchObject({ endedBy: "rate" });
    expect(world.unit.population?.calmSince.size).toBe(0);
    expect(world.timers().filter((timer) => timer.startsWith("incident"))).toEqual([]);
  });

  test("do not end one that was declared", () => {
    const world = tenantUnit();
    declare(world, true);
    passes(world, 60);

    expect(incidents(world)).toEqual(["component automatic"]);
  });
});

describe("the banner of an incident", () => {
  const answer = (world: World, given: "approved" | "declined", incident = "incident-1") =>
    gives(world, { kind: "broadcast", incident, answer: given, actor: "person:kim" });

  test("goes out by itself after ten minutes without an answer", () => {
    const world = tenantUnit();
    declare(world, true);
    passes(world, 9);
    const before = incidents(world);
    passes(world, 1);

    expect([before, incidents(world)]).toEqual([["component waiting"], ["component automatic"]]);
  });

  test.each(["approved", "declined"] as const)("%s, it stays so", (given) => {
    const world = tenantUnit();
    declare(world, true);
    answer(world, given);
    passes(world, 15);

    expect(incidents(world)).toEqual([`component ${given}`]);
  });

  test("is not answered when the incident is over or unknown", () => {
    const world = tenantUnit();
    declare(world, true);
    declare(world, false);

    expect(answer(world, "approved")).toEqual([]);
    expect(answer(world, "approved", "another")).toEqual([]);
  });

  test("is told to all who are affected, and so is its end", () => {
    const world = tenantUnit();
    declare(world, true);
    see(world, 1);
    see(world, 2);

    expect(told(answer(world, "approved"))).toEqual(["account/a1 notice", "account/a2 notice"]);
    expect(told(declare(world, false))).toEqual(["account/a1 notice", "account/a2 notice"]);
    expect(world.unit.population?.affected.size).toBe(0);
  });

  test("declined after it was approved is told, and declined at once is not", () => {
    const world = tenantUnit();
    declare(world, true);
    see(world, 1);

    expect(told(answer(world, "declined"))).toEqual([]);
    expect(told(answer(world, "approved"))).toEqual(["account/a1 notice"]);
    expect(told(answer(world, "declined"))).toEqual(["account/a1 notice"]);
  });

  test("that nobody was told of leaves nothing to take back", () => {
    const world = tenantUnit();
    declare(world, true);
    see(world, 1);

    expect(told(declare(world, false))).toEqual([]);
    expect(world.unit.population?.affected.size).toBe(0);
    expect(world.timers().filter((timer) => timer.startsWith("notice"))).toEqual([]);
  });

  test("reaches two hundred in a second, and the others in the next ones", () => {
    const world = tenantUnit({
      settings: { incident: { ...createWorld().tenant.settings.incident, matches: 9_999 } },
    });
    declare(world, true);
    for (let i = 0; i < 450; i++) see(world, i);
    const counts = [told(answer(world, "approved")).length];
    for (let i = 0; i < 3; i++) counts.push(told(world.pass(SECOND)).length);

    expect(counts).toEqual([200, 200, 50, 0]);
  });

  test("that was ended meanwhile is told to all of them from the start", () => {
    const world = tenantUnit({
      settings: { incident: { ...createWorld().tenant.settings.incident, matches: 9_999 } },
    });
    declare(world, true);
    for (let i = 0; i < 250; i++) see(world, i);
    answer(world, "approved");
    const counts = [told(declare(world, false)).length, told(world.pass(SECOND)).length];

    expect(counts).toEqual([200, 50]);
    expect(world.unit.population?.affected.size).toBe(0);
  });

  test("of an incident that nobody knows any more is told to the end, and then forgotten", () => {
    const world = tenantUnit({
      settings: { incident: { ...createWorld().tenant.settings.incident, matches: 9_999 } },
    });
    declare(world, true);
    for (let i = 0; i < 250; i++) see(world, i);
    answer(world, "approved");
    world.tenant = { ...world.tenant, incidents: [] };

    expect(told(world.pass(SECOND))).toHaveLength(50);
    expect(world.unit.population?.affected.size).toBe(0);
  });
});

describe("in the unit of an account", () => {
  const OF_ACCOUNT = anIncident({ scope: { kind: "account", name: "acme" } });
  const toldAdmin = (
    tracked: readonly Parameters<typeof aTracked>[0][],
    options: Parameters<typeof createWorld>[0] = {},
  ) => {
    const world = createWorld({
      persons: [aPerson(), aPerson({ id: "ada", roles: ["admin"] })],
      tenant: { incidents: [OF_ACCOUNT] },
      ...options,
    });
    for (const one of tracked) {
      const item = aTracked({
        pursuit: aPursuit({ lastReason: "incident", heldSince: NOON - MINUTE }),
        ...one,
      });
      world.unit.tracked.set(item.match.id, item);
    }
    world.give({ kind: "declare", scope: OF_ACCOUNT.scope, running: true, actor: "rate", reason: "" });
    return world;
  };

  test("the admin gets one message about all of them, in the place of the newest match", () => {
    const world = toldAdmin([
      { match: aMatch({ id: "older", firedAt: NOON - MINUTE }) },
      { match: aMatch({ id: "newer" }) },
      { match: aMatch({ id: "same moment" }) },
    ]);

    expect(world.delivery()).toMatchObject({
      match: "newer",
      person: "ada",
      template: "account-incident",
      step: 0,
    });
    expect(world.deliveries()).toHaveLength(1);
  });

  test.each<[string, Parameters<typeof aTracked>[0]]>([
    ["is over", { match: aMatch({ state: "closed" }) }],
    ["is not pursued", { pursuit: null }],
    ["does not count any more", { silenced: "false_alarm" }],
    ["is of no known pattern", { match: aMatch({ pattern: "P-999" }) }],
  ])("a match that %s does not stand for them", (_words, changes) => {
    expect(toldAdmin([changes]).deliveries()).toEqual([]);
  });

  test("neither does one that only ever alerts", () => {
    expect(toldAdmin([{}], { patterns: [aPattern({ alertOnly: true })] }).deliveries()).toEqual([]);
  });

  test("what the match had queued is taken back", () => {
    const world = createWorld({
      persons: [aPerson(), aPerson({ id: "ada", roles: ["admin"] })],
      patterns: [aPattern({ channels: ["email"] })],
    });
    world.trouble();
    world.tenant = { ...world.tenant, incidents: [OF_ACCOUNT] };
    world.give({ kind: "declare", scope: OF_ACCOUNT.scope, running: true, actor: "rate", reason: "" });

    expect(world.deliveries()).toMatchObject([
      { person: "u1", status: "suppressed", detail: "incident" },
      { person: "ada", status: "queued" },
    ]);
  });

  test("nobody is told of an incident that has ended, or of another", () => {
    expect(
      toldAdmin([{}], { tenant: { incidents: [{ ...OF_ACCOUNT, endedAt: NOON }] } }).deliveries(),
    ).toEqual([]);
    expect(toldAdmin([{}], { tenant: { incidents: [anIncident()] } }).deliveries()).toEqual([]);
  });
});

describe("the journeys of all customers", () => {
  const MIDNIGHT = NOON + 12 * HOUR;
  const spike = aPattern({
    id: "J-2",
    name: "Errors rise",
    per: ["tenant", "errorCode"],
    risk: 60,
    when: { kind: "spike", of: ["app.error"], where: {}, bucket: HOUR, over: 24, factor: 3, minimum: 20 },
  });
  const drop = aPattern({
    id: "J-1",
    per: ["tenant"],
    when: { kind: "drop", of: ["signup"], where: {}, bucket: DAY, over: 14, factor: 0.5, minimum: 10 },
  });
  const counts = (world: World, pattern: string, count: number, key = "tenant;errorCode=E1;step=2") => {
    world.give({ kind: "tally", counts: [{ pattern, key, minute: world.now, count }] });
  };
  /** Ten errors an hour for a day, and then thirty. */
  function rising(): World {
    const world = createWorld({ id: "tenant", patterns: [spike, drop] });
    world.now = MIDNIGHT;
    for (let hour = 0; hour < 24; hour++) {
      counts(world, "J-2", 10);
      world.now += HOUR;
    }
    counts(world, "J-2", 30);
    return world;
  }

  test("out of the ordinary are an alert, with an hour", () => {
    expect(rising().alerts()).toMatchObject([
      {
        kind: "journey",
        title: "Errors rise",
        why: "30 in 1h, usually 10 (errorCode=E1, step=2).",
        owner: "ops@example.com",
        score: 60,
        createdAt: MIDNIGHT + DAY,
        dueBy: MIDNIGHT + DAY + HOUR,
        state: "open",
        simulated: false,
      },
    ]);
  });

  test("ordinary again, nobody needs to look any more", () => {
    const world = rising();
    world.now += HOUR;
    counts(world, "J-2", 10);
    world.pass(HOUR + 5 * MINUTE);

    expect(world.alerts()).toMatchObject([{ state: "resolved", revision: 2 }]);
    expect(world.unit.alerts.size).toBe(0);
  });

  test("ordinary again after a person has resolved the alert, it is only forgotten", () => {
    const world = rising();
    world.give({ kind: "alert", alert: "journey-1", action: "resolve", actor: "ops:kim", reason: "" });
    world.now += HOUR;
    counts(world, "J-2", 10);
    world.pass(HOUR + 5 * MINUTE);

    expect(world.alerts()).toMatchObject([{ state: "resolved", revision: 2 }]);
    expect(world.unit.alerts.size).toBe(0);
  });

  test("that may fall silent are looked at when their day is complete, and then at the next one", () => {
    const world = createWorld({ id: "tenant", patterns: [spike, drop] });
    world.now = MIDNIGHT;
    counts(world, "J-1", 20, "tenant");
    const first = world.timers();
    world.pass(DAY + 5 * MINUTE);

    expect([first, world.timers()]).toEqual([["journey  1445"], ["journey  1440"]]);
  });

  test("fallen silent are an alert too, though nothing is counted", () => {
    const world = createWorld({ id: "tenant", patterns: [spike, drop] });
    world.now = MIDNIGHT;
    for (let day = 0; day < 14; day++) {
      counts(world, "J-1", 20, "tenant");
      world.now += DAY;
    }
    world.pass(DAY + 5 * MINUTE);

    expect(world.alerts()).toMatchObject([{ pattern: "J-1", why: "0 in 1d, usually 20." }]);
  });

  test("of a pattern that is gone are not counted", () => {
    const world = createWorld({ id: "tenant", patterns: [spike] });
    counts(world, "J-9", 10);

    expect(world.unit.population?.journeys.size).toBe(0);
    expect(world.timers()).toEqual([]);
  });
});

describe("connections", () => {
  const says = (
    world: World,
    what: "bad_credentials" | "breaker_open" | "works",
    channel: "email" | "push" = "email",
  ) => world.give({ kind: "connection", channel, system: "sendgrid", what, detail: "401" });

  test("ops hear once that one does not work, with a quarter of an hour, and once that it does", () => {
    const world = tenantUnit();
    says(world, "breaker_open");
    const [alert] = world.alerts();
    world.now += MINUTE;
    const again = says(world, "breaker_open");
    says(world, "works");
    const afterwards = says(world, "works");

    expect(alert).toMatchObject({
      kind: "connection",
      title: "No email goes out through sendgrid",
      owner: "ops@example.com",
      score: 90,
      dueBy: NOON + 15 * MINUTE,
      state: "open",
    });
    expect([again, afterwards]).toEqual([[], []]);
    expect(world.alerts()).toMatchObject([{ state: "resolved", revision: 2 }]);
    expect([world.unit.alerts.size, world.unit.population?.broken.size]).toEqual([0, 0]);
  });

  test("whoever looks after operations owns it", () => {
    const world = tenantUnit({
      settings: { owners: { "support-ops": "sue@example.com", default: "all@example.com" } },
    });
    says(world, "breaker_open");

    expect(world.alerts()[0]?.owner).toBe("sue@example.com");
  });

  test("a channel without a word of its own is named as it is", () => {
    const world = tenantUnit();
    says(world, "bad_credentials", "push");

    expect(world.alerts()[0]).toMatchObject({
      title: "No push goes out through sendgrid",
      why: expect.stringContaining("refuses the credentials: 401"),
    });
  });

  test("each kind of channel has its own", () => {
    const world = tenantUnit();
    says(world, "breaker_open");
    says(world, "breaker_open", "push");
    says(world, "works");

    expect(world.alerts().map(({ state }) => state)).toEqual(["resolved", "open"]);
  });

  test("one that a person has resolved is news when it fails again", () => {
    const world = tenantUnit();
    says(world, "breaker_open");
    world.give({ kind: "alert", alert: "connection-1", action: "resolve", actor: "ops:kim", reason: "" });
    world.now += MINUTE;
    says(world, "breaker_open");

    expect(world.alerts().map(({ state }) => state)).toEqual(["resolved", "open"]);
  });

  test("the unit of an account has none", () => {
    const world = createWorld();
    world.unit.account = anAccount();

    expect(says(world, "breaker_open")).toEqual([]);
  });
});

describe("what an incident means for a match", () => {
  const ENDED = anIncident({ startedAt: NOON - 2 * HOUR, endedAt: NOON - HOUR });

  test("one that was sent on before is marked, and its alerts are left to the one of the incident", () => {
    const world = createWorld();
    world.trouble();
    world.give({ kind: "affected", match: "match-1", incident: "incident-1" });
    const first = world.alerts();
    const again = world.give({ kind: "affected", match: "match-1", incident: "incident-2" });

    expect(world.match().incident).toBe("incident-1");
    expect(first).toMatchObject([{ state: "resolved", incident: "incident-1", revision: 2 }]);
    expect(again).toEqual([]);
    expect(world.give({ kind: "affected", match: "another", incident: "incident-1" })).toEqual([]);
  });

  test("an alert that is resolved, or of another match, stays as it is", () => {
    const world = createWorld();
    world.trouble();
    world.give({ kind: "alert", alert: "alert-1", action: "resolve", actor: "ops:kim", reason: "" });
    world.unit.tracked.set("other", aTracked({ match: aMatch({ id: "other" }) }));
    world.give({ kind: "affected", match: "other", incident: "incident-1" });
    world.give({ kind: "affected", match: "match-1", incident: "incident-1" });

    expect(world.alerts()).toMatchObject([{ incident: null, revision: 2 }]);
  });

  test.each<[string, Partial<Incident>, string | null]>([
    ["it concerns", {}, "running"],
    ["began ten minutes after the match", { startedAt: NOON + 10 * MINUTE }, "running"],
    ["began later than that", { startedAt: NOON + 10 * MINUTE + 1 }, null],
  ])("one that is held becomes part of the running incident that %s", (_words, changes, incident) => {
    const scope = { kind: "component", name: "exports" } as const;
    const world = createWorld({ persons: [aPerson({ snoozedUntil: NOON + HOUR })] });
    world.trouble();
    world.tenant = {
      ...world.tenant,
      incidents: [
        anIncident({ id: "over", endedAt: NOON - 1 }),
        anIncident({ id: "elsewhere", scope }),
        anIncident({ id: "running", ...changes }),
      ],
    };
    world.pass(HOUR);

    expect(world.decided()).toBe("hold incident");
    expect(world.match().incident).toBe(incident);
  });

  test("one that it only held is released ten to thirty minutes after its end, whatever others do", () => {
    const release = (...others: readonly Incident[]) => {
      const world = createWorld({
        patterns: [aPattern({ quiet: 5 * HOUR })],
        persons: [aPerson({ snoozedUntil: NOON + HOUR })],
      });
      world.trouble();
      const running = anIncident({ id: "running", startedAt: NOON + 30 * MINUTE });
      world.tenant = { ...world.tenant, incidents: [running, ...others] };
      world.pass(HOUR);
      const ended = { ...running, endedAt: NOON + 65 * MINUTE };
      world.tenant = { ...world.tenant, incidents: [ended, ...others] };
      world.pass(10 * MINUTE);
      return Number(
        world
          .timers()
          .find((timer) => timer.startsWith("judge"))
          ?.split(" ")[2],
      );
    };
    const scope = { kind: "component", name: "exports" } as const;
    const alone = release();

    expect(70 + alone).toBeGreaterThanOrEqual(75);
    expect(70 + alone).toBeLessThan(95);
    expect(release(anIncident({ scope, endedAt: NOON + 69 * MINUTE }))).toBe(alone);
    expect(release(anIncident({ scope }))).toBe(alone);
    expect(release(anIncident({ endedAt: NOON - 1 }))).toBe(alone);
  });

  /** A match that the incident ended, as its own. */
  function ended(): World {
    const world = createWorld({ patterns: [aPattern({ quiet: 5 * HOUR })], tenant: { incidents: [] } });
    world.trouble();
    const tracked = world.tracked();
    tracked.match = { ...tracked.match, incident: "incident-1" };
    if (tracked.pursuit !== null)
      Object.assign(tracked.pursuit, { state: "ended", lastReason: "incident", sentSteps: [] });
    world.unit.persons.get("u1")?.messages.splice(0);
    world.tenant = { ...world.tenant, incidents: [{ ...ENDED, endedAt: NOON + MINUTE }] };
    return world;
  }

  test.each([
    ["ten minutes after the end", 11 * MINUTE, "ended"],
    ["later than that", 11 * MINUTE + 1, "sent"],
  ])("its own starts anew only with evidence well after the end: %s", (_words, after, state) => {
    const world = ended();
    world.now = NOON + after;
    world.happens();

    expect(world.tracked().pursuit?.state).toBe(state);
  });

  test("it does not while the incident runs, nor when the match was ended by something else", () => {
    const running = ended();
    running.tenant = { ...running.tenant, incidents: [{ ...ENDED, endedAt: null }] };
    const other = ended();
    const { pursuit } = other.tracked();
    if (pursuit !== null) pursuit.lastReason = "stale";
    for (const world of [running, other]) {
      world.now = NOON + HOUR;
      world.happens();
    }

    expect([running, other].map((world) => world.tracked().pursuit?.state)).toEqual(["ended", "ended"]);
  });
});
