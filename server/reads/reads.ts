import type { ChannelView } from "../actions/channels.ts";
import type { Finding } from "../actions/contract.ts";
import type { SourceView } from "../actions/sources.ts";
import { tenantOf } from "../actions/tenant.ts";
import type { TokenView } from "../actions/tokens.ts";
import { pairingsOf, waitingKeys, type ZendeskPairing } from "../actions/zendesk.ts";
import type { TenantSettings } from "../core/tenant.ts";
import { doctor } from "./doctor/index.ts";
import {
  listChannels,
  listSources,
  listTenants,
  listTokens,
  type ReadDeps,
  type TenantView,
} from "./lists.ts";

/** What whoever runs the server looks at. Nothing of it changes anything. */
export interface Reads {
  tenants(): Promise<readonly TenantView[]>;
  settings(tenant: string): Promise<TenantSettings>;
  tokens(tenant: string): Promise<readonly TokenView[]>;
  sources(tenant?: string): Promise<readonly SourceView[]>;
  channels(tenant: string): Promise<readonly ChannelView[]>;
  zendeskPairings(tenant?: string): Promise<readonly ZendeskPairing[]>;
  /** Public keys of tenants whose pairing code waits for being typed. */
  waitingZendeskKeys(): Promise<readonly string[]>;
  /** What is missing, of one tenant or all, the worst first; and what was found to be in order. */
  doctor(tenant?: string): Promise<readonly Finding[]>;
}

export function createReads(deps: ReadDeps): Reads {
  return {
    tenants: () => listTenants(deps),
    settings: async (tenant) => tenantOf(deps, tenant).settings,
    tokens: (tenant) => listTokens(deps, tenant),
    sources: (tenant) => listSources(deps, tenant),
    channels: (tenant) => listChannels(deps, tenant),
    zendeskPairings: (tenant) => pairingsOf(deps, tenant),
    waitingZendeskKeys: () => waitingKeys(deps),
    doctor: (tenant) => doctor(deps, tenant),
  };
}
