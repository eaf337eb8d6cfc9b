import type { TenantControl } from "../core/control.ts";
import {
  CHANNEL_KINDS,
  type ChannelKind,
  type Readiness,
  type TenantSettings,
  type TenantState,
} from "../core/tenant.ts";
import type { ChannelRow } from "../store/contract.ts";
import type { ActionContext } from "./contract.ts";
import { tenantOf } from "./tenant.ts";

/** Kinds that messages can be rendered for: without credentials they are in preview. */
const RENDERED: readonly ChannelKind[] = ["email", "sms"];
/** What needs nobody else: our own pages, our own people, and the banner of a broadcast. */
const OURS: readonly ChannelKind[] = ["in_app", "human", "broadcast"];

type Channels = { readonly [kind in ChannelKind]: Readiness };
type ReadinessControl = Extract<TenantControl, { kind: "readiness" }>;

/** Records what can be sent on which channel, when it is not what the log says already. */
export async function refreshReadiness(deps: Omit<ActionContext, "examine">, id: string): Promise<boolean> {
  const tenant = tenantOf(deps, id);
  const control = readinessOf(deps, tenant.settings, await deps.store.channels(id));
  if (same(control, tenant)) return false;
  await deps.pipeline.tenantControl(id, control);
  return true;
}

export function readinessOf(
  deps: Pick<ActionContext, "messages" | "messageSettings" | "integrations">,
  settings: TenantSettings,
  saved: readonly ChannelRow[],
): ReadinessControl {
  const notReady = [...deps.messages.notReady(deps.messageSettings(settings))];
  const templates = [...deps.messages.templates].map(([id, { version }]) => [id, version] as const);
  return { kind: "readiness", channels: channelsOf(deps, saved), notReady, templates };
}

function channelsOf(deps: Pick<ActionContext, "integrations">, saved: readonly ChannelRow[]): Channels {
  const connected = new Map(saved.map((row) => [row.kind, row.system]));
  const entries = CHANNEL_KINDS.map((kind) => [kind, readinessOfKind(deps, kind, connected.get(kind))]);
  return Object.fromEntries(entries) as Channels;
}

function readinessOfKind(
  { integrations }: Pick<ActionContext, "integrations">,
  kind: ChannelKind,
  system: string | undefined,
): Readiness {
  if (OURS.includes(kind)) return "live";
  const channel = integrations.find(({ id }) => id === system)?.channel;
  if (channel !== undefined) return channel.preview === true ? "preview" : "live";
  return RENDERED.includes(kind) ? "preview" : "off";
}

function same(control: ReadinessControl, tenant: TenantState): boolean {
  const { channels, notReady, templates } = control;
  return (
    CHANNEL_KINDS.every((kind) => tenant.channels[kind] === channels[kind]) &&
    sameEntries(notReady, tenant.notReady) &&
    sameEntries(templates, tenant.templates)
  );
}

function sameEntries(
  entries: readonly (readonly [string, string])[],
  map: ReadonlyMap<string, string>,
): boolean {
  return entries.length === map.size && entries.every(([key, value]) => map.get(key) === value);
}
