import type { Delivery } from "../server/core/delivery.ts";
import type { Event } from "../server/core/event.ts";
import type { Match } from "../server/core/match.ts";
import type { Pattern } from "../server/core/pattern.ts";
import {
  ALL_ON,
  DEFAULT_SETTINGS,
  type Incident,
  NEVER_CHANGED,
  type TenantSettings,
  type TenantState,
} from "../server/core/tenant.ts";
import { DAY, HOUR, MINUTE } from "../server/core/time.ts";
import type {
  AccountState,
  PersonMessage,
  PersonState,
  PersonTicket,
  Pursuit,
  Tracked,
  Unit,
} from "../server/core/unit.ts";

/*
 * What tests are built from. Every builder gives something ordinary in which nothing stands in the way of a message:
 * a live tenant, a reachable person, a fresh match, noon on a Monday in UTC. A test says only what differs.
 */

/** Monday, 2 March 2026, 12:00 UTC: outside quiet hours, not a weekend. */
export const NOON = Date.UTC(2026, 2, 2, 12);

type Changes<T> = { readonly [K in keyof T]?: T[K] };
/** Optional fields may be left out, but not set to undefined. */
const build = <T extends object>(usual: T, changes: Changes<T>): T => ({ ...usual, ...changes });

/** A person who can be reached everywhere and has agreed to everything. */
export function aPerson(changes: Changes<PersonState> = {}): PersonState {
  return build<PersonState>(
    {
      id: "u1",
      timeZone: "UTC",
      locale: "en",
      roles: [],
      tier: null,
      reach: { email: true, phone: true, push: true, bouncedEmail: false, bouncedPhone: false },
      consent: { email: true, sms: true, phone: true, push: true },
      stoppedAt: null,
      channelsOff: [],
      preferred: null,
      snoozedUntil: null,
      pausedUntil: null,
      muted: {},
      messages: [],
      tickets: [],
      lastEventAt: NOON,
    },
    changes,
  );
}

/** A person nobody has an address of, and who was never asked for consent. */
export function aStranger(changes: Changes<PersonState> = {}): PersonState {
  return aPerson({
    timeZone: null,
    locale: null,
    reach: { email: false, phone: false, push: false, bouncedEmail: false, bouncedPhone: false },
    consent: {},
    ...changes,
  });
}

/** A message sent a day and a half ago: too old for cap and gap, until a test says otherwise. */
export function aMessage(changes: Changes<PersonMessage> = {}): PersonMessage {
  return build<PersonMessage>(
    {
      delivery: "delivery-before",
      match: "match-before",
      family: "family-before",
      channel: "email",
      step: 0,
      at: NOON - 36 * HOUR,
      state: "sent",
      dry: false,
    },
    changes,
  );
}

/** An open ticket of today about an API problem. */
export function aTicket(changes: Changes<PersonTicket> = {}): PersonTicket {
  return build<PersonTicket>(
    { id: "ticket-1", issue: "api_integration", openedAt: NOON - HOUR, at: NOON - HOUR, open: true },
    changes,
  );
}

export function anAccount(changes: Changes<AccountState> = {}): AccountState {
  return build<AccountState>(
    {
      id: "acme",
      name: "Acme",
      plan: "pro",
      segment: "mid_market",
      region: "eu",
      industry: "retail",
      mrr: 500,
      owner: null,
      timeZone: null,
      productArea: null,
      signedUpAt: NOON - 200 * DAY,
      onboardedAt: NOON - 190 * DAY,
      contacts: {},
    },
    changes,
  );
}

/** `persons`, `tracked` and `deliveries` are lists here, put under their ids. Default: the account acme with the person u1. */
export type UnitChanges = Omit<Changes<Unit>, "persons" | "tracked" | "deliveries"> & {
  readonly persons?: readonly PersonState[];
  readonly tracked?: readonly Tracked[];
  readonly deliveries?: readonly Delivery[];
};

export function aUnit({
  persons = [aPerson()],
  tracked = [],
  deliveries = [],
  ...changes
}: UnitChanges = {}): Unit {
  return build<Unit>(
    {
      tenant: "t1",
      id: "account/acme",
      seq: 1,
      clock: NOON,
      toldAt: 0,
      patternsAsOf: 0,
      account: anAccount(),
      persons: new Map(persons.map((person) => [person.id, person])),
      cells: new Map() as unknown as Unit["cells"],
      tracked: new Map(tracked.map((item) => [item.match.id, item])),
      deliveries: new Map(deliveries.map((delivery) => [delivery.id, delivery])),
      alerts: new Map(),
      population: null,
      timers: [],
      scores: new Map(),
    },
    changes,
  );
}

/** A unit of one person who belongs to no account. */
export function aLoner(person: PersonState = aPerson(), changes: UnitChanges = {}): Unit {
  return aUnit({ id: `person/${person.id}`, account: null, persons: [person], ...changes });
}

/** P-001-like: five 429s in 15 minutes, to the person they happened to, by in-app notification, then email. */
export function aPattern(changes: Changes<Pattern> = {}): Pattern {
  return build<Pattern>(
    {
      id: "P-001",
      name: "API rate limit accumulation",
      version: "1",
      family: "api-rate-limit",
      issue: "api_integration",
      when: {
        kind: "count",
        count: 5,
        of: ["api.request_failed"],
        where: { status: 429 },
        within: 15 * MINUTE,
      },
      per: ["account"],
      quiet: 15 * MINUTE,
      segments: {},
      risk: 85,
      confidence: 1,
      halfLife: 6 * HOUR,
      channels: ["in_app.notification", "email"],
      watch: [],
      recipient: "actor",
      timing: "short",
      urgent: false,
      sensitive: false,
      anonymous: false,
      alertOnly: false,
      logOnly: false,
      refractory: 0,
      tags: [],
      history: { correlation: 0.82, prevention: 0.79, leadTime: 23 * MINUTE },
      window: DAY,
      typicalTicket: "API rate limit exceeded: how do I raise it?",
      message: "api-rate-limit",
      categories: [],
      owner: { role: "support-ops" },
      firstAction: "Look at the endpoint with the most refused calls.",
      playbook: "api-rate-limit.md",
      playbookText: "Offer batching, then a higher limit.",
      status: "active",
    },
    changes,
  );
}

/** The pattern as it reads when its file names no channels of its own: the matrix row decides. */
export function aMatrixPattern(changes: Changes<Pattern> = {}): Pattern {
  const { channels: _left, ...rest } = aPattern();
  return build<Pattern>(rest, changes);
}

/** A match of `aPattern()` that fired a moment ago, for acme, mostly through u1. */
export function aMatch(changes: Changes<Match> = {}): Match {
  return build<Match>(
    {
      id: "match-1",
      tenant: "t1",
      unit: "account/acme",
      pattern: "P-001",
      version: "1",
      family: "api-rate-limit",
      key: "account/acme",
      episode: 0,
      account: "acme",
      person: "u1",
      state: "open",
      firstAt: NOON - 10 * MINUTE,
      firedAt: NOON,
      noticedAt: NOON,
      lastSeen: NOON,
      closedAt: null,
      closedBy: null,
      count: 5,
      events: ["e1", "e2", "e3", "e4", "e5"],
      data: { status: 429, endpoint: "/v1/export" },
      experimental: false,
      simulated: false,
      incident: null,
    },
    changes,
  );
}

/** A pursuit that was just begun and has an hour left. */
export function aPursuit(changes: Changes<Pursuit> = {}): Pursuit {
  return build<Pursuit>(
    {
      state: "held",
      step: 0,
      sentSteps: [],
      deliveries: [],
      person: null,
      approved: false,
      dueBy: NOON + HOUR,
      heldSince: null,
      heldFor: 0,
      judgements: 0,
      humanDone: false,
      alerted: false,
      lastReason: "none",
    },
    changes,
  );
}

export function aTracked(changes: Changes<Tracked> = {}): Tracked {
  return build<Tracked>(
    { match: aMatch(), silenced: null, pursuit: null, outcome: null, ticket: null, helped: null },
    changes,
  );
}

/** The defaults, with nobody held out: a test about the holdout says so itself. */
export function aSettings(changes: Changes<TenantSettings> = {}): TenantSettings {
  return build<TenantSettings>(
    {
      ...DEFAULT_SETTINGS,
      name: "Tenant One",
      holdout: { percent: 0, salt: "salt" },
      owners: { default: "ops@example.com" },
    },
    changes,
  );
}

/** A tenant that is live for everybody on every channel, with every template in place. */
export function aTenant({
  settings,
  ...changes
}: Changes<Omit<TenantState, "settings">> & {
  readonly settings?: Changes<TenantSettings>;
} = {}): TenantState {
  return build<TenantState>(
    {
      id: "t1",
      seq: 1,
      settings: aSettings(settings),
      library: {} as unknown as TenantState["library"],
      patternChange: NEVER_CHANGED,
      channels: {
        email: "live",
        sms: "live",
        voice: "live",
        push: "live",
        chat: "live",
        in_app: "live",
        human: "live",
        broadcast: "live",
      },
      notReady: new Map(),
      templates: new Map([["api-rate-limit", "v1"]]),
      switches: ALL_ON,
      rollout: { all: true, accounts: [], segments: [], percent: 0 },
      incidents: [],
      productAreas: new Map(),
    },
    changes,
  );
}

export function anEvent(changes: Changes<Event> = {}): Event {
  return build<Event>(
    {
      tenant: "t1",
      source: "api-gateway",
      id: "e1",
      type: "api.request_failed",
      time: NOON,
      receivedAt: NOON,
      account: "acme",
      person: "u1",
      data: { status: 429, endpoint: "/v1/export" },
    },
    changes,
  );
}

/** A queued email to u1 about `aMatch()`. */
export function aDelivery(changes: Changes<Delivery> = {}): Delivery {
  return build<Delivery>(
    {
      id: "delivery-1",
      tenant: "t1",
      unit: "account/acme",
      decision: "decision-1",
      match: "match-1",
      pattern: "P-001",
      family: "api-rate-limit",
      account: "acme",
      person: "u1",
      session: null,
      channel: "email",
      step: 1,
      template: "api-rate-limit",
      templateVersion: "v1",
      values: {},
      createdAt: NOON,
      notBefore: NOON,
      dueBy: NOON + HOUR,
      priority: 85,
      released: false,
      status: "queued",
      attempts: 0,
      detail: null,
      providerId: null,
      claimedAt: null,
      leaseUntil: null,
      fence: 0,
      sentAt: null,
      deliveredAt: null,
      seenAt: null,
      clickedAt: null,
      preview: false,
      manual: null,
      simulated: false,
    },
    changes,
  );
}

/** A running incident over all patterns. */
export function anIncident(changes: Changes<Incident> = {}): Incident {
  return build<Incident>(
    {
      id: "incident-1",
      tenant: "t1",
      scope: { kind: "all" },
      startedAt: NOON - HOUR,
      endedAt: null,
      startedBy: "rate",
      endedBy: null,
      matches: 60,
      accounts: 12,
      threshold: 50,
      broadcast: "waiting",
      simulated: false,
    },
    changes,
  );
}
