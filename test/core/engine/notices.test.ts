import { describe, expect, test } from "vitest";
import type { Incident, TenantState } from "../../../server/core/tenant.ts";
import { DAY, HOUR } from "../../../server/core/time.ts";
import {
  aDelivery,
  aMatch,
  anIncident,
  aPattern,
  aPerson,
  aPursuit,
  aTracked,
  NOON,
} from "../../builders.ts";
import { someFacts } from "../policy/question.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

const AUTOMATIC = anIncident({ broadcast: "automatic", scope: { kind: "component", name: "exports" } });
const APPROVED: Incident = { ...AUTOMATIC, broadcast: "approved" };
const OF_ACCOUNT = anIncident({ broadcast: "approved", scope: { kind: "account", name: "acme" } });
const LATE_IN_THE_DAY = NOON + 10 * HOUR;

const switches = { tenant: false, patterns: [], channels: [] };
const { channels } = createWorld().tenant;

/** A unit that is told of an incident. */
function told(incident: Incident, { tenant = {}, ...options }: WorldOptions = {}): World {
  const world = createWorld({ ...options, tenant: { incidents: [incident], ...tenant } });
  tell(world);
  return world;
}
const tell = (world: World) => world.give({ kind: "notice", incident: "incident-1" });
const rows = (world: World) =>
  world.deliveries().map(({ channel, status, person }) => `${person} ${channel} ${status}`);
const become = (world: World, changes: Partial<TenantState>) => {
  world.tenant = { ...world.tenant, ...changes };
};
/** One of u1's own matches, held by the incident. */
const held = (world: World) =>
  world.unit.tracked.set(
    "match-1",
    aTracked({
      match: aMatch({ incident: "incident-1" }),
      pursuit: aPursuit({ state: "held", lastReason: "incident" }),
    }),
  );

describe("a banner for all who were here lately", () => {
  test("is a row of its own, which belongs to no match and takes no place", () => {
    const world = told(AUTOMATIC, { tenant: { templates: new Map([["incident-notice", "v3"]]) } });

    expect(world.deliveries()).toMatchObject([
      {
        tenant: "t1",
        unit: "account/acme",
        decision: "",
        match: "",
        pattern: "",
        family: "incident",
        account: "acme",
        person: "u1",
        session: null,
        channel: "broadcast",
        step: 0,
        template: "incident-notice",
        templateVersion: "v3",
        values: { component: "exports" },
        createdAt: NOON,
        notBefore: NOON,
        dueBy: NOON + DAY,
        priority: 50,
        released: false,
        status: "queued",
        sentAt: null,
        manual: null,
        notice: "incident-1",
        simulated: false,
      },
    ]);
    expect(world.unit.persons.get("u1")?.messages).toEqual([]);
    expect(world.timers()).toEqual(["notice incident-1 4320"]);
  });

  test("names no component when it is about something else", () => {
    expect(told({ ...AUTOMATIC, scope: { kind: "all" } }).delivery()).toMatchObject({
      values: {},
      templateVersion: "",
    });
  });

  test("is made once, however often it is told", () => {
    const world = told(AUTOMATIC);

    expect(tell(world)).toEqual([]);
  });

  test("ends where it is made in dry run", () => {
    const world = told(AUTOMATIC, {
      tenant: { rollout: { all: false, accounts: [], segments: [], percent: 0 } },
    });

    expect(world.delivery()).toMatchObject({ status: "dry_run", sentAt: NOON });
  });

  test.each<[string, number | null, number]>([
    ["a month ago", NOON - 30 * DAY, 0],
    ["a moment less than a month ago", NOON - 30 * DAY + 1, 1],
    ["never", null, 0],
  ])("goes to whoever was here %s: %i %i", (_words, lastEventAt, count) => {
    expect(told(AUTOMATIC, { persons: [aPerson({ lastEventAt })] }).deliveries()).toHaveLength(count);
  });

  test.each<[string, Parameters<typeof aPerson>[0], NonNullable<WorldOptions["tenant"]>]>([
    ["everything is switched off", {}, { switches: { ...switches, tenant: true } }],
    ["broadcasts are switched off", {}, { switches: { ...switches, channels: ["broadcast"] } }],
    ["the product is switched off", {}, { switches: { ...switches, channels: ["in_app"] } }],
    ["they have stopped", { stoppedAt: NOON }, {}],
    ["they want nothing in the product", { channelsOff: ["in_app"] }, {}],
    ["they want no broadcasts", { channelsOff: ["broadcast"] }, {}],
    ["broadcasts are not connected", {}, { channels: { ...channels, broadcast: "off" } }],
    ["the product is not connected", {}, { channels: { ...channels, in_app: "off" } }],
    ["its text is not ready", {}, { notReady: new Map([["incident-notice|broadcast", "no link"]]) }],
    ["they take a break", { snoozedUntil: NOON + 1 }, {}],
    ["they are paused", { pausedUntil: NOON + 1 }, {}],
    ["their account is excluded", {}, { settings: { excluded: ["acme"] } }],
    ["the incident is only played through", {}, { incidents: [{ ...AUTOMATIC, simulated: true }] }],
    ["nobody has answered about it yet", {}, { incidents: [{ ...AUTOMATIC, broadcast: "waiting" }] }],
    ["it was declined", {}, { incidents: [{ ...AUTOMATIC, broadcast: "declined" }] }],
    ["it is over", {}, { incidents: [{ ...AUTOMATIC, endedAt: NOON }] }],
    ["it is another one", {}, { incidents: [{ ...AUTOMATIC, id: "another" }] }],
  ])("is not made when %s", (_words, person, tenant) => {
    expect(rows(told(AUTOMATIC, { persons: [aPerson(person)], tenant }))).toEqual([]);
  });

  test.each<[string, Parameters<typeof aPerson>[0], NonNullable<WorldOptions["tenant"]>]>([
    ["another channel is switched off", {}, { switches: { ...switches, channels: ["email"] } }],
    ["they want no email", { channelsOff: ["email"], consent: { email: false } }, {}],
    ["their address is bad", { reach: { ...aPerson().reach, email: false, bouncedEmail: true } }, {}],
    ["email is not connected", {}, { channels: { ...channels, email: "off" } }],
    ["their break has ended", { snoozedUntil: NOON, pausedUntil: NOON }, {}],
    ["another text is not ready", {}, { notReady: new Map([["incident-notice|email", "no link"]]) }],
  ])("is made also when %s", (_words, person, tenant) => {
    expect(rows(told(AUTOMATIC, { persons: [aPerson(person)], tenant }))).toEqual(["u1 broadcast queued"]);
  });

  test("is not made in a backtest", () => {
    expect(rows(told(AUTOMATIC, { assume: "delivered" }))).toEqual([]);
  });
});

describe("an email, on approval, to whoever has a match that it holds", () => {
  function approved(person: Parameters<typeof aPerson>[0] = {}, options: WorldOptions = {}): World {
    const world = createWorld({
      persons: [aPerson({ lastEventAt: null, ...person })],
      ...options,
      tenant: { incidents: [APPROVED], ...options.tenant },
    });
    held(world);
    return world;
  }
  const rowsAfter = (world: World) => {
    tell(world);
    return rows(world);
  };

  test("is due within the hour", () => {
    const world = approved();

    expect(rowsAfter(world)).toEqual(["u1 email queued"]);
    expect(world.delivery().dueBy).toBe(NOON + HOUR);
  });

  test("is not made before the approval, nor for matches that it does not hold", () => {
    expect(rowsAfter(approved({}, { tenant: { incidents: [AUTOMATIC] } }))).toEqual([]);
    expect(rows(told(APPROVED, { persons: [aPerson({ lastEventAt: null })] }))).toEqual([]);
  });

  test.each<[string, Parameters<typeof aPerson>[0]]>([
    ["refused email", { consent: { email: false } }],
    ["switched email off", { channelsOff: ["email"] }],
    ["has no address", { reach: { ...aPerson().reach, email: false } }],
    ["has a bad address", { reach: { ...aPerson().reach, bouncedEmail: true } }],
  ])("is not made for who %s", (_words, person) => {
    expect(rowsAfter(approved(person))).toEqual([]);
  });

  test("needs no yes, only no refusal", () => {
    expect(rowsAfter(approved({ consent: {} }))).toEqual(["u1 email queued"]);
  });

  test("goes to the next recipient of the match when the first may not be written to", () => {
    const world = approved(
      {},
      {
        patterns: [aPattern({ recipient: "technical" })],
        persons: [
          aPerson({ id: "a", roles: ["technical"], stoppedAt: NOON, lastEventAt: null }),
          aPerson({ id: "b", roles: ["technical"], lastEventAt: null }),
        ],
      },
    );

    expect(rowsAfter(world)).toEqual(["b email queued"]);
  });

  test("is one for a person with several matches", () => {
    const world = approved();
    world.unit.tracked.set(
      "match-2",
      aTracked({
        match: aMatch({ id: "match-2", incident: "incident-1" }),
        pursuit: aPursuit({ state: "held", lastReason: "incident" }),
      }),
    );

    expect(rowsAfter(world)).toEqual(["u1 email queued"]);
  });
});

describe("of an account that has trouble for itself", () => {
  const admins = ["ada", "amy"].map((id) => aPerson({ id, roles: ["admin"], lastEventAt: null }));

  test("the first admin alone is told, in the product and by email", () => {
    expect(rows(told(OF_ACCOUNT, { persons: [...admins, aPerson()] }))).toEqual([
      "ada broadcast queued",
      "ada email queued",
    ]);
  });

  test("an admin who may not hear it is passed over, channel by channel", () => {
    const [ada, amy] = admins.map((admin) => ({ ...admin }));
    const persons = [{ ...aPerson(ada), channelsOff: ["in_app" as const] }, aPerson(amy)];

    expect(rows(told(OF_ACCOUNT, { persons }))).toEqual(["amy broadcast queued", "ada email queued"]);
  });

  test("nobody is told when the one message to the admin is out already", () => {
    const sent = (pursuit: Parameters<typeof aPursuit>[0]) => {
      const world = createWorld({ persons: admins, tenant: { incidents: [OF_ACCOUNT] } });
      world.unit.tracked.set("match-1", aTracked({ pursuit: aPursuit(pursuit) }));
      tell(world);
      return rows(world).length;
    };

    expect(sent({ insteadOf: "incident-1", sentSteps: [0] })).toBe(0);
    expect(sent({ insteadOf: "incident-1" })).toBe(2);
    expect(sent({ insteadOf: "another", sentSteps: [0] })).toBe(2);
  });
});

describe("when the incident is over", () => {
  test("what has not left is taken back", () => {
    const world = told(AUTOMATIC);
    world.unit.deliveries.set("sent", aDelivery({ id: "sent", notice: "incident-1", status: "sent" }));
    world.unit.deliveries.set("other", aDelivery({ id: "other", notice: "incident-2" }));
    become(world, { incidents: [{ ...AUTOMATIC, endedAt: NOON }] });
    tell(world);

    expect(world.deliveries().map(({ id, status, detail }) => [id, status, detail])).toEqual([
      ["notice-1", "suppressed", "resolved"],
      ["sent", "sent", null],
      ["other", "queued", null],
    ]);
  });

  test("what it was told is forgotten three days later; what is still open then is kept for three more", () => {
    const world = told(AUTOMATIC);
    become(world, { incidents: [] });
    world.unit.deliveries.set("open", aDelivery({ id: "open", notice: "incident-1", status: "in_doubt" }));
    world.unit.deliveries.set(
      "sending",
      aDelivery({ id: "sending", notice: "incident-1", status: "sending" }),
    );
    world.pass(3 * DAY);
    const left = world.deliveries().map(({ id }) => id);
    world.unit.deliveries.clear();
    world.unit.deliveries.set("open", aDelivery({ id: "open", notice: "incident-1", status: "sent" }));
    world.pass(3 * DAY);

    expect(left).toEqual(["open", "sending"]);
    expect(world.deliveries()).toEqual([]);
    expect(world.timers()).toEqual([]);
  });

  test("what nobody was told to take back is taken back then", () => {
    const world = told(AUTOMATIC);
    become(world, { incidents: [{ ...AUTOMATIC, endedAt: NOON }] });
    world.pass(3 * DAY);

    expect(world.decided()).toBe("stop resolved");
  });

  test("while it runs nothing is forgotten", () => {
    const world = told(AUTOMATIC);
    world.pass(3 * DAY);

    expect(rows(world)).toEqual(["u1 broadcast queued"]);
    expect(world.timers()).toEqual(["notice incident-1 4320"]);
  });
});

describe("the moment of sending", () => {
  const claimed = (
    changes: {
      readonly tenant?: Partial<TenantState>;
      readonly person?: Parameters<typeof aPerson>[0] | null;
    },
    facts: Parameters<typeof someFacts>[0] | null = null,
  ) => {
    const world = told(AUTOMATIC);
    become(world, changes.tenant ?? {});
    if (changes.person === null) world.unit.persons.clear();
    else world.unit.persons.set("u1", aPerson(changes.person));
    world.claim("notice-1", facts === null ? null : someFacts({ consent: aPerson().consent, ...facts }));
    const { status, detail } = world.delivery();
    return detail === null ? status : `${status} ${detail}`;
  };

  test.each<[string, Parameters<typeof claimed>[0], Parameters<typeof claimed>[1], string]>([
    ["nothing stands in its way", {}, null, "sending"],
    ["the store knows nothing against it", {}, {}, "sending"],
    ["the incident is forgotten", { tenant: { incidents: [] } }, null, "suppressed resolved"],
    ["it is over", { tenant: { incidents: [{ ...AUTOMATIC, endedAt: NOON }] } }, null, "suppressed resolved"],
    ["the person is gone", { person: null }, null, "suppressed unreachable"],
    ["they have stopped", { person: { stoppedAt: NOON } }, null, "suppressed opted_out"],
    ["they have stopped elsewhere", {}, { stopped: true }, "suppressed opted_out"],
    ["they want nothing there", { person: { channelsOff: ["in_app"] } }, null, "suppressed opted_out"],
    ["they take a break", { person: { snoozedUntil: NOON + 1 } }, null, "suppressed snoozed"],
    ["they are paused", { person: { pausedUntil: NOON + 1 } }, null, "suppressed paused"],
    [
      "everything is switched off",
      { tenant: { switches: { ...switches, tenant: true } } },
      null,
      "suppressed switched_off",
    ],
    [
      "its channel is not there any more",
      { tenant: { channels: { ...channels, broadcast: "off" } } },
      null,
      "suppressed not_ready",
    ],
    ["everything was switched off elsewhere", {}, { switchedOff: true }, "suppressed switched_off"],
    ["they were told elsewhere", {}, { noticed: true }, "suppressed duplicate"],
    ["they were not told elsewhere", {}, { noticed: false }, "sending"],
  ])("when %s", (_words, changes, facts, expected) => {
    expect(claimed(changes, facts)).toBe(expected);
  });

  function email(now: number, person: Parameters<typeof aPerson>[0] = {}): World {
    const world = createWorld({ persons: [aPerson(person)], tenant: { incidents: [APPROVED] } });
    world.unit.deliveries.set(
      "d1",
      aDelivery({ id: "d1", match: "", notice: "incident-1", dueBy: now + HOUR }),
    );
    world.now = now;
    return world;
  }

  test("an email waits for the morning of its person, and has an hour from then on", () => {
    const world = email(LATE_IN_THE_DAY);
    world.claim("d1");

    expect(world.delivery()).toMatchObject({
      status: "queued",
      detail: "quiet",
      notBefore: NOON + 20 * HOUR,
      dueBy: NOON + 21 * HOUR,
    });
  });

  test.each<[string, Parameters<typeof aPerson>[0], string]>([
    ["refused email", { consent: { email: false } }, "no_consent"],
    ["has a bad address by now", { reach: { ...aPerson().reach, bouncedEmail: true } }, "unreachable"],
  ])("an email to who %s is stopped", (_words, person, reason) => {
    const world = email(NOON, person);
    world.claim("d1");

    expect(world.delivery()).toMatchObject({ status: "suppressed", detail: reason });
  });

  test("where it is day for them it goes out", () => {
    const world = email(LATE_IN_THE_DAY, { timeZone: "America/Los_Angeles" });
    world.claim("d1");

    expect(world.delivery().status).toBe("sending");
  });

  test("in the night of a clock that was set back it waits too", () => {
    const world = email(NOON);
    world.claim("d1", someFacts({ consent: aPerson().consent, at: NOON - 12 * HOUR }));

    expect(world.delivery()).toMatchObject({ status: "queued", notBefore: NOON - 4 * HOUR });
  });

  test("a banner waits for nothing", () => {
    const world = told(AUTOMATIC);
    world.now = LATE_IN_THE_DAY;
    world.claim("notice-1");

    expect(world.delivery().status).toBe("sending");
  });

  test.each([
    ["was tried before and is past its time", 1, 1, "failed"],
    ["was tried before and is at its time", 1, 0, "sending"],
    ["was not tried before", 0, 1, "sending"],
  ])("one that %s: %i %i %s", (_words, attempts, after, status) => {
    const world = told(AUTOMATIC);
    world.unit.deliveries.set("notice-1", { ...world.delivery(), attempts });
    world.now = NOON + DAY + after;
    world.claim("notice-1");

    expect(world.delivery().status).toBe(status);
  });
});
