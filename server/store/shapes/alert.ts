import { z } from "zod";
import type { Alert } from "../../core/delivery.ts";
import { alertOf } from "../../core/renamed.ts";
import { flag, maybeNumber, maybeText, number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 2;

export const alert = z.object({
  id: text,
  tenant: text,
  unit: maybeText,
  match: maybeText,
  pattern: maybeText,
  incident: maybeText,
  account: maybeText,
  person: maybeText,
  kind: text,
  title: text,
  why: text,
  firstAction: text,
  playbook: text,
  owner: text,
  score: number,
  createdAt: number,
  dueBy: number,
  state: z.enum(["open", "acknowledged", "snoozed", "resolved"]),
  assignee: maybeText,
  snoozedUntil: maybeNumber,
  revision: number,
  simulated: flag,
});

export const ALERT = shape<Alert>()({
  kind: "an alert",
  version: VERSION,
  upgrades: [alertOf],
  schema: alert,
});

export const { write: writeAlert } = ALERT;
