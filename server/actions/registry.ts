import { acknowledgeAlert } from "./acknowledge-alert.ts";
import { answerBroadcast } from "./answer-broadcast.ts";
import { assignAlert } from "./assign-alert.ts";
import { changePreferences } from "./change-preferences.ts";
import type { AnyAction } from "./contract.ts";
import { declareIncident } from "./declare-incident.ts";
import { endIncident } from "./end-incident.ts";
import { giveFeedback } from "./give-feedback.ts";
import { goLive } from "./go-live.ts";
import { linkRequester } from "./link-requester.ts";
import { pause } from "./pause.ts";
import { pausePerson } from "./pause-person.ts";
import { resolveAlert } from "./resolve-alert.ts";
import { resume } from "./resume.ts";
import { resumePerson } from "./resume-person.ts";
import { review } from "./review.ts";
import { sendByHand } from "./send-by-hand.ts";
import { snoozeAlert } from "./snooze-alert.ts";
import { stopPerson } from "./stop-person.ts";
import { undoOf } from "./undo.ts";
import { verdict } from "./verdict.ts";

const ACTS: readonly AnyAction[] = [
  goLive,
  pause,
  resume,
  pausePerson,
  resumePerson,
  stopPerson,
  verdict,
  review,
  acknowledgeAlert,
  assignAlert,
  snoozeAlert,
  resolveAlert,
  sendByHand,
  linkRequester,
  declareIncident,
  endIncident,
  answerBroadcast,
  giveFeedback,
  changePreferences,
];

export const undo = undoOf(ACTS);

/** Every action there is. */
export const ACTIONS: readonly AnyAction[] = [...ACTS, undo];
