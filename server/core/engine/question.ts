import { newPursuit } from "../new-unit.ts";
import type { Pattern } from "../pattern.ts";
import type { Question } from "../policy/contract.ts";
import type { TenantState } from "../tenant.ts";
import type { Tracked } from "../unit.ts";
import type { Turn } from "./turn.ts";

/** What the guards are asked about a match, from a ladder step on. `score`: of the match's own key. */
export function questionOf(
  turn: Turn,
  tracked: Tracked,
  pattern: Pattern,
  step: number,
  score: number,
): Question {
  const { now, unit } = turn;
  const { match } = tracked;
  const pursuit = tracked.pursuit ?? newPursuit(now);
  return {
    now,
    unit,
    match,
    pursuit,
    step,
    tenant: tenantFor(turn.tenant, pursuit.insteadOf),
    pattern: patternFor(pattern, pursuit.insteadOf),
    resolved: tracked.silenced !== null || tracked.helped !== null,
    score,
    approved: pursuit.approved,
  };
}

/** It speaks of the trouble of many, not of the one match that stands for them. */
export const ACCOUNT_INCIDENT = "account-incident";

/** The one message of an account incident goes to the account's admin, and is not held by that incident. */
function patternFor(pattern: Pattern, insteadOf: string | undefined): Pattern {
  if (insteadOf === undefined) return pattern;
  const { recipientFallback: _none, ...rest } = pattern;
  return { ...rest, recipient: "admin", message: ACCOUNT_INCIDENT };
}

function tenantFor(tenant: TenantState, insteadOf: string | undefined): TenantState {
  if (insteadOf === undefined) return tenant;
  return { ...tenant, incidents: tenant.incidents.filter(({ id }) => id !== insteadOf) };
}
