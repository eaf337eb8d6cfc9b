/** The same customers and the same events for every bench, without chance. */
import type { Event, EventData } from "../../server/core/event.ts";
import { compileLibrary } from "../../server/core/matching/compile.ts";
import type { Pattern } from "../../server/core/pattern.ts";
import {
  ALL_ON,
  DEFAULT_SETTINGS,
  DRY_RUN,
  NEVER_CHANGED,
  type Readiness,
  type TenantState,
} from "../../server/core/tenant.ts";
import { loadShipped } from "../../server/patterns/load.ts";

export const TENANT = "bench";
export const START = Date.UTC(2026, 2, 2, 12);

/** The shipped patterns that count within a window: work that the peers can be given as well. */
const EIGHT = ["P-001", "P-002", "P-007", "P-009", "P-011", "P-023", "P-025", "P-026"];

export function eightPatterns(): readonly Pattern[] {
  return loadShipped().patterns.filter(({ id }) => EIGHT.includes(id));
}

/** A tenant that is live on every channel. */
export function tenantWith(patterns: readonly Pattern[]): TenantState {
  const live: Readiness = "live";
  return {
    id: TENANT,
    seq: 0,
    settings: { ...DEFAULT_SETTINGS, owners: { default: "owner@example.com" } },
    library: compileLibrary(patterns, "bench"),
    patternChange: NEVER_CHANGED,
    channels: {
      email: live,
      sms: live,
      voice: live,
      push: live,
      chat: live,
      in_app: live,
      human: live,
      broadcast: live,
    },
    notReady: new Map(),
    templates: new Map(),
    switches: ALL_ON,
    rollout: { ...DRY_RUN, all: true },
    productAreas: new Map(),
    incidents: [],
  };
}

interface Happening {
  readonly type: string;
  readonly data: EventData;
}

/** Every one is evidence for at least one of the eight patterns. */
const TROUBLE: readonly Happening[] = [
  { type: "api.request_failed", data: { status: 429, endpoint: "/v1/export", latencyMs: 12 } },
  { type: "api.request_failed", data: { status: 500, endpoint: "/v1/import", latencyMs: 310 } },
  { type: "auth.login_failed", data: { reason: "password" } },
  { type: "config.save_failed", data: { area: "billing", errorCode: "E-12" } },
  { type: "form.validation_failed", data: { form: "signup", field: "email", errorCode: "format" } },
  { type: "ui.rage_click", data: { screen: "reports", element: "#export" } },
  { type: "ui.retry", data: { screen: "reports", element: "#save" } },
  { type: "api.request_failed", data: { status: 503, endpoint: "/v1/sync", latencyMs: 1_200 } },
];

/** Steps through all accounts in an order that neighbouring events do not share memory in. */
const STRIDE = 7_919;

export interface Stream {
  readonly accounts: number;
  /** Milliseconds from one event to the next. */
  readonly every: number;
}

/** At this pace an account has an event every 200 s: those in trouble fire, the others do not. */
export const streamOf = (accounts: number): Stream => ({ accounts, every: 200_000 / accounts });

/**
 * The n-th event. Accounts take turns, two people in each; one account in a hundred has its trouble in a row, so that
 * patterns do fire.
 */
export function eventAt(n: number, { accounts, every }: Stream): Event {
  const turn = Math.floor(n / accounts);
  const number = (n * STRIDE) % accounts;
  const inTrouble = number % 100 === 0;
  const happening = TROUBLE[inTrouble ? 2 + (number % 200 === 0 ? 0 : 1) : (number + turn) % TROUBLE.length];
  const account = `a${number}`;
  const time = START + Math.floor(n * every);
  return {
    tenant: TENANT,
    source: "bench",
    id: `e${n}`,
    type: happening?.type ?? "page.viewed",
    time,
    receivedAt: time,
    account,
    person: `${account}-${inTrouble ? 0 : turn % 2}`,
    data: happening?.data ?? {},
  };
}

const ORDINARY: readonly Happening[] = [
  { type: "page.viewed", data: { page: "/reports", dwellMs: 3_000 } },
  { type: "feature.used", data: { feature: "export", core: true } },
  { type: "session.started", data: { platform: "web" } },
  { type: "action.succeeded", data: { action: "save" } },
  { type: "auth.login_succeeded", data: {} },
  { type: "config.saved", data: { area: "billing" } },
];

/** What comes in on an ordinary day: one account in a hundred is in trouble all the time, the others once in a while. */
export function dayAt(n: number, stream: Stream): Event {
  const event = eventAt(n, stream);
  const isTrouble = n % 50 === 0 || ((n * STRIDE) % stream.accounts) % 100 === 0;
  return isTrouble ? event : { ...event, ...ORDINARY[n % ORDINARY.length] };
}

/** As it would stand in a request to `/v1/events`. */
export function cloudEventOf({ source, id, type, time, account, person, data }: Event) {
  return {
    specversion: "1.0",
    id,
    source,
    type,
    time: new Date(time).toISOString(),
    subject: `account/${account}`,
    data: { ...data, user: person },
  };
}
