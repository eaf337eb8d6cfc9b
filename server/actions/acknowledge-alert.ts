import type { Alert } from "../core/delivery.ts";
import { alertSubject, changeAlert, oneAlert } from "./alerts.ts";
import { type Action, AGENTS } from "./contract.ts";

export const acknowledgeAlert: Action<typeof oneAlert, Alert> = {
  name: "acknowledge-alert",
  summary: "Say that you are on it",
  params: oneAlert,
  roles: AGENTS,
  revised: true,
  audits: ["alert.acknowledge"],
  undo: "alert",
  subject: alertSubject,
  run: (context, { alert }, act) => changeAlert(context, act, alert, { action: "acknowledge" }),
};
