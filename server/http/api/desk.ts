import { actorWords, momentWords } from "../../actions/who.ts";
import type { Control, TenantControl, UnitControl } from "../../core/control.ts";
import type { Effect } from "../../core/effect.ts";
import type { Incoming } from "../../core/event.ts";
import { DAY, type Millis } from "../../core/time.ts";
import type { Target } from "../../flow/contract.ts";
import { createKeyedLock, subjectKey } from "../../lib/keyed-lock.ts";
import type { AuditRow } from "../../store/contract.ts";
import { conflict } from "../problem.ts";
import type * as wire from "../wire.ts";
import type { ApiDeps } from "./deps.ts";
import { effectsBody, iso } from "./present.ts";
import type { Call } from "./route.ts";

/**
 * Where people's actions are carried out. Each one is a control record and one audit row in the same transaction.
 * Actions on one subject take turns, so that what was looked at before acting still holds when acting: of two people
 * who approve the same thing, the second hears who was first.
 */

/** For how long an action can be taken back. */
export const UNDO_FOR = 7 * DAY;

export interface Deed {
  /** `person/u1`, `alert/…`, `switches`: what audit rows are found by. */
  readonly subject: string;
  /** `person.pause`, `switch.off`. */
  readonly action: string;
  readonly reason: string;
  readonly detail?: { readonly [name: string]: unknown };
  /** What takes it back; null when nothing does. */
  readonly undo: Control | null;
}

export interface Done {
  readonly action: string;
  readonly effects: readonly Effect[];
  /** The part of the answer that every action has. */
  readonly body: wire.ActionBody;
}

type AnyCall = Call<unknown, unknown>;

export interface Desk {
  /** Nobody else acts on this subject meanwhile. */
  alone<Result>(call: AnyCall, subject: string, task: () => Promise<Result>): Promise<Result>;
  /** @throws Problem 409 naming who was first, when `If-Match` is not the current revision */
  expect(call: AnyCall, subject: string, current: string): Promise<void>;
  /** A refusal that names who acted on the subject last. */
  tooLate(tenant: string, subject: string, detail: string): Promise<Error>;
  act(call: AnyCall, target: Target, control: UnitControl, deed: Deed): Promise<Done>;
  /** A person says something that enters as an event. */
  tell(call: AnyCall, incoming: Incoming, deed: Deed): Promise<Done>;
  actOnTenant(call: AnyCall, control: TenantControl, deed: Deed): Promise<Done>;
}

export function createDesk(deps: ApiDeps): Desk {
  const lock = deps.turns ?? createKeyedLock();
  const nextId = inOrder(deps);

  const tooLate = async (tenant: string, subject: string, detail: string) => {
    const first = await whoActed(deps, tenant, subject);
    const by =
      first === null ? "" : ` ${actorWords(first.actor)} was first, on ${momentWords(Date.parse(first.at))}.`;
    return conflict(`${detail}${by}`, { first });
  };
  const auditOf = (call: AnyCall, deed: Deed, target: Target | null): Omit<AuditRow, "undone"> => ({
    id: nextId(call.now),
    tenant: call.tenant,
    at: call.now,
    actor: call.actor,
    action: deed.action,
    subject: deed.subject,
    reason: deed.reason,
    detail: { ...deed.detail, token: call.token.id, ...(target === null ? {} : { target }) },
    undo: deed.undo,
  });
  const done = (audit: Omit<AuditRow, "undone">, effects: readonly Effect[]): Done => ({
    action: audit.id,
    effects,
    body: { action: audit.id, undoable: audit.undo !== null, effects: effectsBody(effects) },
  });

  return {
    alone: (call, subject, task) => lock.hold(subjectKey(call.tenant, subject), task),
    tooLate,
    async expect(call, subject, current) {
      if (call.ifMatch === null || call.ifMatch === current) return;
      throw await tooLate(call.tenant, subject, "It is not as you saw it any more; read it again.");
    },
    async act(call, target, control, deed) {
      const audit = auditOf(call, deed, target);
      const { effects } = await deps.pipeline.control(call.tenant, target, control, { audit });
      return done(audit, effects);
    },
    async tell(call, incoming, deed) {
      const audit = auditOf(call, deed, null);
      await deps.pipeline.receive(call.tenant, [incoming], { audit });
      return done(audit, []);
    },
    async actOnTenant(call, control, deed) {
      const audit = auditOf(call, deed, null);
      const { effects } = await deps.pipeline.tenantControl(call.tenant, control, { audit });
      return done(audit, effects);
    },
  };
}

/** Ids of one millisecond sort in the order in which they were given: the store lists rows by time, then id. */
function inOrder(deps: ApiDeps): (now: Millis) => string {
  let count = 0;
  return (now) => {
    count = (count + 1) % 36 ** 4;
    return `${now.toString(36).padStart(9, "0")}${count.toString(36).padStart(4, "0")}-${deps.newId()}`;
  };
}

/** Who did something to the subject last; null when only the system did. */
async function whoActed(deps: ApiDeps, tenant: string, subject: string): Promise<wire.WhoActed | null> {
  const [row] = await actionsOn(deps, tenant, subject);
  return row === undefined ? null : { actor: row.actor, at: iso(row.at), action: row.action };
}

/** The newest actions on a subject, newest first. */
export async function actionsOn(
  deps: ApiDeps,
  tenant: string,
  subject: string,
): Promise<readonly AuditRow[]> {
  const page = await deps.store.audit(tenant, { subject, limit: 50 });
  return page.rows.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}
