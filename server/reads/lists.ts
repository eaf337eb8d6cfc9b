import { type ChannelView, channelView } from "../actions/channels.ts";
import type { ActionContext } from "../actions/contract.ts";
import { type SourceView, sourceView } from "../actions/sources.ts";
import { isDryRun, tenantOf } from "../actions/tenant.ts";
import { type TokenView, tokensOf, tokenView } from "../actions/tokens.ts";
import { ZENDESK_APP } from "../actions/zendesk.ts";
import type { TenantState } from "../core/tenant.ts";
import { CHANNEL_KINDS } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";

export type ReadDeps = Omit<ActionContext, "examine">;

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

export async function listTenants({ store, pipeline }: ReadDeps): Promise<readonly TenantView[]> {
  const rows = await store.tenants();
  return rows.flatMap(({ id, createdAt }) => {
    const state = pipeline.tenant(id);
    return state === null ? [] : [tenantView(state, createdAt)];
  });
}

function tenantView(
  { id, settings, switches, rollout, library }: TenantState,
  createdAt: Millis,
): TenantView {
  const { name, timeZone } = settings;
  return {
    ...{ id, name, timeZone, createdAt, dryRun: isDryRun(rollout) },
    ...{ paused: switches.tenant, library: library.version },
  };
}

export async function listTokens(deps: ReadDeps, tenant: string): Promise<readonly TokenView[]> {
  return (await tokensOf(deps, tenant)).map(tokenView);
}

export async function listSources(deps: ReadDeps, tenant?: string): Promise<readonly SourceView[]> {
  if (tenant !== undefined) tenantOf(deps, tenant);
  const rows = (await deps.store.sources(tenant)).filter(({ system }) => system !== ZENDESK_APP);
  return rows.map((row) => sourceView(deps, row));
}

export async function listChannels(deps: ReadDeps, tenant: string): Promise<readonly ChannelView[]> {
  tenantOf(deps, tenant);
  const rows = await deps.store.channels(tenant);
  return CHANNEL_KINDS.map((kind) =>
    channelView(
      deps,
      tenant,
      kind,
      rows.find((row) => row.kind === kind),
    ),
  );
}
