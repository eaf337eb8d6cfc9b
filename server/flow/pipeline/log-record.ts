import { isOfTenant, type TenantControl } from "../../core/control.ts";
import type { UnitInput } from "../../core/engine/assess.ts";
import type { LogInput } from "../../store/contract.ts";

/* What a record of the log is an input of: its unit, or the tenant as a whole. */

/** @throws TypeError when it is no tenant-wide record */
export function tenantControlOf({ seq, body }: LogInput): TenantControl {
  if ("control" in body && isOfTenant(body.control)) return body.control;
  throw new TypeError(`record ${seq} of the log is not tenant-wide`);
}

/** @throws TypeError when it is a tenant-wide record */
export function unitInputOf({ seq, body }: LogInput): UnitInput {
  if ("event" in body) return body;
  const { control } = body;
  if (isOfTenant(control)) throw new TypeError(`record ${seq} of the log is tenant-wide`);
  return { control };
}
