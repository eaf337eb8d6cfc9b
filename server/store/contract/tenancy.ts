/* Tenants with their keys and connections, and the pattern libraries that they use. */

import type { Pattern } from "../../core/pattern.ts";
import type { Millis } from "../../core/time.ts";

export interface TenantRow {
  readonly id: string;
  readonly createdAt: Millis;
  /** Secret with which the tenant's server signs in-app identities. Wrapped at rest. */
  readonly identitySecret: string;
}

export type TokenRole = "write" | "agent" | "ops" | "admin" | "analyst" | "privacy" | "public";

export interface TokenRow {
  readonly id: string;
  readonly tenant: string;
  readonly role: TokenRole;
  readonly label: string;
  /** SHA-256 of the token, hex; the token itself is shown once and not kept. */
  readonly hash: string;
  readonly createdAt: Millis;
  readonly expiresAt: Millis | null;
  readonly revokedAt: Millis | null;
}

/** A connected system of a tenant, with its secrets (two live at once while rotating). Wrapped at rest. */
export interface SourceRow {
  readonly tenant: string;
  readonly system: string;
  readonly id: string;
  readonly settings: { readonly [name: string]: unknown };
  readonly secrets: readonly string[];
  readonly createdAt: Millis;
  readonly lastReceivedAt: Millis | null;
}

/** A connected channel of a tenant: provider, base URL, credentials. Wrapped at rest. */
export interface ChannelRow {
  readonly tenant: string;
  readonly kind: string;
  readonly system: string;
  readonly settings: { readonly [name: string]: unknown };
}

/**
 * A change of a tenant's keys and connections. Whoever made it is said in the audit row that the same batch writes, so
 * that neither is ever there without the other.
 */
export type TenancyChange =
  | { readonly kind: "token"; readonly row: TokenRow }
  | { readonly kind: "source"; readonly row: SourceRow }
  | { readonly kind: "source_removed"; readonly row: Pick<SourceRow, "tenant" | "system" | "id"> }
  | { readonly kind: "channel"; readonly row: ChannelRow };

/** Every change is on disk when it resolves. @throws StoreUnavailable when nothing was changed */
export interface Tenancy {
  /** The oldest first. */
  tenants(): Promise<readonly TenantRow[]>;
  /** The tenant and its first tokens, together. @throws StoreUnavailable also when there is one of this id */
  createTenant(row: TenantRow, tokens: readonly TokenRow[]): Promise<void>;
  /** Of all tenants, the oldest first; revoked and expired ones too. One that cannot be read counts for nothing. */
  tokens(): Promise<readonly TokenRow[]>;
  /** A new one, or the one of this id as it is now. */
  saveToken(row: TokenRow): Promise<void>;
  /** Of one tenant or of all, in order of tenant, system and id. Of all, what cannot be read is passed over. */
  sources(tenant?: string): Promise<readonly SourceRow[]>;
  /** A new one, or its settings and secrets as they are now; the newer `lastReceivedAt` stays. */
  saveSource(row: SourceRow): Promise<void>;
  /** False when there was none. */
  removeSource(tenant: string, system: string, id: string): Promise<boolean>;
  /** Of one tenant or of all, in order of tenant and kind. Of all, what cannot be read is passed over. */
  channels(tenant?: string): Promise<readonly ChannelRow[]>;
  /** Replaces what the tenant had for this kind. */
  saveChannel(row: ChannelRow): Promise<void>;
  /** The patterns of a library; null when it was never kept. */
  libraryContent(version: string): Promise<readonly Pattern[] | null>;
  /** A version never changes: the first patterns that were given for it stay. */
  saveLibraryContent(version: string, patterns: readonly Pattern[]): Promise<void>;
}
