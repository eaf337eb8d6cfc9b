import { z } from "zod";
import type * as wire from "../../wire.ts";
import {
  type Answer,
  band,
  channelKind,
  counts,
  flag,
  matchState,
  named,
  number,
  reasonWord,
  text,
  textOrNull,
  time,
  timeOrNull,
} from "./base.ts";

const contribution: Answer<wire.ContributionBody> = named(
  "Contribution",
  z.strictObject({
    pattern: text,
    name: text,
    family: text,
    match: text,
    key: text,
    points: number,
    alone: number,
    risk: number,
    confidence: number,
    halfLife: text,
    halfLifeMs: number,
    firedAt: time,
    lastSeen: time,
    events: number,
    more: number,
    why: text,
    state: matchState,
    experimental: flag,
    tags: z.array(text),
  }),
);

export const help = z
  .strictObject({
    state: z.enum(["held", "review", "sent", "ended"]),
    reason: reasonWord,
    step: number,
    dueBy: time,
    deliveries: z.array(text),
  })
  .nullable();

const openMatch: Answer<wire.OpenMatchBody> = named(
  "OpenMatch",
  z.strictObject({
    match: text,
    pattern: text,
    name: text,
    key: text,
    person: textOrNull,
    firedAt: time,
    lastSeen: time,
    events: number,
    why: text,
    help,
  }),
);

export const scoreStepFields = { at: time, score: number, band, why: text };

const scoreStep: Answer<wire.ScoreStepBody> = named("ScoreStep", z.strictObject(scoreStepFields));

export const controls: Answer<wire.PersonControlsBody> = named(
  "PersonControls",
  z.strictObject({
    stoppedAt: timeOrNull,
    paused: flag,
    pausedUntil: timeOrNull,
    snoozedUntil: timeOrNull,
    channelsOff: z.array(channelKind),
    preferred: textOrNull,
    muted: z.array(z.strictObject({ family: text, until: time })),
  }),
);

export const risk: Answer<wire.RiskBody> = named(
  "Risk",
  z.strictObject({
    id: text,
    kind: z.enum(["person", "account"]),
    name: textOrNull,
    score: number,
    unrounded: number,
    band,
    headline: text,
    contributions: z.array(contribution),
    subScores: counts,
    history: z.array(scoreStep),
    openMatches: z.array(openMatch),
    asOf: time,
    controlGroup: flag,
    controls: controls.nullable(),
    revision: textOrNull,
  }),
);

export const riskItem: Answer<wire.RiskListItem> = named(
  "RiskListItem",
  z.strictObject({
    kind: z.enum(["person", "account"]),
    id: text,
    name: textOrNull,
    score: number,
    band,
    why: text,
    at: time,
    segment: textOrNull,
    owner: textOrNull,
  }),
);

export const riskFilters: Answer<wire.RiskFiltersBody> = named(
  "RiskFilters",
  z.strictObject({ owners: z.array(text), segments: z.array(text) }),
);
