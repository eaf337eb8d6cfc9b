import type { Alert } from "../core/delivery.ts";
import { alertSubject, changeAlert, oneAlert } from "./alerts.ts";
import { type Action, AGENTS } from "./contract.ts";

export const resolveAlert: Action<typeof oneAlert, Alert> = {
  name: "resolve-alert",
  summary: "Say that it is done",
  params: oneAlert,
  roles: AGENTS,
  revised: true,
  audits: ["alert.resolve"],
  undo: "alert",
  subject: alertSubject,
  run: (context, { alert }, act) => changeAlert(context, act, alert, { action: "resolve" }),
};
