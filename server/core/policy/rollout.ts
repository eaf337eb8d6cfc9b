import { fraction } from "../hash.ts";
import type { TenantState } from "../tenant.ts";
import type { Unit } from "../unit.ts";

/** The account's id, or the person's where there is no account: what holdout and rollout are drawn for. */
function drawnFor(unit: Unit): string {
  return unit.id.slice(unit.id.indexOf("/") + 1);
}

/** True for the share of accounts (persons without one: by person) that is deliberately not messaged. */
export function inHoldout(tenant: TenantState, unit: Unit): boolean {
  const { percent, salt } = tenant.settings.holdout;
  return fraction(`${tenant.id}|${salt}|${drawnFor(unit)}`) < percent / 100;
}

/** True for an account that is never messaged. */
export function isExcluded(tenant: TenantState, unit: Unit): boolean {
  return unit.account !== null && tenant.settings.excluded.includes(unit.account.id);
}

/** True when messages to this unit really go out; false means dry run. */
export function inRollout(tenant: TenantState, unit: Unit): boolean {
  if (isExcluded(tenant, unit)) return false;
  const { all, accounts, segments, percent } = tenant.rollout;
  const { account } = unit;
  if (all || (account !== null && accounts.includes(account.id))) return true;
  if (account?.segment !== undefined && account.segment !== null && segments.includes(account.segment)) {
    return true;
  }
  return fraction(`${tenant.id}|rollout|${drawnFor(unit)}`) < percent / 100;
}
