import { z } from "zod";
import { ALL_ON, DEFAULT_SETTINGS, DRY_RUN, type TenantSettings } from "../core/tenant.ts";
import { randomToken } from "../lib/ids.ts";
import { isTimeZone } from "../lib/time-zone.ts";
import { patched } from "./change-settings.ts";
import { type Act, type Action, type ActionContext, OPERATORS } from "./contract.ts";
import { readinessOf } from "./readiness.ts";
import { conflict, invalid } from "./refusal.ts";
import { takeShipped } from "./take-library.ts";
import { newToken } from "./tokens.ts";

/** The tokens a new tenant is given. */
const FIRST_TOKENS = ["write", "agent", "ops", "admin", "public"] as const;
type FirstToken = (typeof FIRST_TOKENS)[number];
/** It stands in addresses, file names and metrics. */
const TENANT_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const params = z.strictObject({ name: z.string().optional(), timeZone: z.string().optional() });

export interface CreatedTenant {
  readonly id: string;
  /** Shown once; the store keeps only their hashes. */
  readonly tokens: { readonly [role in FirstToken]: string };
  /** With it the tenant's server signs who is logged in, for the in-app snippet. */
  readonly identitySecret: string;
}

/**
 * A new tenant, in dry run, under the id that the request names. What holds for it goes into the log first and its row
 * and tokens last, all at once: one that was cut off in between does not exist, and can simply be created again.
 */
export const createTenant: Action<typeof params, CreatedTenant> = {
  name: "create-tenant",
  summary: "Make a tenant with its first tokens",
  params,
  roles: OPERATORS,
  revised: false,
  audits: ["tenant.create", "library.take"],
  undo: null,
  subject: () => "tenant",
  async run(context, given, act) {
    const id = act.tenant;
    if (!TENANT_ID.test(id)) {
      throw invalid(`"${id}" cannot be a tenant's id: write 1 to 63 small letters, digits and hyphens.`);
    }
    const known = await context.store.tenants();
    if (known.some((row) => row.id === id)) throw conflict(`The tenant ${id} exists already.`);
    await logWhatHolds(context, act, firstSettings(id, given));
    const made = FIRST_TOKENS.map((role) => ({ role, ...newToken(id, { role, label: "first" }, act.now) }));
    const identitySecret = randomToken("fst_identity");
    const row = { id, createdAt: act.now, identitySecret };
    await context.store.createTenant(
      row,
      made.map((each) => each.row),
    );
    await context.changed?.("tokens");
    const tokens = Object.fromEntries(made.map(({ role, token }) => [role, token]));
    return { id, tokens: tokens as CreatedTenant["tokens"], identitySecret };
  },
};

function firstSettings(id: string, { name = id, timeZone = "UTC" }: z.output<typeof params>): TenantSettings {
  if (!isTimeZone(timeZone)) {
    throw invalid(`"${timeZone}" is not a time zone; write an IANA name such as Europe/Berlin.`);
  }
  return patched(DEFAULT_SETTINGS, { name, timeZone, product: { name, senderName: name } });
}

async function logWhatHolds(context: ActionContext, act: Act, settings: TenantSettings): Promise<void> {
  const { pipeline } = context;
  const { actor, reason } = act.by;
  const { timeZone } = settings;
  await act.tenantControl({ kind: "settings", settings }, { action: "tenant.create", detail: { timeZone } });
  await takeShipped(context, act);
  await pipeline.tenantControl(act.tenant, readinessOf(context, settings, []));
  await pipeline.tenantControl(act.tenant, { kind: "switches", switches: ALL_ON, actor, reason });
  await pipeline.tenantControl(act.tenant, { kind: "rollout", rollout: DRY_RUN, actor, reason });
}
