/** The running application as commands see it, and what an administrator can do with it. */
import type { By as Doer, Finding, LongWork, Runner } from "../actions/contract.ts";
import type { Config } from "../config.ts";
import type { Actor } from "../core/control.ts";
import type { Pattern } from "../core/pattern.ts";
import type { ChannelKind, Readiness, Rollout, Switches, TenantSettings } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";
import type { Pipeline } from "../flow/contract.ts";
import type { PipelineControl } from "../flow/pipeline.ts";
import type { Logger } from "../lib/log.ts";
import type { Messages } from "../messages/render.ts";
import type { Store, TokenRole } from "../store/contract.ts";

export type { Finding, LongWork, Progress } from "../actions/contract.ts";

/** Everything a command needs: the same with and without a running server. */
export interface App {
  readonly config: Config;
  readonly store: Store;
  readonly pipeline: Pipeline & PipelineControl;
  readonly messages: Messages;
  /** The shipped pattern library. */
  readonly library: { readonly version: string; readonly patterns: readonly Pattern[] };
  readonly log: Logger;
  readonly now: () => Millis;
  /** Carries out what people do. */
  readonly actions: Runner;
  readonly admin: Admin;
  close(): Promise<void>;
}

/** Who does something, and why: both end in the audit. */
export type By = Pick<Doer, "actor" | "reason">;

/** The tokens a new tenant is given. */
export type FirstToken = "write" | "agent" | "ops" | "admin" | "public";

export interface CreatedTenant {
  readonly id: string;
  /** Shown once; the store keeps only their hashes. */
  readonly tokens: { readonly [role in FirstToken]: string };
  /** With it the tenant's server signs who is logged in, for the in-app snippet. */
  readonly identitySecret: string;
}

export interface TenantView {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly createdAt: Millis;
  /** Nothing is sent to anybody yet. */
  readonly dryRun: boolean;
  readonly paused: boolean;
  readonly library: string;
}

/** A token without the token. */
export interface TokenView {
  readonly id: string;
  readonly role: TokenRole;
  readonly label: string;
  readonly createdAt: Millis;
  readonly expiresAt: Millis | null;
  readonly revokedAt: Millis | null;
}
export interface CreatedToken extends TokenView {
  /** Shown once. */
  readonly token: string;
}

export interface SourceView {
  readonly tenant: string;
  readonly system: string;
  readonly id: string;
  /** What the other system sends to. */
  readonly url: string;
  /** How many secrets count: two while they are rotated, none when the vendor's is still to be given. */
  readonly secrets: number;
  readonly settings: { readonly [name: string]: unknown };
  readonly createdAt: Millis;
  readonly lastReceivedAt: Millis | null;
}
export interface ConnectedSource extends SourceView {
  /** A secret that was made here, to be entered in the other system; shown once. Null when theirs was given. */
  readonly secret: string | null;
  readonly todo: readonly string[];
}

export interface ChannelView {
  readonly kind: ChannelKind;
  readonly readiness: Readiness;
  readonly system: string | null;
  /** Without what is secret. */
  readonly settings: { readonly [name: string]: unknown };
}

/** Who goes live; `dryRun` switches everything off again. */
export interface LiveChange {
  readonly accounts?: readonly string[];
  readonly segments?: readonly string[];
  readonly percent?: number;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  /** Beside what is live already, instead of in its place. */
  readonly add?: boolean;
  /** Goes live although `doctor` found problems. */
  readonly force?: boolean;
}

/** What to switch off or on; nothing named means the whole tenant. */
export interface SwitchChange {
  readonly patterns?: readonly string[];
  readonly channels?: readonly ChannelKind[];
}

/** A person by the tenant's own id, or by an address. */
export type Who = { readonly person: string } | { readonly email: string } | { readonly phone: string };

export interface LineProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

export interface ImportResult {
  readonly lines: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The first hundred. */
  readonly problems: readonly LineProblem[];
  /** Event types that are not in the vocabulary: kept and counted, without data. */
  readonly unknownTypes: readonly { readonly type: string; readonly count: number }[];
}

export interface SuppressionResult {
  readonly lines: number;
  readonly stopped: number;
  readonly already: number;
  readonly rejected: number;
  readonly problems: readonly LineProblem[];
}

/** An installation of the app in one Zendesk account. */
export interface ZendeskAccount {
  /** `acme.zendesk.com` */
  readonly host: string;
  readonly installation: string;
}
export interface ZendeskPairing extends ZendeskAccount {
  readonly tenant: string;
  /** PEM; empty: the keys of the server's settings count. */
  readonly publicKeys: readonly string[];
  readonly pairedAt: Millis;
  readonly pairedBy: Actor;
}
export interface PairingCode {
  readonly tenant: string;
  /** Shown once; counts once, until `expiresAt`. */
  readonly code: string;
  readonly expiresAt: Millis;
}
/** `taken`: this installation is paired already. */
export type Redeemed =
  | { readonly kind: "paired"; readonly tenant: string }
  | { readonly kind: "wrong" | "expired" | "taken" };

export interface Admin {
  createTenant(
    id: string,
    given: { readonly name?: string | undefined; readonly timeZone?: string | undefined },
    by: By,
  ): Promise<CreatedTenant>;
  tenants(): Promise<readonly TenantView[]>;
  settings(tenant: string): Promise<TenantSettings>;
  /** Merges a patch into the settings; `null` removes an entry of a map. @throws PlainError naming what is wrong */
  saveSettings(tenant: string, patch: unknown, by: By): Promise<TenantSettings>;

  tokens(tenant: string): Promise<readonly TokenView[]>;
  createToken(
    tenant: string,
    given: {
      readonly role: TokenRole;
      readonly label?: string | undefined;
      readonly expiresAt?: Millis | null | undefined;
    },
    by: By,
  ): Promise<CreatedToken>;
  /** A new token in place of this one, which counts for `keepFor` longer. */
  rotateToken(tenant: string, id: string, keepFor: Millis, by: By): Promise<CreatedToken>;
  revokeToken(tenant: string, id: string, by: By): Promise<TokenView>;

  addSource(
    tenant: string,
    given: {
      readonly system: string;
      readonly id?: string | undefined;
      readonly secrets?: readonly string[] | undefined;
      readonly settings?: { readonly [name: string]: unknown } | undefined;
    },
    by: By,
  ): Promise<ConnectedSource>;
  sources(tenant?: string): Promise<readonly SourceView[]>;
  /** Changes the settings that are named. */
  changeSource(
    tenant: string,
    given: {
      readonly system: string;
      readonly id?: string | undefined;
      readonly settings: { readonly [name: string]: unknown };
    },
    by: By,
  ): Promise<SourceView>;
  /** A second secret beside the first; with `finish` only the newest counts from now on. */
  rotateSource(
    tenant: string,
    given: {
      readonly system: string;
      readonly id?: string | undefined;
      readonly secret?: string | undefined;
      readonly finish?: boolean | undefined;
    },
    by: By,
  ): Promise<ConnectedSource>;
  removeSource(
    tenant: string,
    given: { readonly system: string; readonly id?: string | undefined },
    by: By,
  ): Promise<void>;

  saveChannel(
    tenant: string,
    given: { readonly system: string; readonly settings: { readonly [name: string]: unknown } },
    by: By,
  ): Promise<ChannelView>;
  channels(tenant: string): Promise<readonly ChannelView[]>;
  /** Tells the log what can be sent on which channel, when that changed. @returns whether it did */
  refreshReadiness(tenant: string): Promise<boolean>;
  /** Gives a tenant the shipped pattern library, when it has another. @returns whether it had */
  takeLibrary(tenant: string, by: By): Promise<boolean>;

  /** @throws PlainError listing the problems that `doctor` found */
  live(tenant: string, change: LiveChange, by: By): Promise<Rollout>;
  pause(tenant: string, change: SwitchChange, by: By): Promise<Switches>;
  resume(tenant: string, change: SwitchChange, by: By): Promise<Switches>;
  /** Until then, or for good; null lets messages go again. */
  pausePerson(
    tenant: string,
    who: Who,
    until: Millis | "forever" | null,
    by: By,
  ): Promise<{ readonly person: string; readonly until: Millis | null }>;

  importEvents(tenant: string, file: string, by: By, work?: LongWork): Promise<ImportResult>;
  importSuppressions(tenant: string, file: string, by: By, work?: LongWork): Promise<SuppressionResult>;
  /** Writes NDJSON, one `{table, row}` a line. @returns how many */
  exportPerson(tenant: string, who: Who, file: string, by: By): Promise<{ readonly rows: number }>;
  exportTenant(tenant: string, file: string, by: By, work?: LongWork): Promise<{ readonly rows: number }>;
  erasePerson(tenant: string, who: Who, by: By): Promise<{ readonly rows: number; readonly units: number }>;

  /** `publicKeys`: PEM text, when this tenant uses an app of its own. */
  pairZendesk(
    tenant: string,
    given: { readonly publicKeys?: string | undefined },
    by: By,
  ): Promise<PairingCode>;
  redeemZendesk(code: string, account: ZendeskAccount, by: By): Promise<Redeemed>;
  zendeskPairings(tenant?: string): Promise<readonly ZendeskPairing[]>;
  /** Public keys of tenants whose code waits for being typed. */
  waitingZendeskKeys(): Promise<readonly string[]>;
  unpairZendesk(tenant: string, installation: string, by: By): Promise<void>;

  doctor(tenant?: string): Promise<readonly Finding[]>;
}
