import { z } from "zod";
import { REASONS } from "../../../core/decision.ts";
import { CHANNEL_KINDS } from "../../../core/tenant.ts";

/**
 * The schemas of what the API answers are the one place where that is written down: the types in wire.ts, the OpenAPI
 * document and the check in the tests are made of them. So every field is made by a function that asks what it means.
 * Times are ISO 8601 in UTC; what is not known is null, never left out.
 */

/** What a schema describes, as a type. Nobody changes an answer, so all of it is read-only. */
export type Body<Schema extends z.ZodType> = Frozen<z.output<Schema>>;

export type Frozen<Value> = Value extends object
  ? { readonly [Name in keyof Value]: Frozen<Value[Name]> }
  : Value;

export const text = (what: string) => z.string().describe(what);

export const number = (what: string) => z.number().describe(what);

export const flag = (what: string) => z.boolean().describe(what);

export const isoTime = z.iso.datetime();

export const time = (what: string) => isoTime.describe(what);

/** One of a few words. */
export const word = <const Words extends readonly string[]>(what: string, words: Words) =>
  z.enum(words).describe(what);

export const wordOrNull = <const Words extends readonly string[]>(what: string, words: Words) =>
  z.enum(words).nullable().describe(what);

export const textOrNull = (what: string) => z.string().nullable().describe(what);

export const numberOrNull = (what: string) => z.number().nullable().describe(what);

export const timeOrNull = (what: string) => isoTime.nullable().describe(what);

export const list = <Item extends z.ZodType>(what: string, item: Item) => z.array(item).describe(what);

export const texts = (what: string) => list(what, z.string());

/** The same, or null when there is none. */
export const orNull = <Schema extends z.ZodType>(what: string, schema: Schema) =>
  schema.nullable().describe(what);

/** Names and whatever stands under them. */
export const anything = (what: string) => z.record(z.string(), z.unknown()).describe(what);

export const counts = (what: string) => z.record(z.string(), z.number()).describe(what);

export const part = <Fields extends z.ZodRawShape>(what: string, fields: Fields) =>
  z.strictObject(fields).describe(what);

export const partOrNull = <Fields extends z.ZodRawShape>(what: string, fields: Fields) =>
  orNull(what, z.strictObject(fields));

/** Put under a name of its own in the OpenAPI document. */
export const named = <Fields extends z.ZodRawShape>(id: string, what: string, fields: Fields) =>
  z.strictObject(fields).meta({ id, description: what });

export const bandName = z.enum(["normal", "watch", "alert", "critical"]);

export const band = (what: string) => bandName.describe(what);

export const judgementName = z.enum(["send", "hold", "stop"]);

export const channelKindName = z.enum(CHANNEL_KINDS);

export const reasonWord = (what: string) =>
  text(`${what}: a guard (${REASONS.join(", ")}) or another named reason`);

export const matchState = word(
  "`open` while it counts, `closed` once it is over, `retracted` when a late event undid it",
  ["open", "closed", "retracted"],
);

export const simulated = flag("True when it came of a backfill: computed, never messaged");

export const revision = text("The value of `If-Match` for the next change");
