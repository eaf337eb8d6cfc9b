/* A tenant with its keys and connections. */

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
