import type { Integration } from "../contract.ts";
import { settings } from "./settings.ts";
import { source } from "./source.ts";

/** The webhooks destination; its `normalise` also reads what Segment's own libraries post to `/v1/...`. */
export const segment: Integration = { id: "segment", title: "Segment", settings, source };
