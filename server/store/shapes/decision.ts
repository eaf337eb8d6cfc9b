import { z } from "zod";
import { type Decision, REASONS } from "../../core/decision.ts";
import { decisionOf } from "../../core/renamed.ts";
import { channel, flag, maybeNumber, maybeText, number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 2;

const kind = z.enum(["send", "hold", "stop"]);
const reason = z.enum([
  ...REASONS,
  "alert_only",
  "log_only",
  "nobody",
  "review_expired",
  "review_rejected",
  "taken_back",
  "ladder_end",
  "backfill",
  "manual",
  "none",
]);

export const decision = z.object({
  kind,
  reason,
  until: maybeNumber,
  channel: channel.nullable(),
  person: maybeText,
  wouldHave: z.object({ kind, reason, channel: channel.nullable() }).exactOptional(),
  id: text,
  tenant: text,
  match: text,
  pattern: text,
  key: text,
  account: maybeText,
  step: number,
  at: number,
  dueBy: maybeNumber,
  score: number,
  delivery: maybeText,
  simulated: flag,
});

export const DECISION = shape<Decision>()({
  kind: "a decision",
  version: VERSION,
  upgrades: [decisionOf],
  schema: decision,
});

export const { read: readDecision, write: writeDecision } = DECISION;
