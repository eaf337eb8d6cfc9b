import type { Alert } from "../core/delivery.ts";
import { alertSubject, changeAlert, oneAlert } from "./alerts.ts";
import { type Action, AGENTS } from "./contract.ts";
import { shortText } from "./params.ts";

const params = oneAlert.extend({ assignee: shortText.describe("Who takes care of it from now on") });

export const assignAlert: Action<typeof params, Alert> = {
  name: "assign-alert",
  summary: "Give it to somebody",
  params,
  roles: AGENTS,
  revised: true,
  audits: ["alert.assign"],
  undo: "alert",
  subject: alertSubject,
  run: (context, { alert, assignee }, act) =>
    changeAlert(context, act, alert, { action: "assign", assignee }),
};
