import type { CompiledLibrary } from "./matching/compile.ts";
import { type Channel, type IssueType, SENT_CHANNELS } from "./pattern.ts";
import type { Millis } from "./time.ts";

/** The part of a channel that is switched, configured and consented to: `in_app.tooltip` is of kind `in_app`. */
export const CHANNEL_KINDS = [...SENT_CHANNELS, "in_app", "human", "broadcast"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

export function kindOf(channel: Channel): ChannelKind {
  const dot = channel.indexOf(".");
  return (dot < 0 ? channel : channel.slice(0, dot)) as ChannelKind;
}

/** `live` sends; `preview` renders and keeps, nothing leaves; `off` is not there. */
export type Readiness = "live" | "preview" | "off";

/** Before anything was connected only people of ours can be asked. */
export const NOTHING_CONNECTED: { readonly [kind in ChannelKind]: Readiness } = {
  email: "off",
  sms: "off",
  voice: "off",
  push: "off",
  chat: "off",
  in_app: "off",
  human: "live",
  broadcast: "off",
};

export interface TenantSettings {
  readonly name: string;
  /** IANA name; the last resort for a recipient's zone. */
  readonly timeZone: string;
  readonly product: {
    readonly name: string;
    readonly senderName: string;
    readonly senderEmail: string;
    readonly supportEmail: string;
    readonly supportUrl: string;
    readonly logoUrl: string;
    readonly color: string;
  };
  /** The tenant's own pages by key, as templates name them; a message with a missing link is not sent. */
  readonly links: { readonly [key: string]: string };
  /** Minutes after midnight, in the recipient's zone; may wrap past midnight. */
  readonly quiet: { readonly from: number; readonly to: number };
  readonly cap: { readonly messages: number; readonly within: Millis };
  readonly gap: Millis;
  readonly cooldown: Millis;
  readonly stale: Millis;
  readonly muteFor: Millis;
  readonly holdout: { readonly percent: number; readonly salt: string };
  /** Lowest score of each band. */
  readonly bands: { readonly watch: number; readonly alert: number; readonly critical: number };
  readonly experimentalFrom: number;
  /** Matches of a pattern with less confidence go to review. */
  readonly reviewUnder: number;
  /** Role -> email of the person or group that owns its alerts. `default` must be there once anything is live. */
  readonly owners: { readonly [role: string]: string };
  readonly incident: {
    readonly matches: number;
    readonly accounts: number;
    readonly within: Millis;
    readonly personsOfAccount: number;
    readonly quietEnd: Millis;
  };
  /** Accounts that are never messaged. */
  readonly excluded: readonly string[];
  /** Ticket category -> issue type, for cooldown and outcomes. */
  readonly categories: { readonly [category: string]: IssueType };
}

export const DEFAULT_SETTINGS: TenantSettings = {
  name: "",
  timeZone: "UTC",
  product: {
    name: "",
    senderName: "",
    senderEmail: "",
    supportEmail: "",
    supportUrl: "",
    logoUrl: "",
    color: "#1f5fbf",
  },
  links: {},
  quiet: { from: 21 * 60, to: 8 * 60 },
  cap: { messages: 2, within: 24 * 3_600_000 },
  gap: 2 * 3_600_000,
  cooldown: 48 * 3_600_000,
  stale: 72 * 3_600_000,
  muteFor: 30 * 24 * 3_600_000,
  holdout: { percent: 10, salt: "holdout-1" },
  bands: { watch: 31, alert: 61, critical: 81 },
  experimentalFrom: 71,
  reviewUnder: 0.5,
  owners: {},
  incident: {
    matches: 50,
    accounts: 10,
    within: 10 * 60_000,
    personsOfAccount: 10,
    quietEnd: 30 * 60_000,
  },
  excluded: [],
  categories: {},
};

/** Which accounts may receive messages. A new tenant is in dry run: everything decided and rendered, nothing sent. */
export interface Rollout {
  readonly all: boolean;
  readonly accounts: readonly string[];
  readonly segments: readonly string[];
  readonly percent: number;
}
export const DRY_RUN: Rollout = { all: false, accounts: [], segments: [], percent: 0 };

/** What is switched off; all within a second, also for what is queued. */
export interface Switches {
  readonly tenant: boolean; // true = everything off
  readonly patterns: readonly string[];
  readonly channels: readonly ChannelKind[];
}
export const ALL_ON: Switches = { tenant: false, patterns: [], channels: [] };

export interface Incident {
  readonly id: string;
  readonly tenant: string;
  /** What is in trouble: `all` patterns, one pattern, one component, or (many people of) one account. */
  readonly scope:
    | { readonly kind: "all" }
    | { readonly kind: "pattern" | "component" | "account"; readonly name: string };
  readonly startedAt: Millis;
  readonly endedAt: Millis | null;
  readonly startedBy: string; // "rate", "system:sentry", "person:<actor>"
  readonly endedBy: string | null;
  readonly matches: number;
  readonly accounts: number;
  readonly threshold: number;
  readonly broadcast: "waiting" | "approved" | "automatic" | "declined";
  readonly simulated: boolean;
}

/** When a tenant got other patterns. */
export interface PatternChange {
  /** Log position; 0 when there was no change since the tenant's first patterns. */
  readonly seq: number;
  readonly at: Millis;
  /** The rules (pattern id and version) that were not there before. */
  readonly came: readonly string[];
}

export const NEVER_CHANGED: PatternChange = { seq: 0, at: 0, came: [] };

/** Everything tenant-wide that judging depends on. Immutable: a control record makes a new one. */
export interface TenantState {
  readonly id: string;
  /** Log position of the control record that made this version. */
  readonly seq: number;
  readonly settings: TenantSettings;
  readonly library: CompiledLibrary;
  /** The newest one: units that do not know of it yet have to catch up. */
  readonly patternChange: PatternChange;
  readonly channels: { readonly [kind in ChannelKind]: Readiness };
  /** `template|channel` -> why it is not ready; absent = ready. */
  readonly notReady: ReadonlyMap<string, string>;
  /** template -> version by content. */
  readonly templates: ReadonlyMap<string, string>;
  readonly switches: Switches;
  readonly rollout: Rollout;
  /** Product area -> first seen; new areas are experimental for 90 days. */
  readonly productAreas: ReadonlyMap<string, Millis>;
  readonly incidents: readonly Incident[]; // running, and those that ended less than 72 h ago
}
