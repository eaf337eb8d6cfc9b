import { z } from "zod";
import type { Action } from "../actions/contract.ts";
import type { By } from "../admin/contract.ts";
import type { Command } from "./contract.ts";

/** Lets the types of parameters and result follow from the declaration. */
export function command<Params, Result>(declared: Command<Params, Result>): Command<Params, Result> {
  return declared;
}

/**
 * The command that has an action carried out by whoever works on this machine.
 * @param show what is told of the result
 */
export function doing<Params extends z.ZodType, Result, Shown>(
  name: string,
  action: Action<Params, Result>,
  show: (result: Result) => Shown,
): Command<z.output<typeof request>, Shown> {
  return {
    name,
    params: request,
    action,
    async run({ actions }, { tenant: id, actor, reason, ...params }, work) {
      const by = { actor, role: "operator", reason, token: null } as const;
      return show((await actions.runUnread(action, { tenant: id, params, by, work })).result);
    },
  };
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
export const fields = z.record(z.string(), z.unknown());
/** The files that commands read and write lie on the machine of the server. */
export const file = z.string().min(1);

export const who = z.union([
  z.object({ person: z.string().min(1).max(256) }),
  z.object({ email: z.string().min(3).max(256) }),
  z.object({ phone: z.string().min(3).max(64) }),
]);

/** Whom it concerns, and by whom; everything else is for the action to read. */
const request = z.looseObject({ ...by, ...tenant });
