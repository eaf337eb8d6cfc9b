import { z } from "zod";
import type { FeedbackRow } from "../../core/effect.ts";
import { maybeNumber, maybeText, number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

export const feedback = z.object({
  id: text,
  tenant: text,
  match: text,
  delivery: maybeText,
  person: text,
  at: number,
  answer: maybeText,
  stars: maybeNumber,
});

export const FEEDBACK = shape<FeedbackRow>()({
  kind: "feedback",
  version: VERSION,
  upgrades: [],
  schema: feedback,
});

export const { write: writeFeedback } = FEEDBACK;
