import type { ActionContext } from "../actions/contract.ts";
import type { Logger } from "../lib/log.ts";

export { tenantOf } from "../actions/tenant.ts";

/** What administration works on, given by the composition root. */
export interface AdminDeps extends Omit<ActionContext, "examine"> {
  readonly log: Logger;
}
