import { z } from "zod";
import type { FeatureRow } from "../contract.ts";
import { maybeNumber, maybeText, number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

export const FEATURE = shape<FeatureRow>()({
  kind: "a row of features",
  version: VERSION,
  upgrades: [],
  schema: z.object({
    id: text,
    tenant: text,
    pseudonym: text,
    at: number,
    kind: z.enum(["match", "sample"]),
    pattern: maybeText,
    segment: maybeText,
    features: z.record(text, maybeNumber),
    label: z.literal([0, 1, null]),
  }),
});

export const { write: writeFeature } = FEATURE;
