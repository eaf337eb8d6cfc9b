import type { Integration } from "../contract.ts";
import { settings } from "./settings.ts";
import { source } from "./source.ts";

export const zendesk: Integration = { id: "zendesk", title: "Zendesk", settings, source };
