import { z } from "zod";
import { acknowledgeAlert } from "../../actions/acknowledge-alert.ts";
import { assignAlert } from "../../actions/assign-alert.ts";
import type { Done } from "../../actions/contract.ts";
import { resolveAlert } from "../../actions/resolve-alert.ts";
import { snoozeAlert } from "../../actions/snooze-alert.ts";
import type { Alert } from "../../core/delivery.ts";
import { invalid } from "../problem.ts";
import { doneBody, presenting, requestOf } from "./acting.ts";
import type { ApiDeps } from "./deps.ts";
import { alertBody } from "./present.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { endOf, justReason, nothing, reasoned, until } from "./schemas.ts";

/** Taking care of an alert. */
export function alertRoutes({ actions }: ApiDeps): readonly Route[] {
  const common = { query: nothing, reply: replies.alertAction } as const;
  return [
    route({
      ...{ ...common, ...presenting(acknowledgeAlert) },
      path: "/alerts/:id/acknowledge",
      formerly: "/alerts/:id/ack",
      summary: acknowledgeAlert.summary,
      body: justReason,
      handle: async (call) =>
        replyOf(await actions.run(acknowledgeAlert, requestOf(call, { alert: call.id }))),
    }),
    route({
      ...{ ...common, ...presenting(assignAlert) },
      path: "/alerts/:id/assign",
      summary: assignAlert.summary,
      body: z.strictObject({ ...reasoned, assignee: assignAlert.params.shape.assignee }),
      async handle(call) {
        const params = { alert: call.id, assignee: call.body.assignee };
        return replyOf(await actions.run(assignAlert, requestOf(call, params)));
      },
    }),
    route({
      ...{ ...common, ...presenting(snoozeAlert) },
      path: "/alerts/:id/snooze",
      summary: snoozeAlert.summary,
      body: z.strictObject({ ...reasoned, ...until }),
      async handle(call) {
        const end = endOf(call.body, call.now);
        if (end === null) throw invalid("body: give `until` or `for`, such as 2h.");
        return replyOf(await actions.run(snoozeAlert, requestOf(call, { alert: call.id, until: end })));
      },
    }),
    route({
      ...{ ...common, ...presenting(resolveAlert) },
      path: "/alerts/:id/resolve",
      summary: resolveAlert.summary,
      body: justReason,
      handle: async (call) => replyOf(await actions.run(resolveAlert, requestOf(call, { alert: call.id }))),
    }),
  ];
}

function replyOf(done: Done<Alert>) {
  const alert = alertBody(done.result);
  return { body: { ...doneBody(done), alert }, revision: String(alert.revision) };
}
