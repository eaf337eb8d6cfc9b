import type { Finding } from "../../actions/contract.ts";
import { tenantOf } from "../../actions/tenant.ts";
import { RecordRefused } from "../../store/contract.ts";
import type { ReadDeps } from "../lists.ts";
import { examineMachine } from "./machine.ts";
import { examineService, unreadable } from "./service.ts";
import { examineTenant } from "./tenant.ts";

const SEVERITY = { problem: 0, warning: 1, ok: 2 } as const;

/** What is missing, of one tenant or all, the worst first; and what was found to be in order. */
export async function doctor(deps: ReadDeps, tenant?: string): Promise<readonly Finding[]> {
  const findings = [...(await examineMachine(deps)), ...(await examineService(deps))];
  const ids = tenant === undefined ? (await deps.store.tenants()).map(({ id }) => id) : [tenant];
  for (const id of ids)
    findings.push(...(await examineTenant(deps, tenantOf(deps, id)).catch(cannotRead(id))));
  // At the end, as all that was asked here may have met some.
  findings.push(await unreadable(deps));
  if (ids.length === 0) findings.push(noTenant());
  return findings.sort((a, b) => SEVERITY[a.level] - SEVERITY[b.level]);
}

/** What is to be done stands in the sentence of the store. */
const cannotRead =
  (tenant: string) =>
  (error: unknown): readonly Finding[] => {
    if (!(error instanceof RecordRefused)) throw error;
    return [{ level: "problem", tenant, what: "its settings cannot be read", todo: error.message }];
  };

function noTenant(): Finding {
  return {
    level: "problem",
    tenant: null,
    what: "there is no tenant yet",
    todo: "`forestall tenant create <id>` makes one and shows its tokens.",
  };
}
