/** Parts that the parameters of several actions share; every message says what to write instead. */
import { z } from "zod";
import { CHANNEL_KINDS } from "../core/tenant.ts";

export const idText = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\p{Cc}]+$/u, "must not hold control characters");
export const shortText = z.string().trim().min(1, "must not be empty").max(200);
export const names = z.array(idText).max(10_000);

/** `in-app` is understood too. */
export const channelKind = z.preprocess(
  (given) => (typeof given === "string" ? given.replaceAll("-", "_") : given),
  z.enum(CHANNEL_KINDS, `must be one of ${CHANNEL_KINDS.join(", ")}`),
);

/** Milliseconds since 1970, or ISO 8601: what came over the control socket is JSON as people wrote it. */
export const moment = z.union(
  [z.int(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))],
  "must be a time such as 2026-03-02T10:00:00Z",
);

/** The files that acts read and write lie on the machine of the server. */
export const file = z.string().min(1);
