import { z } from "zod";
import type * as wire from "../../wire.ts";
import { guard } from "./actions.ts";
import { type Answer, named, number, text, textOrNull, time } from "./base.ts";

export function pageReply<Item>(item: Answer<Item>): Answer<wire.PageBody<Item>> {
  return z.strictObject({ items: z.array(item), next: textOrNull });
}

/** RFC 9457, with our further members. */
export const problem = named(
  "Problem",
  z.object({
    type: text.meta({ examples: ["urn:forestall:problem:not-found"] }),
    title: text,
    status: number,
    detail: text,
    instance: text,
    errors: z.array(z.object({ in: text, path: text, message: text })).optional(),
    reason: text.optional(),
    first: z.object({ actor: text, at: time, action: text }).nullable().optional(),
    guards: z.array(guard).optional(),
  }),
);
