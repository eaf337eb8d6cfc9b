import { isDryRun } from "../actions/tenant.ts";
import { ALL_ON, DEFAULT_SETTINGS, DRY_RUN, type TenantSettings, type TenantState } from "../core/tenant.ts";
import { PlainError } from "../lib/errors.ts";
import { randomToken } from "../lib/ids.ts";
import { auditOf } from "./audit.ts";
import type { By, CreatedTenant, FirstToken, TenantView } from "./contract.ts";
import type { AdminDeps } from "./deps.ts";
import { takeLibrary } from "./library.ts";
import { readinessOf } from "./readiness.ts";
import { patched } from "./settings.ts";
import { isTimeZone } from "./time-zone.ts";
import { newToken } from "./tokens.ts";

const FIRST_TOKENS: readonly FirstToken[] = ["write", "agent", "ops", "admin", "public"];
/** It stands in addresses, file names and metrics. */
const TENANT_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export interface NewTenant {
  readonly name?: string | undefined;
  readonly timeZone?: string | undefined;
}

/**
 * A new tenant, in dry run. What holds for it goes into the log first and its row and tokens last, all at once: one
 * that was cut off in between does not exist, and can simply be created again.
 */
export async function createTenant(
  deps: AdminDeps,
  id: string,
  given: NewTenant,
  by: By,
): Promise<CreatedTenant> {
  if (!TENANT_ID.test(id)) {
    throw new PlainError(`"${id}" cannot be a tenant's id: write 1 to 63 small letters, digits and hyphens.`);
  }
  const known = await deps.store.tenants();
  if (known.some((row) => row.id === id)) throw new PlainError(`The tenant ${id} exists already.`);
  await logWhatHolds(deps, id, firstSettings(id, given), by);
  const made = FIRST_TOKENS.map((role) => ({
    role,
    ...newToken(id, { role, label: "first" }, deps.now()),
  }));
  const identitySecret = randomToken("fst_identity");
  const row = { id, createdAt: deps.now(), identitySecret };
  await deps.store.createTenant(
    row,
    made.map((each) => each.row),
  );
  await deps.changed?.("tokens");
  const tokens = Object.fromEntries(made.map(({ role, token }) => [role, token]));
  return { id, tokens: tokens as CreatedTenant["tokens"], identitySecret };
}

function firstSettings(id: string, { name = id, timeZone = "UTC" }: NewTenant): TenantSettings {
  if (!isTimeZone(timeZone)) {
    throw new PlainError(`"${timeZone}" is not a time zone; write an IANA name such as Europe/Berlin.`);
  }
  const ofProduct = { name, senderName: name };
  return patched(DEFAULT_SETTINGS, { name, timeZone, product: ofProduct });
}

async function logWhatHolds(deps: AdminDeps, id: string, settings: TenantSettings, by: By): Promise<void> {
  const { pipeline } = deps;
  const audit = auditOf(deps, id, by, {
    action: "tenant.create",
    subject: "tenant",
    detail: { timeZone: settings.timeZone },
  });
  await pipeline.tenantControl(id, { kind: "settings", settings }, { audit });
  await takeLibrary(deps, id, by);
  await pipeline.tenantControl(id, readinessOf(deps, settings, []));
  await pipeline.tenantControl(id, { kind: "switches", switches: ALL_ON, ...by });
  await pipeline.tenantControl(id, { kind: "rollout", rollout: DRY_RUN, ...by });
}

export async function listTenants(deps: AdminDeps): Promise<readonly TenantView[]> {
  const rows = await deps.store.tenants();
  return rows.flatMap(({ id, createdAt }) => {
    const state = deps.pipeline.tenant(id);
    return state === null ? [] : [viewOf(state, createdAt)];
  });
}

function viewOf({ id, settings, switches, rollout, library }: TenantState, createdAt: number): TenantView {
  const { name, timeZone } = settings;
  return {
    id,
    name,
    timeZone,
    createdAt,
    dryRun: isDryRun(rollout),
    paused: switches.tenant,
    library: library.version,
  };
}
