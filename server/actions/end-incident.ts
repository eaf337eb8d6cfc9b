import type { Incident } from "../core/tenant.ts";
import { type Action, OPS } from "./contract.ts";
import { changeIncident, incidentSubject, oneIncident } from "./incidents.ts";

export const endIncident: Action<typeof oneIncident, Incident> = {
  name: "end-incident",
  summary: "End a running incident; what it held is let go slowly",
  params: oneIncident,
  roles: OPS,
  revised: true,
  audits: ["incident.end"],
  undo: null,
  subject: incidentSubject,
  run: (context, { incident }, act) =>
    changeIncident(context, act, incident, {}, ({ scope }) => {
      const { actor, reason } = act.by;
      return { kind: "declare", scope, running: false, actor, reason };
    }),
};
