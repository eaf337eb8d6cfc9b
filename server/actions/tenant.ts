import type { Rollout, TenantState } from "../core/tenant.ts";
import type { Pipeline } from "../flow/contract.ts";
import { notFound } from "./refusal.ts";

/** @throws Refusal when there is no such tenant */
export function tenantOf(
  { pipeline }: { readonly pipeline: Pick<Pipeline, "tenant"> },
  id: string,
): TenantState {
  const tenant = pipeline.tenant(id);
  if (tenant === null) {
    throw notFound(
      `There is no tenant ${id}; \`forestall tenant list\` shows those there are, \`forestall tenant create ${id}\` makes it.`,
    );
  }
  return tenant;
}

/** Nothing is sent to anybody. */
export function isDryRun({ all, accounts, segments, percent }: Rollout): boolean {
  return !all && accounts.length === 0 && segments.length === 0 && percent === 0;
}
