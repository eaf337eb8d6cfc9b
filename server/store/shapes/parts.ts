import { z } from "zod";
import { CHANNELS, ISSUES } from "../../core/pattern.ts";
import { CHANNEL_KINDS } from "../../core/tenant.ts";

/* What several kinds of records are made of. */

export const text = z.string();
export const number = z.number();
export const flag = z.boolean();
export const maybeText = text.nullable();
export const maybeNumber = number.nullable();
export const yes = z.literal(true);
export const texts = z.array(text);

export const issue = z.enum(ISSUES);
export const band = z.enum(["normal", "watch", "alert", "critical"]);
export const channelKind = z.enum(CHANNEL_KINDS);
export const channel = z.enum(CHANNELS);
/** A channel, or any of a kind. */
export const preferred = z.enum([...CHANNELS, "in_app", "human"]);

export const scalar = z.union([text, number, flag]);
const scalars = z.array(scalar);
/** Fields of an event. */
export const data = z.record(text, z.union([scalar, scalars, z.record(text, z.union([scalar, scalars]))]));
