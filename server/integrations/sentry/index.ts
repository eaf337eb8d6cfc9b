import type { Integration } from "../contract.ts";
import { settings } from "./settings.ts";
import { source } from "./source.ts";

export const sentry: Integration = { id: "sentry", title: "Sentry", settings, source };
