import fc from "fast-check";
import type { ClaimFacts } from "../../../server/core/control.ts";
import type { Channel } from "../../../server/core/pattern.ts";
import type { Question } from "../../../server/core/policy/contract.ts";
import { ALL_ON } from "../../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, type Millis } from "../../../server/core/time.ts";
import type { PersonMessage, PersonState, PersonTicket } from "../../../server/core/unit.ts";
import {
  aMatch,
  aMessage,
  anAccount,
  anIncident,
  aPattern,
  aPerson,
  aPursuit,
  aTenant,
  aTicket,
  aUnit,
} from "../../builders.ts";
import { aQuestion, someFacts } from "./question.ts";
import { anywhen } from "./wall-clock.ts";

/*
 * Random situations. Each obstacle is rare by itself, so that every guard is reached, the last ones too, and the
 * edges of windows are hit exactly as often as missed.
 */

/** The ordinary value most of the time. */
const mostly = <T>(ordinary: T, other: fc.Arbitrary<T>, weight = 9): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(ordinary) }, { weight: 1, arbitrary: other });
const rarely = (weight = 14) => mostly(false, fc.constant(true), weight);

/** How long ago: the edges of the windows to the millisecond, and anything between. */
const ago = fc.oneof(
  fc.constantFrom(0, 1, 10 * MINUTE, 2 * HOUR - 1, 2 * HOUR, DAY - 1, DAY, DAY + 1, 48 * HOUR - 1, 48 * HOUR),
  fc.integer({ min: 0, max: 3 * DAY }),
);

const MESSAGES: readonly Channel[] = [
  "in_app.banner",
  "in_app.tooltip",
  "email",
  "sms",
  "voice",
  "push",
  "chat",
];
const aRow = fc.uniqueArray(fc.constantFrom(...MESSAGES), { minLength: 1, maxLength: 3 });

const message = (now: Millis): fc.Arbitrary<PersonMessage> =>
  fc
    .record({
      delivery: fc.constantFrom("d1", "d2", "d3", "d4", "d5"),
      family: mostly("other", fc.constant("api-rate-limit"), 12),
      match: mostly("match-0", fc.constant("match-1"), 4),
      channel: mostly<Channel>("email", fc.constantFrom<Channel>("in_app.banner", "human.csm", "broadcast")),
      state: fc.constantFrom("sent", "sent", "sent", "reserved", "in_doubt", "void"),
      dry: rarely(6),
      ago,
    })
    .map(({ ago: before, ...rest }) => aMessage({ ...rest, at: now - before }));

const ticket = (now: Millis): fc.Arbitrary<PersonTicket> =>
  fc
    .record({
      issue: fc.constantFrom("api_integration", "billing", null),
      open: fc.boolean(),
      ago: fc.oneof(ago, fc.integer({ min: 2 * DAY, max: 9 * DAY })),
    })
    .map(({ ago: before, ...rest }) => aTicket({ ...rest, at: now - before, openedAt: now - before }));

const flag = mostly<boolean | undefined>(true, fc.constantFrom(false, undefined), 5);
const consent: fc.Arbitrary<PersonState["consent"]> = fc
  .record({ email: flag, sms: flag, phone: flag, push: flag })
  .map((flags) => Object.fromEntries(Object.entries(flags).filter(([, given]) => given !== undefined)));
const future = (now: Millis) =>
  mostly<Millis | null>(null, fc.constantFrom(now - 1, now, now + 1, now + 9 * HOUR), 16);

const person = (id: string, now: Millis, zone: string): fc.Arbitrary<PersonState> =>
  fc
    .record({
      timeZone: mostly<string | null>(zone, fc.constantFrom(null, "Not/AZone"), 4),
      consent,
      reach: fc.record({
        email: mostly(true, fc.constant(false), 4),
        phone: mostly(true, fc.constant(false), 4),
        push: mostly(true, fc.constant(false), 2),
        bouncedEmail: rarely(),
        bouncedPhone: rarely(),
      }),
      stoppedAt: mostly<Millis | null>(null, fc.constant(now - DAY), 12),
      channelsOff: mostly<PersonState["channelsOff"]>([], fc.constantFrom(["in_app"], ["email", "sms"]), 6),
      preferred: fc.constantFrom<PersonState["preferred"]>(
        null,
        null,
        "email",
        "in_app",
        "in_app.tooltip",
        "sms",
      ),
      snoozedUntil: future(now),
      pausedUntil: future(now),
      muted: mostly<PersonState["muted"]>(
        {},
        fc.constantFrom({ "api-rate-limit": now + 1 }, { other: now + DAY }),
        16,
      ),
      messages: mostly<PersonMessage[]>([], fc.array(message(now), { maxLength: 4 }), 1),
      tickets: mostly<PersonTicket[]>([], fc.array(ticket(now), { maxLength: 3 }), 4),
      lastEventAt: fc.oneof(
        fc.constant(null),
        fc.constantFrom(now - 10 * MINUTE, now - 10 * MINUTE + 1, now - HOUR),
      ),
    })
    .map((state) => aPerson({ id, ...state }));

const facts = (now: Millis): fc.Arbitrary<ClaimFacts> =>
  fc
    .record({
      switchedOff: rarely(20),
      stopped: rarely(),
      consent,
      channelsOff: mostly<ClaimFacts["channelsOff"]>([], fc.constant(["email"])),
      elsewhere: mostly<readonly Millis[]>(
        [],
        fc.array(
          ago.map((before) => now - before),
          { maxLength: 3 },
        ),
        3,
      ),
    })
    .map(someFacts);

const tenant = fc
  .record({
    switches: mostly<Question["tenant"]["switches"]>(
      ALL_ON,
      fc.constantFrom(
        { ...ALL_ON, tenant: true },
        { ...ALL_ON, patterns: ["P-001"] },
        { ...ALL_ON, channels: ["in_app"] as const },
        { ...ALL_ON, channels: ["email", "sms"] as const },
      ),
    ),
    missing: mostly<Channel[]>([], fc.subarray([...MESSAGES]), 4),
    all: mostly(true, fc.constant(false)),
    excluded: rarely(30),
    holdout: mostly(0, fc.constantFrom(10, 50, 100), 4),
    timeZone: fc.constantFrom("UTC", "Asia/Kolkata"),
    incident: mostly<Parameters<typeof anIncident>[0] | null>(
      null,
      fc.constantFrom(
        { scope: { kind: "all" } },
        { scope: { kind: "all" }, endedAt: 1 },
        { scope: { kind: "pattern", name: "P-001" } },
        { scope: { kind: "component", name: "export" } },
        { scope: { kind: "account", name: "acme" } },
      ),
    ),
  })
  .map(({ switches, missing, all, excluded, holdout, timeZone, incident }) =>
    aTenant({
      switches,
      notReady: new Map(missing.map((channel) => [`api-rate-limit|${channel}`, "no link"])),
      rollout: { all, accounts: [], segments: [], percent: 0 },
      settings: { excluded: excluded ? ["acme"] : [], holdout: { percent: holdout, salt: "s" }, timeZone },
      incidents: incident === null ? [] : [anIncident({ startedAt: 0, ...incident })],
    }),
  );

const pattern = fc
  .record({
    channels: aRow,
    watch: fc.constantFrom([], ["email"], ["sms", "push"]),
    recipient: fc.constantFrom("actor", "technical"),
    recipientFallback: fc.constantFrom("admin", "actor"),
    urgent: mostly(false, fc.constant(true), 4),
    sensitive: rarely(),
    anonymous: rarely(4),
    confidence: fc.constantFrom(1, 1, 1, 0.5, 0.49),
    issue: mostly("api_integration", fc.constant("billing"), 4),
    status: mostly("active", fc.constantFrom("experimental", "paused"), 12),
  })
  .map(aPattern);

const pursuit = (now: Millis) =>
  fc
    .record({
      sentSteps: mostly<number[]>([], fc.constantFrom([0], [1]), 12),
      dueBy: fc.constantFrom(now + HOUR, now + HOUR, now + DAY, now, now - 1),
      heldSince: mostly<Millis | null>(
        null,
        fc.constantFrom(now - HOUR, now - 72 * HOUR, now - 72 * HOUR + 1),
      ),
      heldFor: mostly(0, fc.constantFrom(71 * HOUR, 72 * HOUR)),
    })
    .map(aPursuit);

/** Half of the questions are about a channel of a delivery being claimed, with the facts of the store. */
const claim = (now: Millis): fc.Arbitrary<Partial<Question>> =>
  fc.oneof(
    fc.constant({}),
    fc.record({
      only: fc.constantFrom(...MESSAGES),
      person: mostly("u1", fc.constantFrom("u2", "gone")),
      delivery: fc.constantFrom("d1", "d9"),
      facts: fc.oneof(facts(now), fc.constant(null)),
    }),
  );

/** Any situation of an account with up to three persons, in any zone, at any moment. */
export const anyQuestion: fc.Arbitrary<Question> = anywhen.chain(([zone, now]) =>
  fc
    .record({
      tenant,
      pattern,
      pursuit: pursuit(now),
      claim: claim(now),
      persons: fc.tuple(person("u1", now, zone), person("u2", now, zone), person("u3", now, zone)),
      contacts: fc.constantFrom<Record<string, string[]>>(
        { technical: ["u2", "u3"], admin: ["u3"] },
        { technical: ["u1"], admin: ["u2", "u1"] },
        { technical: ["gone"] },
        {},
      ),
      accountZone: fc.constantFrom(null, zone, "Not/AZone"),
      actor: mostly<string | null>("u1", fc.constant(null), 6),
      state: mostly("open", fc.constantFrom("closed", "retracted"), 12),
      data: fc.constantFrom({}, {}, { component: "export" }, { session: "s-1" }),
      experimental: rarely(),
      resolved: rarely(),
      approved: rarely(3),
      step: mostly(0, fc.constantFrom(1, 3), 4),
      score: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 61, max: 100 }) },
        { weight: 1, arbitrary: fc.constantFrom(0, 30, 31, 60, 61, 70, 71) },
      ),
    })
    .map(({ persons, contacts, accountZone, actor, state, data, experimental, claim: claimed, ...rest }) =>
      aQuestion({
        now,
        unit: aUnit({ persons, account: anAccount({ contacts, timeZone: accountZone }) }),
        match: aMatch({ person: actor, state, data, experimental }),
        ...rest,
        ...claimed,
      }),
    ),
);
