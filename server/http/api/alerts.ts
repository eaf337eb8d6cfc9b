import { z } from "zod";
import type { UnitControl } from "../../core/control.ts";
import type { Alert } from "../../core/delivery.ts";
import { TENANT_UNIT } from "../../core/new-unit.ts";
import type { Target } from "../../flow/contract.ts";
import { invalid, notFound } from "../problem.ts";
import type * as wire from "../wire.ts";
import type { ApiDeps } from "./deps.ts";
import type { Desk } from "./desk.ts";
import { alertBody } from "./present.ts";
import * as replies from "./replies.ts";
import { type Call, type Route, route } from "./route.ts";
import { endOf, justReason, nothing, reasoned, shortText, until } from "./schemas.ts";

const ROLES = ["agent", "ops", "admin"] as const;
type AlertControl = Extract<UnitControl, { kind: "alert" }>;

/** Taking care of an alert. Two people cannot both do it: the second hears who was first. */
export function alertRoutes(deps: ApiDeps, desk: Desk): readonly Route[] {
  const common = {
    method: "post",
    roles: ROLES,
    revised: true,
    query: nothing,
    reply: replies.alertAction,
  } as const;
  return [
    route({
      ...common,
      path: "/alerts/:id/ack",
      summary: "Say that you are on it",
      body: justReason,
      handle: (call) => change(deps, desk, call, () => ({ action: "ack" })),
    }),
    route({
      ...common,
      path: "/alerts/:id/assign",
      summary: "Give it to somebody",
      body: z.strictObject({ ...reasoned, assignee: shortText }),
      handle: (call) => change(deps, desk, call, () => ({ action: "assign", assignee: call.body.assignee })),
    }),
    route({
      ...common,
      path: "/alerts/:id/snooze",
      summary: "Put it aside until a time",
      body: z.strictObject({ ...reasoned, ...until }),
      handle: (call) => {
        const end = endOf(call.body, call.now);
        if (end === null) throw invalid("body: give `until` or `for`, such as 2h.");
        if (typeof end === "string") throw invalid(`body: ${end}.`);
        return change(deps, desk, call, () => ({ action: "snooze", until: end }));
      },
    }),
    route({
      ...common,
      path: "/alerts/:id/resolve",
      summary: "Say that it is done",
      body: justReason,
      handle: (call) => change(deps, desk, call, () => ({ action: "resolve" })),
    }),
  ];
}

type Change = Pick<AlertControl, "action"> & { readonly assignee?: string; readonly until?: number };

async function change(
  deps: ApiDeps,
  desk: Desk,
  call: Call<unknown, { readonly reason: string }>,
  changeOf: (alert: Alert) => Change,
): Promise<{ body: wire.AlertActionBody; revision: string }> {
  const subject = `alert/${call.id}`;
  return desk.alone(call, subject, async () => {
    const alert = await deps.store.alert(call.tenant, call.id);
    if (alert === null) throw notFound("There is no alert with this id.");
    await desk.expect(call, subject, String(alert.revision));
    if (alert.state === "resolved") {
      throw await desk.tooLate(call.tenant, subject, "This alert is resolved already.");
    }
    const { reason } = call.body;
    const who = { kind: "alert", alert: alert.id, actor: call.actor, reason } as const;
    const wanted = changeOf(alert);
    const target: Target = { unit: alert.unit ?? TENANT_UNIT };
    const control: AlertControl = { ...who, ...wanted, expect: alert.revision };
    const done = await desk.act(call, target, control, {
      subject,
      action: `alert.${wanted.action}`,
      reason,
      detail: { kind: alert.kind },
      undo: undoOf(who, alert),
    });
    const row = done.effects.find((effect) => effect.kind === "alert" && effect.row.id === alert.id);
    if (row?.kind !== "alert") throw await desk.tooLate(call.tenant, subject, "The alert has changed.");
    return { body: { ...done.body, alert: alertBody(row.row) }, revision: String(row.row.revision) };
  });
}

/** As it was before, with whom it belonged to then. */
function undoOf(
  who: Pick<AlertControl, "kind" | "alert" | "actor" | "reason">,
  { state, assignee, snoozedUntil }: Alert,
): AlertControl {
  return { ...who, action: "restore", before: { state, assignee, snoozedUntil } };
}
