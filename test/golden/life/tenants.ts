/**
 * Two tenants that differ in everything a tenant can decide: `north` sells software to companies and is live for
 * everybody, `shop` sells things to people, begins in dry run, reviews more and has a library of its own.
 */
import type { TenantControl } from "../../../server/core/control.ts";
import type { Pattern } from "../../../server/core/pattern.ts";
import {
  type ChannelKind,
  DEFAULT_SETTINGS,
  type Readiness,
  type TenantSettings,
} from "../../../server/core/tenant.ts";
import { HOUR, MINUTE } from "../../../server/core/time.ts";
import type { Random } from "../../../server/demo/random.ts";
import { loadShipped } from "../../../server/patterns/load.ts";

export interface Account {
  readonly id: string;
  readonly segment: string;
  readonly people: readonly Human[];
}
/** Somebody, in an account or alone. */
export interface Human {
  readonly id: string;
  readonly account: string | null;
  readonly zone: string;
  readonly roles: readonly string[];
}
export interface Company {
  readonly tenant: string;
  readonly accounts: readonly Account[];
  /** People without an account. */
  readonly alone: readonly Human[];
  readonly settings: TenantSettings;
  readonly channels: { readonly [kind in ChannelKind]: Readiness };
  readonly libraries: readonly string[];
}

const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Australia/Adelaide"];
const ROLES = [["technical"], ["billing"], ["admin"], ["technical", "admin"], []];
const SEGMENTS = ["enterprise", "mid_market", "smb"];

const shipped = loadShipped();
const without = (left: readonly string[]) => shipped.patterns.filter(({ id }) => !left.includes(id));
const changed = (pattern: Pattern, version: string): Pattern => ({
  ...pattern,
  version: `${pattern.version}-${version}`,
});

/** Every library that a tenant has at some time, by version. */
export function libraries(): ReadonlyMap<string, readonly Pattern[]> {
  return new Map<string, readonly Pattern[]>([
    ["", []],
    ["n1", shipped.patterns],
    ["n2", shipped.patterns.map((one, i) => (i % 2 === 0 ? changed(one, "n2") : one))],
    ["n3", shipped.patterns.map((one, i) => (i % 3 === 0 ? changed(one, "n3") : one))],
    ["s1", without(["P-013", "P-021", "P-031"]).map(lessSure)],
    [
      "s2",
      without(["P-024"]).map((one) =>
        one.id === "P-018" ? changed({ ...one, risk: 70 }, "s2") : lessSure(one),
      ),
    ],
  ]);
}

/** Some of the shop's patterns have to be approved each time, one is only tried out, one is paused. */
function lessSure(pattern: Pattern): Pattern {
  if (pattern.id === "P-026") return { ...pattern, status: "experimental" };
  if (pattern.id === "P-025") return { ...pattern, status: "paused" };
  return ["P-022", "P-023", "P-018"].includes(pattern.id) ? { ...pattern, confidence: 0.75 } : pattern;
}

const SETTINGS: TenantSettings = {
  ...DEFAULT_SETTINGS,
  name: "North",
  timeZone: "Europe/Berlin",
  owners: { default: "ops@north.test", billing: "money@north.test" },
  holdout: { percent: 10, salt: "h1" },
  categories: {
    api: "api_integration",
    billing: "billing",
    login: "account_lockout",
    setup: "configuration_error",
  },
  incident: { matches: 9, accounts: 5, within: 10 * MINUTE, personsOfAccount: 4, quietEnd: 30 * MINUTE },
};

const LIVE: { readonly [kind in ChannelKind]: Readiness } = {
  email: "live",
  sms: "live",
  voice: "off",
  push: "preview",
  chat: "preview",
  in_app: "live",
  human: "live",
  broadcast: "live",
};

/** @param size 1 for as many customers as there usually are */
export function companies(random: Random, size: number): readonly [Company, Company] {
  const accountsOf = (prefix: string, count: number, most: number): Account[] =>
    Array.from({ length: count }, (_, i) => {
      // Some ids need encoding in keys.
      const id = i === 3 ? `${prefix};x=${i}%` : `${prefix}${i}`;
      const people = Array.from({ length: random.int(2, most) }, (_, n): Human => {
        const person = `${prefix}${i}.${n}`;
        return { id: person, account: id, zone: random.pick(ZONES), roles: random.pick(ROLES) };
      });
      return { id, segment: random.pick(SEGMENTS), people };
    });
  const north: Company = {
    tenant: "north",
    accounts: accountsOf("a", Math.round(22 * size), 6),
    alone: [],
    settings: SETTINGS,
    channels: LIVE,
    libraries: ["n1", "n2", "n3"],
  };
  const shop: Company = {
    tenant: "shop",
    accounts: accountsOf("s", 5, 3),
    alone: Array.from({ length: Math.round(45 * size) }, (_, i) => ({
      id: i === 7 ? "c=7;é" : `c${i}`,
      account: null,
      zone: random.pick(ZONES),
      roles: [],
    })),
    settings: {
      ...SETTINGS,
      name: "Shop",
      timeZone: "America/New_York",
      quiet: { from: 22 * 60, to: 7 * 60 },
      cap: { messages: 3, within: 24 * HOUR },
      gap: HOUR,
      cooldown: 24 * HOUR,
      holdout: { percent: 0, salt: "h2" },
      bands: { watch: 25, alert: 55, critical: 80 },
      reviewUnder: 0.8,
      excluded: ["s4"],
      categories: { order: "billing", access: "account_lockout" },
      incident: { ...SETTINGS.incident, matches: 7, accounts: 4 },
    },
    channels: { ...LIVE, sms: "preview", push: "off", chat: "off" },
    libraries: ["s1", "s2"],
  };
  return [north, shop];
}

export function readiness({ tenant, channels }: Company, revision: number): TenantControl {
  const templates = [...new Set(shipped.patterns.map(({ message }) => message))].map(
    (id) => [id, `${id.length}.${revision}`] as const,
  );
  const notReady = tenant === "shop" ? [["usage-90|email", "the link to the plan is missing"] as const] : [];
  return { kind: "readiness", channels, notReady, templates };
}
