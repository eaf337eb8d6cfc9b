import { z } from "zod";
import type { TenantSettings } from "../core/tenant.ts";
import { plainIssues } from "../lib/plain-issues.ts";
import { type Action, ADMINS } from "./contract.ts";
import { refreshReadiness } from "./readiness.ts";
import { invalid } from "./refusal.ts";
import { type SettingsPatch, settingsPatch } from "./settings-schema.ts";
import { tenantOf } from "./tenant.ts";

/** @param patch what changes, as people write it: see settings-schema.ts */
const params = z.strictObject({ patch: z.unknown() });

export const changeSettings: Action<typeof params, TenantSettings> = {
  name: "change-settings",
  summary: "Change what a tenant has set",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["settings.change"],
  undo: "settings",
  subject: () => "settings",
  async run(context, { patch }, act) {
    const { settings: before } = tenantOf(context, act.tenant);
    const settings = patched(before, readPatch(patch));
    await act.tenantControl(
      { kind: "settings", settings },
      { detail: { changed: changedKeys(before, settings) }, undo: { kind: "settings", settings: before } },
    );
    await refreshReadiness(context, act.tenant);
    return settings;
  },
};

function readPatch(given: unknown): SettingsPatch {
  const read = settingsPatch.safeParse(given);
  if (!read.success) throw invalid(`These settings cannot be used: ${plainIssues(read.error)}.`);
  return read.data;
}

/** Records are merged member by member, lists and single values replaced; `null` removes a member of a map. */
export function patched(settings: TenantSettings, patch: SettingsPatch): TenantSettings {
  const { links, owners, categories, product, quiet, cap, holdout, bands, incident, ...rest } = patch;
  const next: TenantSettings = {
    ...over(settings, rest),
    product: over(settings.product, product),
    links: entries(settings.links, links),
    quiet: over(settings.quiet, quiet),
    cap: over(settings.cap, cap),
    holdout: over(settings.holdout, holdout),
    bands: over(settings.bands, bands),
    owners: entries(settings.owners, owners),
    incident: over(settings.incident, incident),
    categories: entries(settings.categories, categories),
  };
  const { watch, alert, critical } = next.bands;
  if (!(watch < alert && alert < critical)) {
    throw invalid("These settings cannot be used: bands have to rise from watch over alert to critical.");
  }
  return next;
}

/** The same with what is given in place of what was there. */
function over<Value extends object>(
  value: Value,
  patch: { readonly [Name in keyof Value]?: Value[Name] | undefined } = {},
): Value {
  const given = Object.entries(patch).filter(([, each]) => each !== undefined);
  return { ...value, ...Object.fromEntries(given) };
}

function entries<Entry>(
  before: { readonly [name: string]: Entry },
  patch: { readonly [name: string]: Entry | null } = {},
): { readonly [name: string]: Entry } {
  const after = new Map(Object.entries(before));
  for (const [name, entry] of Object.entries(patch)) {
    if (entry === null) after.delete(name);
    else after.set(name, entry);
  }
  return Object.fromEntries(after);
}

/** Which settings differ, by name; addresses of owners and links stay out of the audit. */
function changedKeys(before: TenantSettings, after: TenantSettings): readonly string[] {
  const names = Object.keys(after) as (keyof TenantSettings)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
