import { z } from "zod";
import type { ChannelKind } from "../core/tenant.ts";
import { checkOutbound, RefusedUrl } from "../lib/outbound-url.ts";
import { plainIssues } from "../lib/plain-issues.ts";
import type { ChannelRow } from "../store/contract.ts";
import { type ChannelView, channelView, spelled } from "./channels.ts";
import { type Action, type ActionContext, ADMINS } from "./contract.ts";
import { refreshReadiness } from "./readiness.ts";
import { invalid } from "./refusal.ts";
import { tenantOf } from "./tenant.ts";

const params = z.strictObject({ system: z.string().min(1), settings: z.record(z.string(), z.unknown()) });
type Row = ChannelRow & { readonly kind: ChannelKind };

/** Connects a provider to its channel; what was connected there before is replaced. */
export const connectChannel: Action<typeof params, ChannelView> = {
  name: "connect-channel",
  summary: "Connect the provider that messages of a channel go out through",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["channel.save"],
  undo: null,
  // What can be sent is reckoned from all of them.
  subject: () => "channels",
  async run(context, wanted, act) {
    const { tenant } = act;
    tenantOf(context, tenant);
    const row = rowOf(context, tenant, wanted);
    await checkAddresses(context, row);
    const { kind, system } = row;
    await act.note({ subject: `channel/${kind}`, detail: { system } }, [{ kind: "channel", row }]);
    await context.changed?.("channels");
    await refreshReadiness(context, tenant);
    return channelView(context, tenant, kind, row);
  },
};

function rowOf(
  { integrations }: ActionContext,
  tenant: string,
  { system, settings }: z.output<typeof params>,
): Row {
  const integration = integrations.find(({ id }) => spelled(id) === spelled(system));
  if (integration?.channel === undefined) {
    const names = integrations.filter(({ channel }) => channel !== undefined).map(({ id }) => spelled(id));
    throw invalid(`Nothing is sent through "${system}"; write one of ${names.sort().join(", ")}.`);
  }
  const read = integration.settings.safeParse(settings);
  if (!read.success) throw invalid(`${integration.title} cannot use this: ${plainIssues(read.error)}.`);
  const { id, channel } = integration;
  return { tenant, kind: channel.kind, system: id, settings: read.data as ChannelRow["settings"] };
}

/** An address is checked again at every sending; refusing it here as well tells the person who wrote it. */
async function checkAddresses({ config }: ActionContext, { settings }: ChannelRow): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    if (!name.endsWith("Url") || typeof value !== "string") continue;
    try {
      await checkOutbound(value, { allowLoopback: config.allowLoopbackProviders });
    } catch (error) {
      // A name that cannot be looked up at the moment is no mistake of the person's.
      if (error instanceof RefusedUrl) throw invalid(`${name} cannot be used: ${error.message}.`);
    }
  }
}
