import { acknowledgeAlert } from "./acknowledge-alert.ts";
import { answerBroadcast } from "./answer-broadcast.ts";
import { assignAlert } from "./assign-alert.ts";
import { backup } from "./backup.ts";
import { changePreferences } from "./change-preferences.ts";
import { changeSettings } from "./change-settings.ts";
import { changeSource } from "./change-source.ts";
import { connectChannel } from "./connect-channel.ts";
import { connectSource } from "./connect-source.ts";
import type { AnyAction } from "./contract.ts";
import { createTenant } from "./create-tenant.ts";
import { createToken } from "./create-token.ts";
import { declareIncident } from "./declare-incident.ts";
import { endIncident } from "./end-incident.ts";
import { erasePerson } from "./erase-person.ts";
import { exportPerson } from "./export-person.ts";
import { exportTenant } from "./export-tenant.ts";
import { giveFeedback } from "./give-feedback.ts";
import { goLive } from "./go-live.ts";
import { importEvents } from "./import-events.ts";
import { importSuppressions } from "./import-suppressions.ts";
import { linkRequester } from "./link-requester.ts";
import { makePairingCode } from "./make-pairing-code.ts";
import { pairZendesk } from "./pair-zendesk.ts";
import { pause } from "./pause.ts";
import { pausePerson } from "./pause-person.ts";
import { removeSource } from "./remove-source.ts";
import { resolveAlert } from "./resolve-alert.ts";
import { resume } from "./resume.ts";
import { resumePerson } from "./resume-person.ts";
import { review } from "./review.ts";
import { revokeToken } from "./revoke-token.ts";
import { rotateSecret } from "./rotate-secret.ts";
import { rotateToken } from "./rotate-token.ts";
import { sendByHand } from "./send-by-hand.ts";
import { snoozeAlert } from "./snooze-alert.ts";
import { stopPerson } from "./stop-person.ts";
import { takeLibrary } from "./take-library.ts";
import { undoOf } from "./undo.ts";
import { unpairZendesk } from "./unpair-zendesk.ts";
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
  createTenant,
  changeSettings,
  takeLibrary,
  connectSource,
  changeSource,
  rotateSecret,
  removeSource,
  connectChannel,
  createToken,
  rotateToken,
  revokeToken,
  importEvents,
  importSuppressions,
  exportPerson,
  exportTenant,
  erasePerson,
  backup,
  makePairingCode,
  pairZendesk,
  unpairZendesk,
];

export const undo = undoOf(ACTS);

/** Every action there is. */
export const ACTIONS: readonly AnyAction[] = [...ACTS, undo];
