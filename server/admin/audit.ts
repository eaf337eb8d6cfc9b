import type { Control } from "../core/control.ts";
import { randomId } from "../lib/ids.ts";
import type { AuditRow } from "../store/contract.ts";
import type { By } from "./contract.ts";
import type { AdminDeps } from "./deps.ts";

export interface Deed {
  /** `token.create`, `source.remove`. */
  readonly action: string;
  /** `tokens`, `source/stripe/default`, `person/u1`: what audit rows are found by. */
  readonly subject: string;
  /** Never a secret. */
  readonly detail?: { readonly [name: string]: unknown };
  readonly undo?: Control;
}

export function auditOf(
  deps: Pick<AdminDeps, "now">,
  tenant: string,
  { actor, reason }: By,
  { action, subject, detail, undo }: Deed,
): Omit<AuditRow, "undone"> {
  const at = deps.now();
  return {
    id: randomId(),
    tenant,
    at,
    actor,
    action,
    subject,
    reason,
    detail: detail ?? {},
    undo: undo ?? null,
  };
}

/**
 * Remembers a deed that is not itself an input of the pipeline. It is written before the deed: a row too many says
 * what somebody tried, a deed without a row could not be explained by anybody.
 */
export async function audit(
  deps: Pick<AdminDeps, "now" | "pipeline">,
  tenant: string,
  by: By,
  deed: Deed,
): Promise<void> {
  await deps.pipeline.receive(tenant, [], { audit: auditOf(deps, tenant, by, deed) });
}
