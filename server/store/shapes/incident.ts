import { z } from "zod";
import type { Incident } from "../../core/tenant.ts";
import { flag, maybeNumber, maybeText, number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

export const scope = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("all") }),
  z.object({ kind: z.enum(["pattern", "component", "account"]), name: text }),
]);

export const incident = z.object({
  id: text,
  tenant: text,
  scope,
  startedAt: number,
  endedAt: maybeNumber,
  startedBy: text,
  endedBy: maybeText,
  matches: number,
  accounts: number,
  threshold: number,
  broadcast: z.enum(["waiting", "approved", "automatic", "declined"]),
  simulated: flag,
});

export const INCIDENT = shape<Incident>()({
  kind: "an incident",
  version: VERSION,
  upgrades: [],
  schema: incident,
});

export const { write: writeIncident } = INCIDENT;
