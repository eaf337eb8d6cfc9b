import type { Control, TenantControl, UnitControl } from "../../core/control.ts";
import type { Target } from "../../flow/contract.ts";
import type { AuditRow, LogInput } from "../../store/contract.ts";
import { type ApiRole, authorize } from "../auth.ts";
import { conflict, notFound } from "../problem.ts";
import type { ApiDeps } from "./deps.ts";
import { actionsOn, type Deed, type Desk, UNDO_FOR } from "./desk.ts";
import { matchOf } from "./judging.ts";
import * as replies from "./replies.ts";
import { type Call, type Route, route } from "./route.ts";
import { justReason, nothing } from "./schemas.ts";

/** Whoever may not do a thing may not take it back either. */
const WHO: readonly (readonly [prefix: string, roles: readonly ApiRole[]])[] = [
  ["person/", ["agent", "ops", "admin"]],
  ["match/", ["agent", "ops", "admin"]],
  ["alert/", ["agent", "ops", "admin"]],
  ["switches", ["ops", "admin"]],
];
const OTHERS: readonly ApiRole[] = ["admin"];

export function undoRoutes(deps: ApiDeps, desk: Desk): readonly Route[] {
  return [
    route({
      method: "post",
      path: "/actions/:id/undo",
      summary: "Take back an action, while nothing else was done to the same thing since",
      roles: ["agent", "ops", "admin"],
      query: nothing,
      body: justReason,
      reply: replies.action,
      async handle(call) {
        const row = await deps.store.auditRow(call.tenant, call.id);
        if (row === null) throw notFound("There is no action with this id.");
        authorize(call.token, WHO.find(([prefix]) => row.subject.startsWith(prefix))?.[1] ?? OTHERS);
        // The same key as the action itself, so that the two take turns.
        const body = await desk.alone(call, row.subject, () => takeBack(deps, desk, call, row.id));
        return { body };
      },
    }),
  ];
}

async function takeBack(
  deps: ApiDeps,
  desk: Desk,
  call: Call<unknown, { readonly reason: string }>,
  id: string,
) {
  const row = await deps.store.auditRow(call.tenant, id);
  if (row === null || row.undo === null) throw conflict("This action cannot be taken back.");
  if (call.now - row.at > UNDO_FOR) throw conflict("This action is too old to be taken back.");
  await refuseIfOvertaken(deps, desk, row);
  const { reason } = call.body;
  const undo = by(row.undo, call.actor, reason);
  await refuseIfLeft(deps, row, undo);
  const deed: Deed = {
    subject: row.subject,
    action: "undo",
    reason,
    detail: { undoes: row.id, action: row.action },
    undo: null,
  };
  if (isTenantWide(undo)) return (await desk.actOnTenant(call, undo, deed)).body;
  const target = targetOf(row);
  if (target === null) throw conflict("This action cannot be taken back.");
  return (await desk.act(call, target, undo, deed)).body;
}

/** @throws Problem 409 when it was taken back already, when somebody acted since, or when the person said stop */
async function refuseIfOvertaken(deps: ApiDeps, desk: Desk, row: AuditRow): Promise<void> {
  const actions = await actionsOn(deps, row.tenant, row.subject);
  const undone = new Set(actions.map(({ detail }) => detail.undoes));
  if (row.undone || undone.has(row.id)) {
    throw await desk.tooLate(row.tenant, row.subject, "It was taken back already.");
  }
  const standing = actions.filter((each) => each.action !== "undo" && !each.undone && !undone.has(each.id));
  if (standing[0] !== undefined && standing[0].id !== row.id) {
    throw await desk.tooLate(row.tenant, row.subject, "Something else was done since; take that back first.");
  }
  if (row.action === "person.stop" && (await saidStop(deps, row))) {
    throw conflict("The customer has stopped messages themselves since; only they can start them again.");
  }
}

/**
 * An approval and a message by hand end with the message that they let go.
 * @throws Problem 409 `too_late` when that is being sent, or was
 */
async function refuseIfLeft(deps: ApiDeps, { tenant }: AuditRow, undo: Control): Promise<void> {
  const rows = await Promise.all(
    (await letGoBy(deps, tenant, undo)).map((id) => deps.store.delivery(tenant, id)),
  );
  const waits = rows.every((row) => row === null || row.status === "queued" || row.status === "suppressed");
  if (waits) return;
  throw conflict("The message is being sent already, or was; this can no longer be taken back.", {
    reason: "too_late",
  });
}

/** Deliveries that would not be there without the action. */
async function letGoBy(deps: ApiDeps, tenant: string, undo: Control): Promise<readonly string[]> {
  if (undo.kind === "manual") return [undo.delivery];
  if (undo.kind !== "review") return [];
  return (await matchOf(deps, tenant, undo.match)).tracked?.pursuit?.deliveries ?? [];
}

const PAGE = 1_000;

/** Whether anybody but the actor stopped this person after the action: read from the log, where every stop is. */
async function saidStop(deps: ApiDeps, row: AuditRow): Promise<boolean> {
  const { unit, afterSeq } = row.detail;
  if (typeof unit !== "string" || typeof afterSeq !== "number") return true;
  const person = row.subject.slice("person/".length);
  for (let after = afterSeq; ; ) {
    const inputs = await deps.store.inputs({ tenant: row.tenant, unit, after, limit: PAGE });
    if (inputs.some((input) => stops(input, person, row.actor))) return true;
    const last = inputs.at(-1);
    if (last === undefined || inputs.length < PAGE) return false;
    after = last.seq;
  }
}

function stops({ body }: LogInput, person: string, except: string): boolean {
  if (!("control" in body)) return false;
  const { control } = body;
  if (control.kind === "receipt") {
    // Whose delivery it was is not in the receipt; a stop in doubt is a stop.
    return control.receipt === "unsubscribed" || control.receipt === "complained";
  }
  if (control.kind !== "preference" || control.person !== person || control.actor === except) return false;
  return control.change.kind === "stop";
}

function isTenantWide(control: Control): control is TenantControl {
  return control.kind === "switches" || control.kind === "rollout" || control.kind === "settings";
}

/** Where the action went, as its audit row remembers. */
function targetOf({ detail }: AuditRow): Target | null {
  const target = detail.target;
  if (typeof target !== "object" || target === null) return null;
  if ("unit" in target && typeof target.unit === "string") return { unit: target.unit };
  return "person" in target && typeof target.person === "string" ? { person: target.person } : null;
}

/** The stored control carries who acted then; the log has to say who takes it back. */
function by(control: UnitControl | TenantControl, actor: string, reason: string): Control {
  return "reason" in control ? { ...control, actor, reason } : control;
}
