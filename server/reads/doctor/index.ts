import type { Finding } from "../../actions/contract.ts";
import { tenantOf } from "../../actions/tenant.ts";
import type { ReadDeps } from "../lists.ts";
import { examineMachine } from "./machine.ts";
import { examineService } from "./service.ts";
import { examineTenant } from "./tenant.ts";

const SEVERITY = { problem: 0, warning: 1, ok: 2 } as const;

/** What is missing, of one tenant or all, the worst first; and what was found to be in order. */
export async function doctor(deps: ReadDeps, tenant?: string): Promise<readonly Finding[]> {
  const findings = [...(await examineMachine(deps)), ...(await examineService(deps))];
  const ids = tenant === undefined ? (await deps.store.tenants()).map(({ id }) => id) : [tenant];
  for (const id of ids) findings.push(...(await examineTenant(deps, tenantOf(deps, id))));
  if (ids.length === 0) findings.push(noTenant());
  return findings.sort((a, b) => SEVERITY[a.level] - SEVERITY[b.level]);
}

function noTenant(): Finding {
  return {
    level: "problem",
    tenant: null,
    what: "there is no tenant yet",
    todo: "`forestall tenant create <id>` makes one and shows its tokens.",
  };
}
