import { z } from "zod";
import type { Pattern } from "../../core/pattern.ts";
import { channel, flag, issue, number, scalar, text, texts, yes } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

const condition = z.union([
  scalar,
  z.object({
    in: z.array(scalar).exactOptional(),
    not: z.union([scalar, z.array(scalar)]).exactOptional(),
    atLeast: number.exactOptional(),
    under: number.exactOptional(),
    over: number.exactOptional(),
    atMost: number.exactOptional(),
    exists: flag.exactOptional(),
  }),
]);

const selecting = { of: texts, match: text.exactOptional(), where: z.record(text, condition) };
const selector = z.object(selecting);

const when = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("count"), count: number, ...selecting, within: number }),
  z.object({ kind: z.literal("distinct"), distinct: text, count: number, ...selecting, within: number }),
  z.object({ kind: z.literal("consecutive"), count: number, brokenBy: selector, ...selecting }),
  z.object({
    kind: z.literal("once"),
    sinceSignup: number.exactOptional(),
    unless: z.literal("onboarded").exactOptional(),
    ...selecting,
  }),
  z.object({ kind: z.literal("absence"), after: selector, missing: selector, for: number }),
  z.object({ kind: z.literal("level"), value: text, limit: text, at: number, clear: number, ...selecting }),
  z.object({
    kind: z.enum(["spike", "drop"]),
    bucket: number,
    over: number,
    factor: number,
    minimum: number,
    ...selecting,
  }),
  // biome-ignore lint/suspicious/noThenProperty: it is the name in the pattern files, and nobody awaits a shape.
  z.object({ kind: z.literal("sequence"), first: selector, then: selector, within: number }),
  z.object({
    kind: z.literal("score"),
    field: text,
    over: number.exactOptional(),
    under: number.exactOptional(),
    ...selecting,
  }),
]);

const recipient = z.enum(["actor", "technical", "billing", "admin"]);

const pattern = z.object({
  id: text,
  name: text,
  version: text,
  family: text,
  issue,
  when,
  per: texts,
  recovers: selector.exactOptional(),
  quiet: number,
  segments: z.record(text, z.object({ count: number })),
  risk: number,
  confidence: number,
  halfLife: number,
  channels: z.array(channel).exactOptional(),
  watch: texts,
  recipient,
  recipientFallback: recipient.exactOptional(),
  timing: z.enum(["immediate", "short", "medium", "long"]),
  stepAfter: number.exactOptional(),
  urgent: flag,
  sensitive: flag,
  anonymous: flag,
  alertOnly: flag,
  logOnly: flag,
  refractory: number,
  tags: texts,
  history: z.object({
    correlation: number,
    prevention: number,
    leadTime: number,
    expert: yes.exactOptional(),
    measured: yes.exactOptional(),
  }),
  window: number,
  clue: text.exactOptional(),
  typicalTicket: text,
  message: text,
  categories: texts,
  owner: z.object({ role: text }),
  firstAction: text,
  playbook: text,
  playbookText: text,
  status: z.enum(["active", "experimental", "paused"]),
});

/** What a version of the pattern library holds. */
export const LIBRARY = shape<readonly Pattern[]>()({
  kind: "a pattern library",
  version: VERSION,
  upgrades: [],
  schema: z.array(pattern),
});

export const { read: readLibrary, write: writeLibrary } = LIBRARY;
