import { z } from "zod";
import { REASONS } from "../../../core/decision.ts";

/**
 * Schemas of what the API answers: tests hold every answer against them, and the OpenAPI document is made of them.
 * The annotations tie each one to its type in wire.ts.
 */
export type Answer<Body> = z.ZodType<Body, Body>;

export const time = z.iso.datetime().meta({ description: "ISO 8601 in UTC" });

export const timeOrNull = time.nullable();

export const text = z.string();

export const textOrNull = z.string().nullable();

export const number = z.number();

export const flag = z.boolean();

export const band = z.enum(["normal", "watch", "alert", "critical"]);

export const kind = z.enum(["send", "hold", "stop"]);

export const matchState = z.enum(["open", "closed", "retracted"]);

export const channelKind = z.enum(["email", "sms", "voice", "push", "chat", "in_app", "human", "broadcast"]);

export const anything = z.record(z.string(), z.unknown());

export const counts = z.record(z.string(), number);

export const reasonWord = text.meta({
  description: `A guard (${REASONS.join(", ")}) or another named reason`,
});

/** Put under a name of its own in the OpenAPI document. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  return schema.meta({ id });
}
