import type { Actor } from "../core/control.ts";
import type { Millis } from "../core/time.ts";
import type { SourceRow } from "../store/contract.ts";
import type { ActionContext } from "./contract.ts";
import { tenantOf } from "./tenant.ts";

/**
 * Which Zendesk account belongs to which tenant. A pairing is kept among the tenant's sources: one row per
 * installation, and one called `pairing` while a code waits for being typed.
 */
export const ZENDESK_APP = "zendesk-app";
export const WAITING = "pairing";

/** A code is typed in while somebody is looking at it. */
export const CODE_LASTS: Millis = 10 * 60_000;

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

export async function pairingsOf(
  deps: Pick<ActionContext, "store" | "pipeline">,
  tenant?: string,
): Promise<readonly ZendeskPairing[]> {
  if (tenant !== undefined) tenantOf(deps, tenant);
  const rows = await deps.store.sources(tenant);
  return rows.filter(({ system, id }) => system === ZENDESK_APP && id !== WAITING).map(viewOf);
}

function viewOf({ tenant, id, settings, createdAt }: SourceRow): ZendeskPairing {
  const { host, pairedBy } = settings;
  return {
    tenant,
    host: String(host),
    installation: id,
    publicKeys: keysOf({ settings }),
    pairedAt: createdAt,
    pairedBy: String(pairedBy),
  };
}

/** With them an account that is not paired yet may ask for the code. */
export async function waitingKeys({
  store,
  now,
}: Pick<ActionContext, "store" | "now">): Promise<readonly string[]> {
  const rows = await store.sources();
  return rows
    .filter(({ system, id }) => system === ZENDESK_APP && id === WAITING)
    .filter(({ settings }) => Number(settings.expiresAt) > now())
    .flatMap(keysOf);
}

function keysOf({ settings: { publicKeys } }: Pick<SourceRow, "settings">): readonly string[] {
  return Array.isArray(publicKeys) ? publicKeys.map(String) : [];
}
