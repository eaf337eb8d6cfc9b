import { z } from "zod";
import type * as wire from "../../wire.ts";
import { type Answer, channelKind, counts, flag, named, number, text, time } from "./base.ts";

export const deadLetter: Answer<wire.DeadLetterBody> = named(
  "DeadLetter",
  z.strictObject({
    id: text,
    at: time,
    system: text,
    source: text,
    reason: text,
    bytes: number,
    excerpt: text,
  }),
);

export const unknownType: Answer<wire.UnknownTypeBody> = named(
  "UnknownType",
  z.strictObject({ source: text, type: text, count: number, at: time }),
);

export const pattern: Answer<wire.PatternBody> = named(
  "Pattern",
  z.strictObject({
    id: text,
    name: text,
    version: text,
    family: text,
    issue: text,
    timing: text,
    urgent: flag,
    risk: number,
    confidence: number,
    halfLife: text,
    quiet: text,
    per: z.array(text),
    channels: z.array(text),
    status: text,
    strength: z.enum(["strong", "moderate", "weak"]),
    history: z.strictObject({ correlation: number, prevention: number, leadTime: text }),
    owner: text,
    firstAction: text,
    playbook: text,
    typicalTicket: text,
    message: text,
    tags: z.array(text),
  }),
);

export const summary: Answer<wire.SummaryBody> = named(
  "Summary",
  z.strictObject({
    at: time,
    monitored: number,
    bands: z.strictObject({ normal: number, watch: number, alert: number, critical: number }),
    sent24h: number,
    byTiming24h: counts,
    byChannel24h: counts,
    byReason24h: counts,
    patterns30d: z.array(
      z.strictObject({
        pattern: text,
        name: text,
        fired: number,
        prevented: number,
        notPrevented: number,
        preventionRate: number.nullable(),
      }),
    ),
    outcomes30d: counts,
    optedOut: number,
    csat: z.strictObject({ n: number, mean: number.nullable() }),
  }),
);

const switchesFields = {
  tenant: flag,
  patterns: z.array(text),
  channels: z.array(channelKind),
  revision: text,
};

export const switches: Answer<wire.SwitchesBody> = named("Switches", z.strictObject(switchesFields));

export const rollout: Answer<wire.RolloutBody> = named(
  "Rollout",
  z.strictObject({
    all: flag,
    accounts: z.array(text),
    segments: z.array(text),
    percent: number,
    dryRun: flag,
    revision: text,
  }),
);
