import { z } from "zod";
import type { By } from "../admin/contract.ts";
import { CHANNEL_KINDS } from "../admin/readiness.ts";
import type { Command } from "./contract.ts";

/** Lets the types of parameters and result follow from the declaration. */
export function command<Params, Result>(declared: Command<Params, Result>): Command<Params, Result> {
  return declared;
}

/** Who gives the command, and why. The command line fills them in. */
export const by = {
  actor: z.string().min(1).max(200),
  reason: z.string().trim().max(500).default(""),
};

export function byOf({ actor, reason }: By): By {
  return { actor, reason };
}

export const tenant = { tenant: z.string().min(1).max(64) };
export const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
export const channelKind = z.preprocess(
  (given) => (typeof given === "string" ? given.replaceAll("-", "_") : given),
  z.enum(CHANNEL_KINDS, `write one of ${CHANNEL_KINDS.join(", ")}`),
);
export const fields = z.record(z.string(), z.unknown());
/** The files that commands read and write lie on the machine of the server. */
export const file = z.string().min(1);

export const who = z.union([
  z.object({ person: z.string().min(1).max(256) }),
  z.object({ email: z.string().min(3).max(256) }),
  z.object({ phone: z.string().min(3).max(64) }),
]);
