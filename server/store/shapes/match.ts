import { z } from "zod";
import type { Match } from "../../core/match.ts";
import { data, flag, maybeNumber, maybeText, number, text, texts } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

export const match = z.object({
  id: text,
  tenant: text,
  unit: text,
  pattern: text,
  version: text,
  family: text,
  key: text,
  episode: number,
  account: maybeText,
  person: maybeText,
  state: z.enum(["open", "closed", "retracted"]),
  firstAt: number,
  firedAt: number,
  noticedAt: number,
  lastSeen: number,
  closedAt: maybeNumber,
  closedBy: z.enum(["quiet", "recovery", "broken", "answered", "cleared", "ordinary"]).nullable(),
  count: number,
  events: texts,
  data,
  experimental: flag,
  simulated: flag,
  incident: maybeText,
});

export const MATCH = shape<Match>()({
  kind: "a match",
  version: VERSION,
  upgrades: [],
  schema: match,
});

export const { read: readMatch, write: writeMatch } = MATCH;
