import { z } from "zod";
import { by, byOf, command, file, tenant } from "./params.ts";

const params = z.object({ ...by, ...tenant, file });

export const importEvents = command({
  name: "import.events",
  params,
  run: ({ admin }, given, context) => admin.importEvents(given.tenant, given.file, byOf(given), context),
});

export const importSuppressions = command({
  name: "import.suppressions",
  params,
  run: ({ admin }, given, context) =>
    admin.importSuppressions(given.tenant, given.file, byOf(given), context),
});
