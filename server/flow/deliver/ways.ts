import type { ChannelKind } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import { hashId } from "../../lib/ids.ts";
import { shareReads } from "../../lib/shared-read.ts";
import type { ChannelRow } from "../../store/contract.ts";
import type { DelivererDeps, Way } from "./contract.ts";

/** Settings of a tenant that changed are in use after this long. */
const FRESH_FOR: Millis = 2_000;

export interface Ways {
  /** Null when the tenant has no such way out at all. */
  of(tenant: string, kind: ChannelKind): Promise<Way | null>;
}

/** Which provider a tenant's messages of a kind leave by. A kind in preview leaves by nobody and is kept here. */
export function createWays(
  deps: Pick<DelivererDeps, "store" | "pipeline" | "adapter" | "preview" | "clock">,
): Ways {
  const rowsOf = shareReads((tenant) => deps.store.channels(tenant), deps.clock);

  return {
    async of(tenant, kind) {
      const readiness = deps.pipeline.tenant(tenant)?.channels[kind] ?? "off";
      if (readiness === "off") return null;
      if (readiness === "preview") return previewOf(deps.preview, kind);
      for (const row of await rowsOf(tenant, FRESH_FOR)) {
        const adapter = row.kind === kind ? deps.adapter(row.system) : undefined;
        if (adapter?.kind === kind) return wayOf(row, adapter);
      }
      return null;
    },
  };
}

function wayOf(row: ChannelRow, adapter: Way["adapter"]): Way {
  const { system, settings } = row;
  return { system, adapter, settings, fingerprint: hashId(system, JSON.stringify(settings)) };
}

function previewOf(preview: DelivererDeps["preview"], kind: ChannelKind): Way {
  return { system: "preview", adapter: preview(kind), settings: {}, fingerprint: "preview" };
}
