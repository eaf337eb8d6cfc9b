import { goLive } from "../actions/go-live.ts";
import { pause as pauseAction } from "../actions/pause.ts";
import { pausePerson as pausePersonAction } from "../actions/pause-person.ts";
import type { PersonChanged } from "../actions/preferences.ts";
import { resume as resumeAction } from "../actions/resume.ts";
import { resumePerson as resumePersonAction } from "../actions/resume-person.ts";
import { doing } from "./params.ts";
import { shown } from "./present.ts";

export const live = doing("live", goLive, (rollout) => rollout);
export const pause = doing("pause", pauseAction, (switches) => switches);
export const resume = doing("resume", resumeAction, (switches) => switches);

export const pausePerson = doing("person.pause", pausePersonAction, untilWhen);
export const resumePerson = doing("person.resume", resumePersonAction, untilWhen);

function untilWhen({ person, state: { pausedUntil } }: PersonChanged) {
  return shown({ person, until: pausedUntil });
}
