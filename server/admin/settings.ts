import type { TenantSettings } from "../core/tenant.ts";
import { PlainError } from "../lib/errors.ts";
import { auditOf } from "./audit.ts";
import type { By } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";
import { plainIssues } from "./plain-issues.ts";
import { refreshReadiness } from "./readiness.ts";
import { type SettingsPatch, settingsPatch } from "./settings-schema.ts";

export async function saveSettings(
  deps: AdminDeps,
  tenant: string,
  given: unknown,
  by: By,
): Promise<TenantSettings> {
  const { settings: before } = tenantOf(deps, tenant);
  const settings = patched(before, readPatch(given));
  const control = { kind: "settings", settings } as const;
  await deps.pipeline.tenantControl(tenant, control, {
    audit: auditOf(deps, tenant, by, {
      action: "settings.change",
      subject: "settings",
      detail: { changed: changedKeys(before, settings) },
      undo: { kind: "settings", settings: before },
    }),
  });
  await refreshReadiness(deps, tenant);
  return settings;
}

function readPatch(given: unknown): SettingsPatch {
  const read = settingsPatch.safeParse(given);
  if (!read.success) throw new PlainError(`These settings cannot be used: ${plainIssues(read.error)}.`);
  return read.data;
}

/** Records are merged member by member, lists and single values replaced; `null` removes a member of a map. */
export function patched(settings: TenantSettings, patch: SettingsPatch): TenantSettings {
  const next = merge(settings, patch) as unknown as TenantSettings;
  const { watch, alert, critical } = next.bands;
  if (!(watch < alert && alert < critical)) {
    throw new PlainError(
      "These settings cannot be used: bands have to rise from watch over alert to critical.",
    );
  }
  return next;
}

type Fields = { readonly [name: string]: unknown };

function merge(into: object, patch: object): Fields {
  const merged: { [name: string]: unknown } = { ...into };
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const before = merged[name];
    if (value === null) delete merged[name];
    else merged[name] = isRecord(before) && isRecord(value) ? merge(before, value) : value;
  }
  return merged;
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Which settings differ, by name; addresses of owners and links stay out of the audit. */
function changedKeys(before: TenantSettings, after: TenantSettings): readonly string[] {
  const names = Object.keys(after) as (keyof TenantSettings)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
