import { describe, expect, test } from "vitest";
import { merge, profileOf } from "../../../server/core/engine/joining.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import {
  aDelivery,
  aMatch,
  aMessage,
  aPattern,
  aPerson,
  aPursuit,
  aStranger,
  aTicket,
  aTracked,
  NOON,
} from "../../builders.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

describe("two records of one person", () => {
  const both = (own: Parameters<typeof aPerson>[0], other: Parameters<typeof aPerson>[0]) =>
    merge(aStranger({ lastEventAt: null, ...own }), aStranger({ lastEventAt: null, id: "u2", ...other }));

  test("are the other one, when there was none", () => {
    expect(merge(undefined, aPerson())).toEqual(aPerson());
  });

  test("keep the own name, and what is known here before what is known there", () => {
    const known = {
      timeZone: "UTC",
      locale: "en",
      tier: "gold",
      preferred: "email",
      stoppedAt: NOON,
    } as const;
    const other = {
      timeZone: "Asia/Tokyo",
      locale: "ja",
      tier: "blue",
      preferred: "sms",
      stoppedAt: 1,
    } as const;

    expect(both(known, other)).toMatchObject({ id: "u1", ...known });
    expect(both({}, other)).toMatchObject({ id: "u1", ...other });
    expect(both(known, {})).toMatchObject(known);
  });

  test.each(["email", "phone", "push", "bouncedEmail", "bouncedPhone"] as const)(
    "know of %s what either knows",
    (name) => {
      const { reach } = aStranger();
      const yes = { reach: { ...reach, [name]: true } };

      expect([both(yes, {}), both({}, yes), both({}, {})].map((person) => person.reach[name])).toEqual([
        true,
        true,
        false,
      ]);
    },
  );

  test("have the consents of both, and every refusal", () => {
    expect(
      both({ consent: { email: true, sms: false } }, { consent: { email: false, sms: true, push: true } })
        .consent,
    ).toEqual({ email: false, sms: false, push: true });
  });

  test("have the roles, the channels that are off and the muted families of both; the own date counts", () => {
    expect(
      both(
        { roles: ["admin", "billing"], channelsOff: ["sms"], muted: { a: 1, b: 2 } },
        { roles: ["billing", "technical"], channelsOff: ["sms", "email"], muted: { b: 3, c: 4 } },
      ),
    ).toMatchObject({
      roles: ["admin", "billing", "technical"],
      channelsOff: ["sms", "email"],
      muted: { a: 1, b: 2, c: 4 },
    });
  });

  test.each(["snoozedUntil", "pausedUntil", "lastEventAt"] as const)("have the later %s", (name) => {
    const value = (own: number | null, other: number | null) =>
      both({ [name]: own }, { [name]: other })[name];

    expect([value(1, 2), value(2, 1), value(1, null), value(null, 2), value(null, null)]).toEqual([
      2,
      2,
      1,
      2,
      null,
    ]);
  });

  test("have the messages of both by time, each once, as they are known here", () => {
    const own = [aMessage({ delivery: "a", at: 3, state: "sent" }), aMessage({ delivery: "b", at: 4 })];
    const other = [aMessage({ delivery: "a", at: 3, state: "void" }), aMessage({ delivery: "c", at: 1 })];
    const messages = both({ messages: own }, { messages: other }).messages;

    expect(messages.map(({ delivery, state }) => `${delivery} ${state}`)).toEqual([
      "c sent",
      "a sent",
      "b sent",
    ]);
  });

  test("have the tickets of both, as they are known here", () => {
    const own = [aTicket({ id: "1", open: false })];
    const other = [aTicket({ id: "1", open: true }), aTicket({ id: "2", openedAt: NOON })];

    expect(both({ tickets: own }, { tickets: other }).tickets.map(({ id, open }) => [id, open])).toEqual([
      ["1", false],
      ["2", true],
    ]);
  });
});

describe("a person in several accounts", () => {
  test("is told to the other one as they are", () => {
    const world = createWorld();

    expect(world.give({ kind: "share", person: "u1", to: "account/globex" })).toEqual([
      { kind: "forward", unit: "account/globex", control: { kind: "profile", person: aPerson() } },
    ]);
    expect(world.give({ kind: "share", person: "u9", to: "account/globex" })).toEqual([]);
  });

  test("is there what they are elsewhere; roles, messages and the last visit stay the account's own", () => {
    const world = createWorld({
      persons: [aPerson({ roles: ["admin"], messages: [aMessage()], lastEventAt: 5, tickets: [aTicket()] })],
    });
    const other = aPerson({
      roles: ["billing"],
      tier: "gold",
      lastEventAt: 9,
      tickets: [aTicket({ id: "2" })],
    });
    world.give({ kind: "profile", person: other });

    expect(world.unit.persons.get("u1")).toEqual({
      ...other,
      roles: ["admin"],
      messages: [aMessage()],
      lastEventAt: 5,
      tickets: [aTicket({ id: "2" }), aTicket()],
    });
  });

  test("begins there without roles, messages and visits", () => {
    const world = createWorld({ persons: [] });
    world.give({ kind: "profile", person: aPerson({ roles: ["admin"], messages: [aMessage()] }) });

    expect(world.unit.persons.get("u1")).toMatchObject({ roles: [], messages: [], lastEventAt: null });
  });

  test("who has stopped there is stopped here too, with what is queued", () => {
    const world = createWorld({ patterns: [aPattern({ channels: ["email"] })] });
    world.trouble();
    world.give({ kind: "profile", person: aPerson({ stoppedAt: NOON - HOUR }) });

    expect(world.unit.persons.get("u1")?.stoppedAt).toBe(NOON - HOUR);
    expect(world.delivery()).toMatchObject({ status: "suppressed", detail: "opted_out" });
  });

  test("who had stopped already is told of once", () => {
    const world = createWorld({ persons: [aPerson({ stoppedAt: NOON })] });

    expect(
      world.give({ kind: "profile", person: aPerson({ stoppedAt: NOON }) }).map(({ kind }) => kind),
    ).toEqual(["person"]);
  });

  test("is the same in both when all but the account's own is; the order of tickets is no difference", () => {
    const tickets = [aTicket({ id: "1" }), aTicket({ id: "2" })];
    const one = aPerson({ tickets });
    const same = aPerson({
      tickets: tickets.toReversed(),
      roles: ["admin"],
      lastEventAt: 1,
      messages: [aMessage()],
    });

    expect(profileOf(same)).toBe(profileOf(one));
    expect(profileOf(aPerson({ tickets, tier: "gold" }))).not.toBe(profileOf(one));
    expect(profileOf(aPerson({ tickets: [aTicket({ id: "1", open: false })] }))).not.toBe(
      profileOf(aPerson({ tickets: [aTicket({ id: "1" })] })),
    );
  });
});

describe("a person who moves to another unit", () => {
  const PERSONAL = aPattern({ per: ["person"], channels: ["email"] });

  function leaves(world: World, to = "account/acme", as = "u1") {
    const effects = world.give({ kind: "handover", person: "u1", to, as });
    const adopted = effects.flatMap((effect) =>
      effect.kind === "forward" && effect.control.kind === "adopt"
        ? [{ unit: effect.unit, ...effect.control }]
        : [],
    );
    return { effects, adopted: adopted[0] };
  }
  const alone = (options: WorldOptions = {}) =>
    createWorld({ id: "person/u1", patterns: [PERSONAL], ...options });

  test("takes along matches, messages and alerts, under the new name", () => {
    const world = alone();
    world.trouble({ account: null });
    world.sends();
    const { adopted } = leaves(world, "account/acme", "u2");

    expect(adopted).toMatchObject({
      unit: "account/acme",
      from: "person/u1",
      person: { id: "u2" },
      tracked: [
        { match: { id: "match-1", person: "u2" }, pursuit: { state: "sent", person: "u2", sentSteps: [0] } },
      ],
      deliveries: [{ id: "delivery-1", unit: "account/acme", person: "u2", account: "acme", status: "sent" }],
      alerts: [{ id: "alert-1", unit: "account/acme", person: "u2", account: "acme" }],
    });
    expect([world.unit.tracked.size, world.unit.alerts.size, world.unit.persons.size]).toEqual([0, 0, 0]);
    expect(world.timers().filter((timer) => timer.includes("match-1"))).toEqual([]);
  });

  test("to a unit of their own, is of no account", () => {
    const world = alone();
    world.trouble({ account: null });

    expect(leaves(world, "person/u2", "u2").adopted?.deliveries?.[0]).toMatchObject({ account: null });
  });

  test("takes back what is queued, so that it is judged anew there", () => {
    const world = alone();
    world.trouble({ account: null });
    const { adopted } = leaves(world);

    expect(adopted?.deliveries).toMatchObject([{ status: "suppressed", detail: "duplicate" }]);
    expect(adopted?.tracked[0]?.pursuit).toMatchObject({ state: "held", sentSteps: [] });
  });

  test("but not where a person of ours was asked already", () => {
    const world = alone();
    world.trouble({ account: null });
    const { pursuit } = world.tracked();
    if (pursuit !== null) pursuit.humanDone = true;

    expect(leaves(world).adopted?.tracked[0]?.pursuit?.state).toBe("sent");
  });

  test("is removed here, and the scores with them", () => {
    const world = alone();
    world.trouble({ account: null });
    const { effects } = leaves(world);

    expect(effects).toContainEqual({ kind: "person_removed", tenant: "t1", unit: "person/u1", person: "u1" });
    expect(world.scores().at(-1)?.score).toBe(0);
    expect(world.unit.scores.size).toBe(0);
  });

  test("nobody moves to where they are, and nobody who is not known", () => {
    const world = alone();

    expect(leaves(world, "person/u1", "u1").effects).toEqual([]);
    world.unit.persons.clear();
    expect(leaves(world).effects).toEqual([]);
  });

  test("from an account takes their own matches, and leaves those of the account", () => {
    const world = createWorld({ patterns: [aPattern(), { ...PERSONAL, id: "P-002", family: "own" }] });
    world.trouble();
    const { adopted } = leaves(world, "account/globex");

    expect(adopted?.tracked.map(({ match }) => match.pattern)).toEqual(["P-002"]);
    expect([...world.unit.tracked.values()].map(({ match }) => match.pattern)).toEqual(["P-001"]);
    expect(adopted?.alerts?.map(({ pattern }) => pattern)).not.toContain("P-001");
  });

  test("takes along messages that belong to no match here, and not those of others", () => {
    const world = createWorld();
    world.unit.deliveries.set("own", aDelivery({ id: "own", match: "", status: "in_doubt" }));
    world.unit.deliveries.set("other", aDelivery({ id: "other", match: "", person: "u2" }));

    expect(leaves(world, "account/globex").adopted?.deliveries?.map(({ id }) => id)).toEqual(["own"]);
  });

  test("under another name in the same account: what the account does goes on under the new one", () => {
    const world = createWorld({ patterns: [aPattern({ channels: ["email"] })] });
    world.trouble();
    leaves(world, "account/acme", "u2");

    expect(world.match().person).toBe("u2");
    expect(world.tracked().pursuit?.person).toBe("u2");
    expect(world.delivery()).toMatchObject({ person: "u2", status: "queued" });
  });

  test("under another name, leaves what others of the account have", () => {
    const world = createWorld();
    world.unit.tracked.set(
      "match-1",
      aTracked({ match: aMatch({ person: "u3" }), pursuit: aPursuit({ person: "u3" }) }),
    );
    world.unit.deliveries.set("d", aDelivery({ id: "d", person: "u3" }));
    leaves(world, "account/acme", "u2");

    expect([world.match().person, world.tracked().pursuit?.person, world.delivery().person]).toEqual([
      "u3",
      "u3",
      "u3",
    ]);
  });
});

describe("a person who is taken up", () => {
  const adopts = (
    tracked: Parameters<typeof aTracked>[0] | null,
    rest: {
      readonly deliveries?: readonly ReturnType<typeof aDelivery>[];
      readonly person?: Parameters<typeof aPerson>[0];
    } = {},
    pattern = aPattern({ quiet: 2 * HOUR, channels: ["email"] }),
  ) => {
    const world = createWorld({ patterns: [pattern], persons: [] });
    world.now += MINUTE;
    world.give({
      kind: "adopt",
      from: "person/u1",
      person: aPerson(rest.person),
      tracked:
        tracked === null
          ? []
          : [aTracked({ match: aMatch({ unit: "person/u1", account: null }), ...tracked })],
      deliveries: rest.deliveries ?? [],
    });
    return world;
  };

  test("brings matches, which are the account's from now on", () => {
    const world = adopts({ pursuit: aPursuit({ state: "ended" }) });

    expect(world.tracked()).toMatchObject({
      adopted: true,
      match: { unit: "account/acme", account: "acme" },
    });
    expect(world.scores().at(-1)?.score).toBe(85);
  });

  test("what was sent goes on: its further step, its human, its end", () => {
    const timers = adopts({ pursuit: aPursuit({ state: "sent", sentSteps: [0] }) }).timers();

    expect(timers.filter((timer) => timer.includes("match-1"))).toEqual([
      "step match-1 20",
      "quiet match-1 119",
      "human match-1 120",
      "outcome match-1 1439",
    ]);
  });

  test.each(["held", "review"] as const)("what was %s is judged anew", (state) => {
    const world = adopts({ pursuit: aPursuit({ state }) });

    expect(world.tracked().pursuit?.state).toBe("sent");
    expect(world.delivery()).toMatchObject({ channel: "email", status: "queued" });
  });

  test("what had ended stays ended", () => {
    const world = adopts({ pursuit: aPursuit({ state: "ended" }) });

    expect(world.decisions()).toEqual([]);
  });

  test("one whose window has passed is decided now", () => {
    const world = adopts({ match: aMatch({ firedAt: NOON - 2 * DAY }), pursuit: null });

    expect(world.timers()).toContain("outcome match-1 0");
  });

  test.each<[string, Parameters<typeof aMatch>[0], ReturnType<typeof aPattern>]>([
    ["closed", { state: "closed" }, aPattern()],
    [
      "waiting for what is missing",
      {},
      aPattern({
        when: {
          kind: "absence",
          after: { of: ["a"], where: {} },
          missing: { of: ["b"], where: {} },
          for: HOUR,
        },
      }),
    ],
  ])("one that is %s does not go quiet", (_words, match, pattern) => {
    const world = adopts({ match: aMatch(match), pursuit: null }, {}, pattern);

    expect(world.timers().filter((timer) => timer.startsWith("quiet"))).toEqual([]);
  });

  test("one whose pattern is gone goes quiet as of its last evidence", () => {
    const world = adopts({ pursuit: null });
    world.tenant = {
      ...world.tenant,
      library: createWorld({ patterns: [aPattern({ id: "P-9" })] }).tenant.library,
    };
    world.pass(3 * HOUR);

    expect(world.match()).toMatchObject({ state: "closed", closedBy: "quiet", closedAt: NOON });
  });

  test("what is in doubt is given a day, and what tells of an incident is forgotten in time", () => {
    const world = adopts(null, {
      deliveries: [
        aDelivery({ id: "a", status: "in_doubt" }),
        aDelivery({ id: "b", status: "sent", notice: "incident-1" }),
        aDelivery({ id: "c", status: "sent" }),
      ],
    });

    expect(world.timers()).toEqual(["doubt a 1440", "notice incident-1 4320"]);
  });

  test("who had stopped is stopped here, with what waits", () => {
    const world = adopts(
      { pursuit: aPursuit({ state: "held", person: "u1" }) },
      { person: { stoppedAt: NOON } },
    );

    expect(world.deliveries()).toEqual([]);
    expect(world.unit.persons.get("u1")?.stoppedAt).toBe(NOON);
  });

  test("who has not stopped keeps what waits for them here", () => {
    const world = createWorld({ patterns: [aPattern({ channels: ["email"] })] });
    world.trouble();
    world.give({ kind: "adopt", from: "person/u1", person: aPerson(), tracked: [] });

    expect(world.delivery().status).toBe("queued");
    expect(world.unit.persons.get("u1")?.stoppedAt).toBeNull();
  });

  test("a match that is here already stays as it is", () => {
    const world = createWorld({ patterns: [aPattern()] });
    world.unit.tracked.set("match-1", aTracked({ helped: "yes" }));
    world.give({ kind: "adopt", from: "person/u1", person: aPerson(), tracked: [aTracked()] });

    expect(world.tracked().helped).toBe("yes");
  });
});
