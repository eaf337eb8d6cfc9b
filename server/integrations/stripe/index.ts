import type { Integration } from "../contract.ts";
import { settings } from "./settings.ts";
import { source } from "./source.ts";

export const stripe: Integration = { id: "stripe", title: "Stripe", settings, source };
