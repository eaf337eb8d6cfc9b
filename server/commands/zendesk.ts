import { z } from "zod";
import { by, byOf, command, tenant } from "./params.ts";
import { shown } from "./present.ts";

export const zendeskPair = command({
  name: "zendesk.pair",
  params: z.object({ ...by, ...tenant, publicKeys: z.string().max(100_000).optional() }),
  run: async ({ admin }, params) =>
    shown(await admin.pairZendesk(params.tenant, { publicKeys: params.publicKeys }, byOf(params))),
});

export const zendeskList = command({
  name: "zendesk.list",
  params: z.object({ tenant: z.string().optional() }),
  run: async ({ admin }, params) => shown(await admin.zendeskPairings(params.tenant)),
});

export const zendeskUnpair = command({
  name: "zendesk.unpair",
  params: z.object({ ...by, ...tenant, installation: z.string().min(1).max(20) }),
  run: ({ admin }, params) => admin.unpairZendesk(params.tenant, params.installation, byOf(params)),
});
