import { z } from "zod";
import type { Outcome } from "../../core/delivery.ts";
import { flag, maybeNumber, maybeText, number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

export const outcome = z.object({
  match: text,
  tenant: text,
  pattern: text,
  account: maybeText,
  person: maybeText,
  kind: z.enum([
    "false_alarm",
    "excluded",
    "not_prevented",
    "handoff",
    "prevented",
    "unknown",
    "self_resolved",
    "no_ticket",
  ]),
  decidedAt: number,
  delivered: flag,
  unassisted: flag,
  ticket: maybeText,
  ticketAt: maybeNumber,
  simulated: flag,
});

export const OUTCOME = shape<Outcome>()({
  kind: "an outcome",
  version: VERSION,
  upgrades: [],
  schema: outcome,
});

export const { write: writeOutcome } = OUTCOME;
