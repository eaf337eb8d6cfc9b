import { z } from "zod";
import { by, byOf, command, fields, tenant } from "./params.ts";

export const channelAdd = command({
  name: "channel.add",
  params: z.object({ ...by, ...tenant, system: z.string().min(1), settings: fields }),
  run: ({ admin }, params) => {
    const { system, settings } = params;
    return admin.saveChannel(params.tenant, { system, settings }, byOf(params));
  },
});

export const channelList = command({
  name: "channel.list",
  params: z.object(tenant),
  run: ({ admin }, params) => admin.channels(params.tenant),
});
