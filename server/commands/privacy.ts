import { z } from "zod";
import { by, byOf, command, file, tenant, who } from "./params.ts";

export const exportData = command({
  name: "export",
  params: z.object({ ...by, ...tenant, file, who: who.optional() }),
  run: ({ admin }, params, context) => {
    const { tenant: id, who: person, file: path } = params;
    return person === undefined
      ? admin.exportTenant(id, path, byOf(params), context)
      : admin.exportPerson(id, person, path, byOf(params));
  },
});

export const erase = command({
  name: "erase",
  params: z.object({ ...by, ...tenant, who }),
  run: ({ admin }, params) => admin.erasePerson(params.tenant, params.who, byOf(params)),
});
