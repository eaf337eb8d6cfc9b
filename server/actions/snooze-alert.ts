import type { Alert } from "../core/delivery.ts";
import { alertSubject, changeAlert, oneAlert } from "./alerts.ts";
import { type Action, AGENTS } from "./contract.ts";
import { moment } from "./params.ts";
import { checkEnd } from "./person.ts";

const params = oneAlert.extend({ until: moment });

export const snoozeAlert: Action<typeof params, Alert> = {
  name: "snooze-alert",
  summary: "Put it aside until a time",
  params,
  roles: AGENTS,
  revised: true,
  audits: ["alert.snooze"],
  undo: "alert",
  subject: alertSubject,
  async run(context, { alert, until }, act) {
    checkEnd(until, act.now);
    return changeAlert(context, act, alert, { action: "snooze", until });
  },
};
