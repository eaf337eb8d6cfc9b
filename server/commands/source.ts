import { z } from "zod";
import { by, byOf, command, fields, tenant } from "./params.ts";
import { shown } from "./present.ts";

const named = { ...by, ...tenant, system: z.string().min(1), id: z.string().optional() };

export const sourceAdd = command({
  name: "source.add",
  params: z.object({ ...named, secrets: z.array(z.string()).optional(), settings: fields.optional() }),
  run: async ({ admin }, params) => {
    const { system, id, secrets, settings } = params;
    return shown(await admin.addSource(params.tenant, { system, id, secrets, settings }, byOf(params)));
  },
});

export const sourceList = command({
  name: "source.list",
  params: z.object({ tenant: z.string().optional() }),
  run: async ({ admin }, params) => shown(await admin.sources(params.tenant)),
});

export const sourceSet = command({
  name: "source.set",
  params: z.object({ ...named, settings: fields }),
  run: async ({ admin }, params) => {
    const { system, id, settings } = params;
    return shown(await admin.changeSource(params.tenant, { system, id, settings }, byOf(params)));
  },
});

export const sourceRotate = command({
  name: "source.rotate",
  params: z.object({ ...named, secret: z.string().optional(), finish: z.boolean().optional() }),
  run: async ({ admin }, params) => {
    const { system, id, secret, finish } = params;
    return shown(await admin.rotateSource(params.tenant, { system, id, secret, finish }, byOf(params)));
  },
});

export const sourceRemove = command({
  name: "source.remove",
  params: z.object(named),
  run: async ({ admin }, params) => {
    const { system, id } = params;
    await admin.removeSource(params.tenant, { system, id }, byOf(params));
    return { removed: true };
  },
});
