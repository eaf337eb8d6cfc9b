import { z } from "zod";
import { DEFAULT_SETTINGS, type TenantSettings } from "../../core/tenant.ts";
import { isRecord } from "../../lib/foreign.ts";
import { issue, number, text, texts } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

export const settings = z.object({
  name: text,
  timeZone: text,
  product: z.object({
    name: text,
    senderName: text,
    senderEmail: text,
    supportEmail: text,
    supportUrl: text,
    logoUrl: text,
    color: text,
  }),
  links: z.record(text, text),
  quiet: z.object({ from: number, to: number }),
  cap: z.object({ messages: number, within: number }),
  gap: number,
  cooldown: number,
  stale: number,
  muteFor: number,
  holdout: z.object({ percent: number, salt: text }),
  bands: z.object({ watch: number, alert: number, critical: number }),
  experimentalFrom: number,
  reviewUnder: number,
  owners: z.record(text, text),
  incident: z.object({
    matches: number,
    accounts: number,
    within: number,
    personsOfAccount: number,
    quietEnd: number,
  }),
  excluded: texts,
  categories: z.record(text, issue),
});

/** A setting that was thought of since has its default, at any depth: a new one breaks no tenant. */
export const completeSettings = (lacking: unknown): unknown => filled(lacking, DEFAULT_SETTINGS);

export const SETTINGS = shape<TenantSettings>()({
  kind: "a tenant's settings",
  version: VERSION,
  upgrades: [],
  schema: settings,
  complete: completeSettings,
});

export const { read: readSettings } = SETTINGS;

/** What is there stays, in its order; what is missing comes after it. */
export function filled(lacking: unknown, defaults: object): unknown {
  if (!isRecord(lacking)) return lacking;
  const whole: { [name: string]: unknown } = { ...lacking };
  for (const [name, value] of Object.entries(defaults)) {
    if (whole[name] === undefined) whole[name] = value;
    else if (isRecord(value)) whole[name] = filled(whole[name], value);
  }
  return whole;
}
