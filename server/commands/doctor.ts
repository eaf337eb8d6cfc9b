import { z } from "zod";
import { command } from "./params.ts";

export const doctor = command({
  name: "doctor",
  params: z.object({ tenant: z.string().optional() }),
  run: ({ admin }, params) => admin.doctor(params.tenant),
});
