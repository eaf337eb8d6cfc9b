import { z } from "zod";
import { by, byOf, command, tenant } from "./params.ts";
import { shown } from "./present.ts";
import { spelled } from "./settings-text.ts";

export const tenantCreate = command({
  name: "tenant.create",
  params: z.object({ ...by, ...tenant, name: z.string().optional(), timeZone: z.string().optional() }),
  run: ({ admin }, params) => {
    const { name, timeZone } = params;
    return admin.createTenant(params.tenant, { name, timeZone }, byOf(params));
  },
});

export const tenantList = command({
  name: "tenant.list",
  params: z.object({}),
  run: async ({ admin }) => shown(await admin.tenants()),
});

export const tenantSettings = command({
  name: "tenant.settings",
  params: z.object({ ...by, ...tenant, patch: z.unknown().optional() }),
  run: async ({ admin }, params) => {
    const { tenant: id, patch } = params;
    const saved = patch === undefined ? admin.settings(id) : admin.saveSettings(id, patch, byOf(params));
    return spelled(await saved);
  },
});

export const libraryTake = command({
  name: "library.take",
  params: z.object({ ...by, ...tenant }),
  run: async ({ admin, library }, params) => {
    const taken = await admin.takeLibrary(params.tenant, byOf(params));
    return { version: library.version, taken };
  },
});
