import { CHANNEL_KINDS } from "../core/tenant.ts";
import { PlainError } from "../lib/errors.ts";
import { checkOutbound, RefusedUrl } from "../lib/outbound-url.ts";
import { plainIssues } from "../lib/plain-issues.ts";
import { redactFields } from "../lib/redact.ts";
import type { ChannelRow } from "../store/contract.ts";
import { audit } from "./audit.ts";
import type { By, ChannelView } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";
import { refreshReadiness } from "./readiness.ts";

export interface ChannelWish {
  readonly system: string;
  readonly settings: { readonly [name: string]: unknown };
}

/** Connects a provider to its channel; what was connected there before is replaced. */
export async function saveChannel(
  deps: AdminDeps,
  tenant: string,
  wish: ChannelWish,
  by: By,
): Promise<ChannelView> {
  tenantOf(deps, tenant);
  const row = rowOf(deps, tenant, wish);
  await checkAddresses(deps, row);
  const { kind, system } = row;
  await audit(deps, tenant, by, { action: "channel.save", subject: `channel/${kind}`, detail: { system } });
  await deps.store.saveChannel(row);
  await deps.changed?.("channels");
  await refreshReadiness(deps, tenant);
  return viewOf(deps, tenant, row.kind as ChannelView["kind"], row);
}

export async function listChannels(deps: AdminDeps, tenant: string): Promise<readonly ChannelView[]> {
  tenantOf(deps, tenant);
  const rows = await deps.store.channels(tenant);
  return CHANNEL_KINDS.map((kind) =>
    viewOf(
      deps,
      tenant,
      kind,
      rows.find((row) => row.kind === kind),
    ),
  );
}

function rowOf({ integrations }: AdminDeps, tenant: string, { system, settings }: ChannelWish): ChannelRow {
  const integration = integrations.find(({ id }) => spelled(id) === spelled(system));
  if (integration?.channel === undefined) {
    const names = integrations.filter(({ channel }) => channel !== undefined).map(({ id }) => spelled(id));
    throw new PlainError(`Nothing is sent through "${system}"; write one of ${names.sort().join(", ")}.`);
  }
  const read = integration.settings.safeParse(settings);
  if (!read.success)
    throw new PlainError(`${integration.title} cannot use this: ${plainIssues(read.error)}.`);
  const { id, channel } = integration;
  return { tenant, kind: channel.kind, system: id, settings: read.data as ChannelRow["settings"] };
}

/** What goes through ourselves is called like its channel: `in_app`. `in-app` is understood too. */
function spelled(system: string): string {
  return system.replaceAll("-", "_");
}

/** An address is checked again at every sending; refusing it here as well tells the person who wrote it. */
async function checkAddresses({ config }: AdminDeps, { settings }: ChannelRow): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    if (!name.endsWith("Url") || typeof value !== "string") continue;
    try {
      await checkOutbound(value, { allowLoopback: config.allowLoopbackProviders });
    } catch (error) {
      // A name that cannot be looked up at the moment is no mistake of the person's.
      if (error instanceof RefusedUrl) throw new PlainError(`${name} cannot be used: ${error.message}.`);
    }
  }
}

function viewOf(
  deps: AdminDeps,
  tenant: string,
  kind: ChannelView["kind"],
  row: ChannelRow | undefined,
): ChannelView {
  return {
    kind,
    readiness: tenantOf(deps, tenant).channels[kind],
    system: row === undefined ? null : spelled(row.system),
    settings: redactFields(row?.settings ?? {}) as ChannelView["settings"],
  };
}
