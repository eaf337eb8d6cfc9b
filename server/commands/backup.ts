import { statSync } from "node:fs";
import { z } from "zod";
import { command, file } from "./params.ts";

export const backup = command({
  name: "backup",
  params: z.object({ file }),
  run: async ({ store }, { file: path }) => {
    await store.backup(path);
    return { file: path, bytes: statSync(path).size };
  },
});
