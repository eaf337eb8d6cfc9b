import type { Incident } from "../../../core/tenant.ts";
import type { Band } from "../../../core/unit.ts";
import type { PageDeps } from "../deps.ts";
import { BANDS } from "../words.ts";

export interface Overview {
  readonly product: string;
  readonly monitored: number;
  readonly bands: readonly {
    readonly band: Band;
    readonly label: string;
    readonly range: string;
    readonly count: number;
    /** Of all that are monitored, 0 to 1. */
    readonly share: number;
  }[];
  readonly riskiest: readonly {
    readonly name: string;
    readonly segment: string | null;
    readonly score: number;
    readonly band: Band;
    readonly why: string;
  }[];
  readonly sent24h: number;
  readonly kept24h: number;
}

const RISKIEST = 8;

export async function overviewOf(deps: PageDeps): Promise<Overview> {
  const { tenant } = deps;
  const [summary, risks] = await Promise.all([
    deps.store.summary(tenant, deps.now()),
    deps.store.risks(tenant, { kind: "account", limit: RISKIEST }),
  ]);
  const { monitored } = summary;
  return {
    product: deps.pipeline.tenant(tenant)?.settings.product.name ?? tenant,
    monitored,
    bands: BANDS.map((each) => {
      const count = summary.bands[each.band];
      return { ...each, count, share: monitored === 0 ? 0 : count / monitored };
    }),
    riskiest: risks.rows
      .filter(({ band }) => band !== "normal")
      .map(({ key, name, segment, score, band, why }) => ({
        name: name ?? key.slice(key.indexOf("/") + 1),
        segment: segment?.replaceAll("_", " ") ?? null,
        score,
        band,
        why,
      })),
    sent24h: summary.sent24h,
    kept24h: Object.values(summary.byReason24h).reduce((sum, count) => sum + count, 0),
  };
}

/** Incidents that are running. */
export function runningIncidents({ pipeline, tenant }: PageDeps): readonly Incident[] {
  return pipeline.tenant(tenant)?.incidents.filter(({ endedAt }) => endedAt === null) ?? [];
}
