import { describe, expect, test } from "vitest";
import type { Event } from "../../../server/core/event.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import { aMessage, anAccount, aPattern, aPerson, aStranger, NOON } from "../../builders.ts";
import { createWorld, type World } from "./world.ts";

const OLD = NOON - DAY - 1;

/** A unit of which nothing is known yet but its id. */
function unknown(): World {
  const world = createWorld({ persons: [] });
  const { id } = anAccount();
  world.unit.account = {
    ...anAccount({ id, name: null, plan: null, segment: null, region: null, industry: null, mrr: null }),
    signedUpAt: null,
    onboardedAt: null,
  };
  return world;
}

const accountAfter = (world: World, changes: Partial<Event>) => {
  world.happens({ person: null, ...changes });
  return world.unit.account;
};
const kinds = (world: World, changes: Partial<Event>) => world.happens(changes).map(({ kind }) => kind);

describe("what an event says about its account", () => {
  test("every text of account.updated and its revenue are kept", () => {
    const data = {
      name: "Globex",
      plan: "team",
      segment: "enterprise",
      region: "us",
      industry: "steel",
      owner: "kim@example.com",
      timeZone: "Europe/Berlin",
      productArea: "reports",
      mrr: 900,
    };

    expect(accountAfter(unknown(), { type: "account.updated", data })).toMatchObject(data);
  });

  test("account.signed_up says the same, and when; the earliest time counts", () => {
    const world = unknown();
    accountAfter(world, { type: "account.signed_up", time: NOON - HOUR, data: { name: "Globex" } });
    accountAfter(world, { type: "account.signed_up", time: NOON - 2 * HOUR });
    accountAfter(world, { type: "account.signed_up", time: NOON - MINUTE });

    expect(world.unit.account).toMatchObject({ name: "Globex", signedUpAt: NOON - 2 * HOUR });
  });

  test("onboarding.completed says when they were ready, and no name", () => {
    const account = accountAfter(unknown(), {
      type: "onboarding.completed",
      time: NOON - HOUR,
      data: { name: "Globex" },
    });

    expect(account).toMatchObject({ name: null, onboardedAt: NOON - HOUR, signedUpAt: null });
  });

  test("plan.changed says the new plan alone", () => {
    const account = accountAfter(unknown(), { type: "plan.changed", data: { to: "team", name: "Globex" } });

    expect(account).toMatchObject({ plan: "team", name: null });
  });

  test("what has the wrong type is not taken", () => {
    const data = { name: 7, mrr: "900", contacts: "bob", to: 3 };
    const world = unknown();

    expect(accountAfter(world, { type: "account.updated", data })).toMatchObject({
      name: null,
      mrr: null,
      contacts: {},
    });
    expect(accountAfter(world, { type: "plan.changed", data })).toMatchObject({ plan: null });
  });

  test("contacts are the three roles, each one person or several", () => {
    const contacts = { admin: "ada", technical: ["tess", 3, "tom"], billing: [], sales: "sam" };

    expect(accountAfter(unknown(), { type: "account.updated", data: { contacts } })?.contacts).toEqual({
      admin: ["ada"],
      technical: ["tess", "tom"],
    });
  });

  test("new contacts take the place of all earlier ones", () => {
    const world = unknown();
    accountAfter(world, { type: "account.updated", data: { contacts: { admin: "ada", billing: "bill" } } });

    expect(
      accountAfter(world, { type: "account.updated", data: { contacts: { admin: "amy" } } })?.contacts,
    ).toEqual({ admin: ["amy"] });
  });

  test("what is more than a day old fills gaps and overrides nothing", () => {
    const world = createWorld();
    world.unit.account = anAccount({ region: null, plan: null, contacts: { admin: ["ada"] } });
    const data = { name: "Old Name", region: "us", mrr: 1, contacts: { admin: "amy", billing: "bill" } };
    accountAfter(world, { type: "account.updated", time: OLD, data });
    accountAfter(world, { type: "plan.changed", time: OLD, data: { to: "free" } });
    accountAfter(world, { type: "plan.changed", time: OLD, data: { to: "team" } });

    expect(world.unit.account).toMatchObject({
      name: "Acme",
      region: "us",
      mrr: 500,
      plan: "free",
      contacts: { admin: ["ada"], billing: ["bill"] },
    });
  });

  test("old revenue fills a gap too", () => {
    expect(accountAfter(unknown(), { type: "account.updated", time: OLD, data: { mrr: 5 } })?.mrr).toBe(5);
  });

  test("what is exactly a day old is not old", () => {
    const world = createWorld();

    expect(
      accountAfter(world, { type: "account.updated", time: NOON - DAY, data: { name: "Globex" } })?.name,
    ).toBe("Globex");
  });

  test("it is told only when something changed, and not by events about other things", () => {
    const world = createWorld();

    expect(kinds(world, { type: "account.updated", person: null, data: { name: "Acme" } })).toEqual([]);
    expect(kinds(world, { type: "feature.used", person: null, data: { name: "Globex" } })).toEqual([]);
    expect(kinds(world, { type: "account.updated", person: null, data: { name: "Globex" } })).toEqual([
      "account",
    ]);
  });

  test("an event without an account says nothing about the unit's own", () => {
    const world = createWorld();
    world.happens({ type: "account.updated", account: null, data: { name: "Globex" } });

    expect(world.unit.account?.name).toBe("Acme");
  });
});

describe("what an event says about its person", () => {
  const personAfter = (world: World, changes: Partial<Event>) => {
    world.happens({ type: "person.identified", ...changes });
    return world.unit.persons.get("u1");
  };
  const stranger = () => createWorld({ persons: [aStranger({ lastEventAt: null })] });

  test("person.identified brings zone, language, tier, roles and consent", () => {
    const data = { timeZone: "Europe/Berlin", locale: "de", tier: "gold", roles: ["admin", 3] };
    const consent = { email: true, sms: false, phone: true, push: false };

    expect(personAfter(stranger(), { data: { ...data, consent } })).toMatchObject({
      ...data,
      roles: ["admin"],
      consent,
    });
  });

  test("what has the wrong type is not taken", () => {
    const data = { timeZone: 3, locale: true, tier: 7, roles: "admin", consent: { email: "yes" } };

    expect(personAfter(stranger(), { data })).toEqual(aStranger());
  });

  test("what is more than a day old fills gaps and overrides nothing", () => {
    const world = createWorld({
      persons: [aPerson({ roles: ["billing"], tier: null, consent: { email: false }, lastEventAt: NOON })],
    });
    const data = { timeZone: "Europe/Berlin", tier: "gold", roles: ["admin"] };
    const consent = { email: true, sms: true };

    expect(personAfter(world, { time: OLD, data: { ...data, consent } })).toEqual(
      aPerson({ roles: ["billing"], tier: "gold", consent: { email: false, sms: true } }),
    );
  });

  test("old roles fill a gap", () => {
    expect(personAfter(stranger(), { time: OLD, data: { roles: ["admin"] } })?.roles).toEqual(["admin"]);
  });

  test("any event may bring an address, and nothing else", () => {
    const data = { hasEmail: true, hasPhone: true, timeZone: "Europe/Berlin" };

    expect(personAfter(stranger(), { type: "feature.used", data })?.reach).toEqual({
      email: true,
      phone: true,
      push: false,
      bouncedEmail: false,
      bouncedPhone: false,
    });
    expect(personAfter(stranger(), { type: "feature.used", data: { hasPhone: true } })?.reach).toMatchObject({
      email: false,
      phone: true,
    });
    expect(personAfter(stranger(), { type: "feature.used", data: { timeZone: "UTC" } })?.timeZone).toBeNull();
  });

  test("an address that bounced stays so when it is repeated, and a new one is a new chance", () => {
    const reach = { email: true, phone: true, push: false, bouncedEmail: true, bouncedPhone: true };
    const world = createWorld({ persons: [aPerson({ reach })] });

    expect(personAfter(world, { data: { hasEmail: true, hasPhone: true } })?.reach).toEqual(reach);
    expect(personAfter(world, { data: { hasEmail: true, newEmail: true } })?.reach).toEqual({
      ...reach,
      bouncedEmail: false,
    });
    expect(personAfter(world, { data: { hasPhone: true, newPhone: true } })?.reach).toEqual({
      ...reach,
      bouncedEmail: false,
      bouncedPhone: false,
    });
  });

  test("a new address of somebody whose messages do not bounce marks nothing", () => {
    expect(
      personAfter(createWorld(), { data: { hasEmail: true, newEmail: false, hasPhone: true } })?.reach,
    ).toEqual(aPerson().reach);
  });

  test("the newest event is when they were last here", () => {
    const world = stranger();

    expect(personAfter(world, { type: "feature.used", time: NOON - HOUR })?.lastEventAt).toBe(NOON - HOUR);
    expect(personAfter(world, { type: "feature.used", time: NOON })?.lastEventAt).toBe(NOON);
    expect(personAfter(world, { type: "feature.used", time: NOON - MINUTE })?.lastEventAt).toBe(NOON);
  });

  test("they are told of at first sight, and then only when something changed", () => {
    const world = createWorld({ persons: [] });

    expect(kinds(world, { type: "feature.used" })).toEqual(["person"]);
    expect(kinds(world, { type: "feature.used" })).toEqual([]);
    expect(kinds(world, { type: "person.identified", data: { tier: "gold" } })).toEqual(["person"]);
    expect(kinds(world, { type: "person.identified", data: { tier: "gold" } })).toEqual([]);
  });

  test("what was told is a copy that later changes do not reach", () => {
    const world = createWorld();
    world.trouble();
    const [told] = world.effects.flatMap((effect) => (effect.kind === "person" ? [effect.row] : []));
    const before = structuredClone(told);
    world.sends();
    world.happens({ type: "person.identified", data: { hasEmail: true, consent: { sms: false } } });
    world.happens({ type: "ticket.created", data: { ticket: "1" } });

    expect(told).toEqual(before);
  });
});

test("a match that waits for an address is judged again when one comes", () => {
  const world = createWorld({
    patterns: [aPattern({ channels: ["email"] })],
    persons: [aStranger({ consent: { email: true } })],
  });
  world.trouble();
  const before = world.decided();
  world.happens({ type: "feature.used", data: { hasEmail: true } });

  expect([before, world.decided()]).toEqual(["hold unreachable", "send none"]);
});

test("what was written to them is forgotten after three days, unless it is still on its way", () => {
  const world = createWorld({
    persons: [
      aPerson({
        messages: [
          aMessage({ delivery: "old", at: NOON - 3 * DAY }),
          aMessage({ delivery: "young", at: NOON - 3 * DAY + 2 * HOUR }),
          aMessage({ delivery: "waiting", at: NOON - 9 * DAY, state: "reserved" }),
          aMessage({ delivery: "in doubt", at: NOON - 9 * DAY, state: "in_doubt" }),
          aMessage({ delivery: "void", at: NOON - 9 * DAY, state: "void" }),
        ],
      }),
    ],
  });
  world.unit.timers.push({ due: NOON, kind: "sweep", ref: "" });
  world.pass(MINUTE);

  expect(world.unit.persons.get("u1")?.messages.map(({ delivery }) => delivery)).toEqual([
    "young",
    "waiting",
    "in doubt",
  ]);
});

describe("tickets", () => {
  const ticketsAfter = (world: World, ...events: readonly Partial<Event>[]) => {
    for (const event of events) world.happens({ type: "ticket.created", data: { ticket: "1" }, ...event });
    return world.unit.persons.get("u1")?.tickets;
  };

  test("one that is created is open, of the issue that its category stands for", () => {
    const data = { ticket: "1", category: "billing" };

    expect(ticketsAfter(createWorld(), { data })).toEqual([
      { id: "1", issue: "billing", openedAt: NOON, at: NOON, open: true },
    ]);
  });

  test("the tenant's own map of categories comes first; what it does not know is an issue's name or nothing", () => {
    const world = createWorld({ tenant: { settings: { categories: { money: "billing" } } } });
    const tickets = ticketsAfter(
      world,
      { data: { ticket: "1", category: "money" } },
      { data: { ticket: "2", category: "onboarding" } },
      { data: { ticket: "3", category: "weather" } },
      { data: { ticket: "4", category: 7 } },
    );

    expect(tickets?.map(({ issue }) => issue)).toEqual(["billing", "onboarding", null, null]);
  });

  test("a later word without a category leaves the issue as it was", () => {
    const world = createWorld();
    const tickets = ticketsAfter(
      world,
      { data: { ticket: "1", category: "billing" } },
      { type: "ticket.solved", data: { ticket: "1" } },
    );

    expect(tickets).toEqual([{ id: "1", issue: "billing", openedAt: NOON, at: NOON, open: false }]);
  });

  test("one that is opened again is open from then on; an earlier word does not take that back", () => {
    const world = createWorld();
    ticketsAfter(world, {}, { type: "ticket.solved" });
    world.now += HOUR;
    const reopened = ticketsAfter(world, { type: "ticket.reopened" })?.[0];
    const after = ticketsAfter(world, { type: "ticket.reopened", time: NOON })?.[0];

    expect(reopened).toMatchObject({ open: true, openedAt: NOON, at: NOON + HOUR });
    expect(after).toMatchObject({ at: NOON + HOUR });
  });

  test("what is said of one that was never seen does not open it", () => {
    expect(ticketsAfter(createWorld(), { type: "ticket.updated" })).toMatchObject([{ open: false }]);
  });

  test("without a number the event's own id names it", () => {
    expect(ticketsAfter(createWorld(), { id: "own", data: {} })).toMatchObject([{ id: "own" }]);
  });

  test("our own are not remembered, and neither are those of nobody", () => {
    const world = createWorld();

    expect(ticketsAfter(world, { data: { ticket: "1", channel: "forestall" } }, { person: null })).toEqual(
      [],
    );
  });

  test("the twenty newest are kept, oldest first", () => {
    const world = createWorld();
    for (let i = 0; i < 22; i++) {
      const time = NOON - ((i * 7) % 22) * MINUTE;
      world.happens({ type: "ticket.created", time, data: { ticket: String(i) } });
    }
    const opened = world.unit.persons.get("u1")?.tickets.map(({ openedAt }) => (NOON - openedAt) / MINUTE);

    expect(opened).toEqual(Array.from({ length: 20 }, (_, i) => 19 - i));
  });

  test("of those opened at the same moment the smaller id comes first", () => {
    const world = createWorld();
    for (const ticket of ["b", "c", "a"]) world.happens({ type: "ticket.created", data: { ticket } });

    expect(world.unit.persons.get("u1")?.tickets.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });
});
