import { z } from "zod";
import type { Integration } from "../contract.ts";
import { source } from "./source.ts";

export const cloudevents: Integration = {
  id: "cloudevents",
  title: "CloudEvents",
  settings: z.strictObject({}),
  source,
};
