import { z } from "zod";
import type { Incident } from "../core/tenant.ts";
import { type Action, OPS } from "./contract.ts";
import { changeIncident, incidentSubject, oneIncident } from "./incidents.ts";

const params = oneIncident.extend({
  answer: z.enum(["approved", "declined"], "must be approved or declined"),
});

export const answerBroadcast: Action<typeof params, Incident> = {
  name: "answer-broadcast",
  summary: "Send the broadcast of an incident, or none",
  params,
  roles: OPS,
  revised: true,
  audits: ["incident.approve-broadcast", "incident.decline-broadcast"],
  undo: null,
  subject: incidentSubject,
  run: (context, { incident, answer }, act) => {
    const action = answer === "approved" ? "incident.approve-broadcast" : "incident.decline-broadcast";
    return changeIncident(context, act, incident, { action }, ({ id, broadcast }) => {
      // A banner that went out by itself can still be followed by emails, or be taken back.
      const isOpen = broadcast === "waiting" || broadcast === "automatic";
      if (!isOpen) return "Its broadcast was decided already.";
      return { kind: "broadcast", incident: id, answer, actor: act.by.actor };
    });
  },
};
