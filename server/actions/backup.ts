import { statSync } from "node:fs";
import { z } from "zod";
import { type Action, OPERATORS } from "./contract.ts";
import { file } from "./params.ts";

const params = z.strictObject({ file });

/** Of all tenants together, so it stands in the audit of none. */
export const backup: Action<typeof params, { readonly file: string; readonly bytes: number }> = {
  name: "backup",
  summary: "Copy the database, while the server goes on",
  params,
  roles: OPERATORS,
  revised: false,
  audits: [],
  undo: null,
  subject: ({ file: path }) => `backup/${path}`,
  async run({ store }, { file: path }) {
    await store.backup(path);
    return { file: path, bytes: statSync(path).size };
  },
};
