import { z } from "zod";
import type { Delivery } from "../../core/delivery.ts";
import { deliveryOf } from "../../core/renamed.ts";
import { channel, data, flag, maybeNumber, maybeText, number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 2;

export const delivery = z.object({
  id: text,
  tenant: text,
  unit: text,
  decision: text,
  match: text,
  pattern: text,
  family: text,
  account: maybeText,
  person: maybeText,
  session: maybeText,
  channel,
  step: number,
  template: text,
  templateVersion: text,
  values: data,
  createdAt: number,
  notBefore: number,
  dueBy: number,
  priority: number,
  released: flag,
  status: z.enum(["queued", "sending", "sent", "failed", "in_doubt", "unknown", "suppressed", "dry_run"]),
  attempts: number,
  detail: maybeText,
  providerId: maybeText,
  claimedAt: maybeNumber,
  leaseUntil: maybeNumber,
  fence: number,
  sentAt: maybeNumber,
  deliveredAt: maybeNumber,
  seenAt: maybeNumber,
  clickedAt: maybeNumber,
  preview: flag,
  manual: z.object({ actor: text, reason: text }).nullable(),
  notice: text.exactOptional(),
  simulated: flag,
});

export const DELIVERY = shape<Delivery>()({
  kind: "a delivery",
  version: VERSION,
  upgrades: [deliveryOf],
  schema: delivery,
});

export const { write: writeDelivery } = DELIVERY;
