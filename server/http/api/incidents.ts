import { z } from "zod";
import { answerBroadcast } from "../../actions/answer-broadcast.ts";
import type { Done } from "../../actions/contract.ts";
import { declareIncident } from "../../actions/declare-incident.ts";
import { endIncident } from "../../actions/end-incident.ts";
import type { Incident } from "../../core/tenant.ts";
import { doneBody, presenting, requestOf } from "./acting.ts";
import type { ApiDeps } from "./deps.ts";
import { incidentBody } from "./present.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { justReason, nothing, reasoned } from "./schemas.ts";

/** Declaring, deciding and ending an incident by hand. */
export function incidentRoutes({ actions }: ApiDeps): readonly Route[] {
  const one = { query: nothing, body: justReason, reply: replies.incidentAction } as const;
  return [
    route({
      ...presenting(declareIncident),
      path: "/incidents",
      summary: declareIncident.summary,
      query: nothing,
      body: z.strictObject({ ...reasoned, scope: declareIncident.params.shape.scope }),
      reply: replies.incidentAction,
      statuses: [201],
      async handle(call) {
        const done = await actions.run(declareIncident, requestOf(call, { scope: call.body.scope }));
        return { ...replyOf(done), status: 201 };
      },
    }),
    route({
      ...{ ...one, ...presenting(endIncident) },
      path: "/incidents/:id/end",
      summary: endIncident.summary,
      handle: async (call) => replyOf(await actions.run(endIncident, requestOf(call, { incident: call.id }))),
    }),
    ...(["approved", "declined"] as const).map((answer) =>
      route({
        ...{ ...one, ...presenting(answerBroadcast) },
        path: `/incidents/:id/${answer === "approved" ? "approve" : "decline"}-broadcast`,
        summary:
          answer === "approved" ? "Send the broadcast of an incident" : "Send no broadcast for an incident",
        handle: async (call) =>
          replyOf(await actions.run(answerBroadcast, requestOf(call, { incident: call.id, answer }))),
      }),
    ),
  ];
}

function replyOf(done: Done<Incident>) {
  const incident = incidentBody(done.result);
  return { body: { ...doneBody(done), incident }, revision: incident.revision };
}
