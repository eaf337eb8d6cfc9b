import type { ChannelKind, Readiness } from "../core/tenant.ts";
import { redactFields } from "../lib/redact.ts";
import type { ChannelRow } from "../store/contract.ts";
import type { ActionContext } from "./contract.ts";
import { tenantOf } from "./tenant.ts";

export interface ChannelView {
  readonly kind: ChannelKind;
  readonly readiness: Readiness;
  readonly system: string | null;
  /** Without what is secret. */
  readonly settings: { readonly [name: string]: unknown };
}

export function channelView(
  deps: Pick<ActionContext, "pipeline">,
  tenant: string,
  kind: ChannelKind,
  row: ChannelRow | undefined,
): ChannelView {
  return {
    kind,
    readiness: tenantOf(deps, tenant).channels[kind],
    system: row === undefined ? null : spelled(row.system),
    settings: redactFields(row?.settings ?? {}) as ChannelView["settings"],
  };
}

/** What goes through ourselves is called like its channel: `in_app`. `in-app` is understood too. */
export function spelled(system: string): string {
  return system.replaceAll("-", "_");
}
