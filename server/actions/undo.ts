import { z } from "zod";
import type { Control, TenantControl, UnitControl } from "../core/control.ts";
import type { Delivery } from "../core/delivery.ts";
import { DAY } from "../core/time.ts";
import type { Target } from "../flow/contract.ts";
import type { AuditRow, Log, LogInput, Records } from "../store/contract.ts";
import { actsOn, tooLate } from "./audit.ts";
import { type Act, type Action, type ActionContext, ADMINS, AGENTS, type AnyAction } from "./contract.ts";
import { matchOf } from "./match.ts";
import { idText } from "./params.ts";
import { conflict, notFound, Refusal } from "./refusal.ts";

/** For how long an act can be taken back. */
const UNDO_FOR = 7 * DAY;

/** @param action the id of the audit row */
const params = z.strictObject({ action: idText });

/**
 * Takes an act back: what its audit row kept for that is carried out, as an act of its own. It has the key of the act
 * itself, so that the two take turns. Whoever may not do a thing may not take it back either.
 * @param actions every other action, for the roles they take
 */
export function undoOf(actions: readonly AnyAction[]): Action<typeof params, null> {
  const rolesFor = (name: string) => actions.find(({ audits }) => audits.includes(name))?.roles ?? ADMINS;
  return {
    name: "undo",
    summary: "Take back an action, while nothing else was done to the same thing since",
    params,
    roles: AGENTS,
    revised: false,
    audits: ["undo"],
    undo: null,
    subject: async ({ action }, { store }, tenant) => (await rowOf(store, tenant, action)).subject,
    async run(context, { action }, act) {
      const row = await rowOf(context.store, act.tenant, action);
      const roles = rolesFor(row.action);
      if (!roles.includes(act.by.role)) {
        throw new Refusal(
          "not_allowed",
          `Only with one of these roles this can be taken back: ${roles.join(", ")}.`,
        );
      }
      if (row.undo === null) throw conflict("This action cannot be taken back.");
      if (act.now - row.at > UNDO_FOR) throw conflict("This action is too old to be taken back.");
      await refuseIfOvertaken(context, row);
      const undo = by(row.undo, act);
      await refuseIfLeft(context, row, undo);
      const deed = { detail: { undoes: row.id, action: row.action } };
      if (isTenantWide(undo)) await act.tenantControl(undo, deed);
      else await act.control(targetOf(row), undo, deed);
      return null;
    },
  };
}

async function rowOf(store: Pick<Records, "auditRow">, tenant: string, id: string): Promise<AuditRow> {
  const row = await store.auditRow(tenant, id);
  if (row === null) throw notFound("There is no action with this id.");
  return row;
}

/** @throws Refusal when it was taken back already, when somebody acted since, or when the person said stop */
async function refuseIfOvertaken({ store }: ActionContext, row: AuditRow): Promise<void> {
  const acts = await actsOn(store, row.tenant, row.subject);
  const undone = new Set(acts.map(({ detail }) => detail.undoes));
  if (row.undone || undone.has(row.id)) {
    throw await tooLate(store, row.tenant, row.subject, "It was taken back already.");
  }
  const standing = acts.filter((each) => each.action !== "undo" && !each.undone && !undone.has(each.id));
  if (standing[0] !== undefined && standing[0].id !== row.id) {
    const sentence = "Something else was done since; take that back first.";
    throw await tooLate(store, row.tenant, row.subject, sentence);
  }
  if (row.action === "person.stop" && (await saidStop(store, row))) {
    throw conflict("The customer has stopped messages themselves since; only they can start them again.");
  }
}

/**
 * An approval and a message by hand end with the message that they let go.
 * @throws Refusal `conflict` `too_late` when that is being sent, or was
 */
async function refuseIfLeft(context: ActionContext, { tenant }: AuditRow, undo: Control): Promise<void> {
  const rows = await letGoBy(context, tenant, undo);
  const waits = rows.every(({ status }) => status === "queued" || status === "suppressed");
  if (waits) return;
  throw conflict("The message is being sent already, or was; this can no longer be taken back.", {
    reason: "too_late",
  });
}

/** Deliveries that would not be there without the act. */
async function letGoBy(context: ActionContext, tenant: string, undo: Control): Promise<readonly Delivery[]> {
  const those = async (ids: readonly string[]) =>
    (await Promise.all(ids.map((id) => context.store.delivery(tenant, id)))).filter((row) => row !== null);
  if (undo.kind === "manual") return those([undo.delivery]);
  if (undo.kind !== "review") return [];
  const { tracked } = await matchOf(context, tenant, undo.match);
  const { step: asked = 0 } = undo;
  // Earlier steps went without being asked about.
  return (await those(tracked?.pursuit?.deliveries ?? [])).filter(({ step }) => step >= asked);
}

const PAGE = 1_000;

/** Whether anybody but the actor stopped this person after the act: read from the log, where every stop is. */
async function saidStop(store: Pick<Log, "inputs">, row: AuditRow): Promise<boolean> {
  const { unit, afterSeq } = row.detail;
  if (typeof unit !== "string" || typeof afterSeq !== "number") return true;
  const person = row.subject.slice("person/".length);
  for (let after = afterSeq; ; ) {
    const inputs = await store.inputs({ tenant: row.tenant, unit, after, limit: PAGE });
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

/** Where the act went, as its audit row remembers. @throws Refusal when it does not */
function targetOf({ detail }: AuditRow): Target {
  const target = detail.target;
  if (typeof target === "object" && target !== null) {
    if ("unit" in target && typeof target.unit === "string") return { unit: target.unit };
    if ("person" in target && typeof target.person === "string") return { person: target.person };
  }
  throw conflict("This action cannot be taken back.");
}

/** The stored control carries who acted then; the log has to say who takes it back. */
function by(control: UnitControl | TenantControl, { by: { actor, reason } }: Act): Control {
  return "reason" in control ? { ...control, actor, reason } : control;
}
