import { z } from "zod";
import type { UnitControl } from "../../core/control.ts";
import { TENANT_UNIT } from "../../core/new-unit.ts";
import type { Incident, TenantState } from "../../core/tenant.ts";
import { conflict, invalid, notFound, unprocessable } from "../problem.ts";
import type * as wire from "../wire.ts";
import type { ApiDeps } from "./deps.ts";
import type { Desk, Done } from "./desk.ts";
import { incidentBody } from "./present.ts";
import * as replies from "./replies.ts";
import { tenantOf } from "./risk.ts";
import { type Call, type Reply, type Route, route } from "./route.ts";
import { idText, justReason, nothing, reasoned } from "./schemas.ts";

const OPS = ["ops", "admin"] as const;
type Reasoned = Call<unknown, { readonly reason: string }>;

/** Declaring, deciding and ending an incident by hand. */
export function incidentRoutes(deps: ApiDeps, desk: Desk): readonly Route[] {
  const scope = z.strictObject({
    kind: z.enum(["all", "pattern", "component", "account"], "must be all, pattern, component or account"),
    name: idText.optional(),
  });
  const one = {
    method: "post",
    roles: OPS,
    revised: true,
    query: nothing,
    body: justReason,
    reply: replies.incidentAction,
  } as const;
  return [
    route({
      method: "post",
      path: "/incidents",
      summary: "Declare an incident: its matches are held, ops are told, a broadcast waits for approval",
      roles: OPS,
      query: nothing,
      body: z.strictObject({ ...reasoned, scope }),
      reply: replies.incidentAction,
      statuses: [201],
      handle: (call) => desk.alone(call, "incidents", () => declare(deps, desk, call)),
    }),
    route({
      ...one,
      path: "/incidents/:id/end",
      summary: "End a running incident; what it held is let go slowly",
      handle: (call) =>
        changeIncident(deps, desk, call, "end", ({ scope: ended }) => {
          const { actor, body } = call;
          return { kind: "declare", scope: ended, running: false, actor, reason: body.reason };
        }),
    }),
    ...(["approved", "declined"] as const).map((answer) => {
      const verb = answer === "approved" ? "approve" : "decline";
      return route({
        ...one,
        path: `/incidents/:id/${verb}-broadcast`,
        summary:
          answer === "approved" ? "Send the broadcast of an incident" : "Send no broadcast for an incident",
        handle: (call) =>
          changeIncident(deps, desk, call, `${verb}-broadcast`, ({ id, broadcast }) => {
            // A banner that went out by itself can still be followed by emails, or be taken back.
            const isOpen = broadcast === "waiting" || broadcast === "automatic";
            if (!isOpen) return "Its broadcast was decided already.";
            return { kind: "broadcast", incident: id, answer, actor: call.actor };
          }),
      });
    }),
  ];
}

type Scope = {
  readonly kind: "all" | "pattern" | "component" | "account";
  readonly name?: string | undefined;
};

async function declare(
  deps: ApiDeps,
  desk: Desk,
  call: Call<unknown, { readonly reason: string; readonly scope: Scope }>,
): Promise<Reply<wire.IncidentActionBody>> {
  const tenant = tenantOf(deps, call.tenant);
  const scope = await scopeOf(deps, tenant, call.body.scope);
  const running = tenant.incidents.find(
    (each) => each.endedAt === null && JSON.stringify(each.scope) === JSON.stringify(scope),
  );
  if (running !== undefined) {
    throw await desk.tooLate(call.tenant, "incidents", "Such an incident is running already.");
  }
  const { actor, body } = call;
  const control = { kind: "declare", scope, running: true, actor, reason: body.reason } as const;
  const done = await desk.act(call, { unit: TENANT_UNIT }, control, {
    subject: "incidents",
    action: "incident.declare",
    reason: body.reason,
    detail: { scope },
    undo: null,
  });
  return { ...incidentReply(done, null), status: 201 };
}

async function scopeOf(deps: ApiDeps, tenant: TenantState, scope: Scope): Promise<Incident["scope"]> {
  if (scope.kind === "all") return { kind: "all" };
  if (scope.name === undefined) throw invalid("body.scope.name: say which one.");
  if (scope.kind === "pattern" && tenant.library.byId(scope.name) === undefined) {
    throw unprocessable(`There is no pattern ${scope.name}.`);
  }
  if (scope.kind === "account" && (await deps.store.account(tenant.id, scope.name)) === null) {
    throw unprocessable("There is no account with this id.");
  }
  return { kind: scope.kind, name: scope.name };
}

/** @param controlFor what brings the change about, or why it cannot be */
function changeIncident(
  deps: ApiDeps,
  desk: Desk,
  call: Reasoned,
  action: string,
  controlFor: (incident: Incident) => UnitControl | string,
): Promise<Reply<wire.IncidentActionBody>> {
  const subject = `incident/${call.id}`;
  return desk.alone(call, subject, async () => {
    const incident = tenantOf(deps, call.tenant).incidents.find(({ id }) => id === call.id);
    if (incident === undefined) throw notFound("No incident of the last three days has this id.");
    const control = incident.endedAt === null ? controlFor(incident) : "It is over already.";
    if (typeof control === "string") throw await desk.tooLate(call.tenant, subject, control);
    await desk.expect(call, subject, incidentBody(incident).revision);
    const done = await desk.act(call, { unit: TENANT_UNIT }, control, {
      subject,
      action: `incident.${action}`,
      reason: call.body.reason,
      detail: { scope: incident.scope },
      undo: null,
    });
    return incidentReply(done, incident);
  });
}

/** The incident as the reducer made it. */
function incidentReply(done: Done, before: Incident | null): Reply<wire.IncidentActionBody> {
  const made = done.effects.flatMap((effect) =>
    effect.kind === "tenant" && effect.control.kind === "incident" ? [effect.control.incident] : [],
  );
  const incident = made.find(({ id }) => before === null || id === before.id) ?? before;
  if (incident === null) throw conflict("Such an incident is running already.");
  const body = { ...done.body, incident: incidentBody(incident) };
  return { body, revision: body.incident.revision };
}
