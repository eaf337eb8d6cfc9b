import { z } from "zod";
import type { LiveChange, SwitchChange } from "../admin/contract.ts";
import { by, byOf, channelKind, command, tenant, time, who } from "./params.ts";
import { shown } from "./present.ts";

const names = z.array(z.string().min(1).max(256)).max(10_000);

export const live = command({
  name: "live",
  params: z.object({
    ...by,
    ...tenant,
    accounts: names.optional(),
    segments: names.optional(),
    percent: z
      .number()
      .min(0, "percent goes from 0 to 100")
      .max(100, "percent goes from 0 to 100")
      .optional(),
    all: z.boolean().optional(),
    dryRun: z.boolean().optional(),
    force: z.boolean().optional(),
  }),
  run: ({ admin }, params) => {
    const { tenant: id, actor: _actor, reason: _reason, ...change } = params;
    return admin.live(id, given<LiveChange>(change), byOf(params));
  },
});

const switches = { ...by, ...tenant, patterns: names.optional(), channels: z.array(channelKind).optional() };

export const pause = command({
  name: "pause",
  params: z.object(switches),
  run: ({ admin }, params) => admin.pause(params.tenant, changeOf(params), byOf(params)),
});

export const resume = command({
  name: "resume",
  params: z.object(switches),
  run: ({ admin }, params) => admin.resume(params.tenant, changeOf(params), byOf(params)),
});

export const pausePerson = command({
  name: "person.pause",
  params: z.object({ ...by, ...tenant, who, until: time.optional() }),
  run: async ({ admin }, params) =>
    shown(await admin.pausePerson(params.tenant, params.who, params.until ?? "forever", byOf(params))),
});

export const resumePerson = command({
  name: "person.resume",
  params: z.object({ ...by, ...tenant, who }),
  run: async ({ admin }, params) =>
    shown(await admin.pausePerson(params.tenant, params.who, null, byOf(params))),
});

function changeOf({ patterns, channels }: { patterns?: unknown; channels?: unknown }): SwitchChange {
  return given<SwitchChange>({ patterns, channels });
}

/** What was not given is left out, not undefined. */
function given<Value>(value: { readonly [name: string]: unknown }): Value {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Value;
}
