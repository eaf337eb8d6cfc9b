import { z } from "zod";
import { goLive } from "../actions/go-live.ts";
import { pause as pauseAction } from "../actions/pause.ts";
import { resume as resumeAction } from "../actions/resume.ts";
import { by, byOf, command, doing, tenant, time, who } from "./params.ts";
import { shown } from "./present.ts";

export const live = doing("live", goLive, (rollout) => rollout);
export const pause = doing("pause", pauseAction, (switches) => switches);
export const resume = doing("resume", resumeAction, (switches) => switches);

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
