import { z } from "zod";
import { type Action, OPERATORS } from "./contract.ts";
import { file } from "./params.ts";
import { writeRows } from "./rows-file.ts";
import { tenantOf } from "./tenant.ts";

const params = z.strictObject({ file });

/** The same of a whole tenant. */
export const exportTenant: Action<typeof params, { readonly rows: number }> = {
  name: "export-tenant",
  summary: "Write out everything that is kept of a tenant",
  params,
  roles: OPERATORS,
  revised: false,
  audits: ["tenant.export"],
  undo: null,
  subject: ({ file: path }) => `export/${path}`,
  async run(context, { file: path }, act) {
    tenantOf(context, act.tenant);
    await act.note({ subject: "tenant" });
    return { rows: await writeRows(path, context.store.exportTenant(act.tenant), act.work) };
  },
};
