import type { z } from "zod";
import type { Effect } from "../core/effect.ts";
import { PlainError } from "../lib/errors.ts";
import { subjectKey } from "../lib/keyed-lock.ts";
import { plainIssues } from "../lib/plain-issues.ts";
import type { AuditRow } from "../store/contract.ts";
import { auditRow, idsInOrder, tooLate } from "./audit.ts";
import type { Act, Action, ActionContext, AnyAction, Deed, Done, Request, Runner } from "./contract.ts";
import { conflict, invalid, Refusal } from "./refusal.ts";

/**
 * Carries actions out, in this order: the parameters are read, the role is looked at, the subject is locked, then the
 * action runs, which may compare the revision; what it writes leaves its audit row in the same commit, with what takes
 * it back. Acts on one subject take turns over all doors, so that what was looked at before acting still holds when
 * acting: of two people who approve the same thing, the second hears who was first.
 */
export function createRunner(context: ActionContext): Runner {
  const nextId = idsInOrder(context.newId);

  const runUnread = async <Params extends z.ZodType, Result>(
    action: Action<Params, Result>,
    request: Request<unknown>,
  ): Promise<Done<Result>> => {
    try {
      const params = read(action, request.params);
      refuseOthers(action, request);
      const { tenant } = request;
      const subject = await action.subject(params, context, tenant);
      return await context.turns.hold(subjectKey(tenant, subject), async () => {
        const { act, written } = acting(context, nextId, action, request, subject);
        const result = await action.run(context, params, act);
        return { ...doneOf(written), result };
      });
    } catch (error) {
      throw asRefusal(error);
    }
  };
  return { run: runUnread, runUnread };
}

/** Nothing below may rely on what a door has checked already. */
function read<Params extends z.ZodType>(
  action: { readonly params: Params },
  given: unknown,
): z.output<Params> {
  const result = action.params.safeParse(given);
  if (!result.success) throw invalid(`${plainIssues(result.error)}.`);
  return result.data;
}

function refuseOthers({ roles }: Pick<AnyAction, "roles">, { by }: Pick<Request<unknown>, "by">): void {
  if (roles.includes(by.role)) return;
  throw new Refusal(
    "not_allowed",
    `With the role ${by.role} nobody may do this; it takes one of: ${roles.join(", ")}.`,
  );
}

/** What a sentence of ours refuses elsewhere is a refusal too, such as a key file that cannot be read. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof PlainError) || error instanceof Refusal) return error;
  return new Refusal("invalid", error.message, {}, { cause: error });
}

type Row = Omit<AuditRow, "undone">;

/** What an act has written by now. */
interface Written {
  readonly rows: Row[];
  readonly effects: Effect[];
}

function doneOf({ rows, effects }: Written): Omit<Done<unknown>, "result"> {
  const [row] = rows;
  return { action: row?.id ?? null, undoable: (row?.undo ?? null) !== null, effects };
}

function acting(
  { store, pipeline, now }: ActionContext,
  nextId: (now: number) => string,
  action: AnyAction,
  request: Request<unknown>,
  subject: string,
): { readonly act: Act; readonly written: Written } {
  const { tenant, by, revision = null, key = null, work = {} } = request;
  const written: Written = { rows: [], effects: [] };
  const at = now();
  const rowOf = (deed: Deed, target: unknown = null): Row => {
    const row = auditRow(
      { id: nextId(at), at, tenant: deed.tenant ?? tenant, by },
      named(action, deed, subject),
      deed.forgets === true ? null : target,
    );
    written.rows.push(row);
    return row;
  };
  const tooLateFor = (sentence: string) => tooLate(store, tenant, subject, sentence);
  const took = (effects: readonly Effect[]) => {
    written.effects.push(...effects);
    return effects;
  };

  const act: Act = {
    ...{ tenant, by, subject, key, now: at, work },
    tooLate: tooLateFor,
    async expect(current) {
      if (revision === null || revision === current) return;
      throw await tooLateFor("It is not as you saw it any more; read it again.");
    },
    async control(target, control, deed) {
      const audit = rowOf(deed, target);
      return took((await pipeline.control(audit.tenant, target, control, { audit })).effects);
    },
    async tenantControl(control, deed) {
      const audit = rowOf(deed);
      return took((await pipeline.tenantControl(audit.tenant, control, { audit })).effects);
    },
    async tell(incoming, deed) {
      const audit = rowOf(deed);
      await pipeline.receive(audit.tenant, [incoming], { audit });
    },
    async note(deed, tenancy = []) {
      const audit = rowOf(deed);
      if (tenancy.length > 0) await refuseUnmade(store, audit.tenant);
      await pipeline.receive(audit.tenant, [], { audit, tenancy });
    },
  };
  return { act, written };
}

/** A tenant over whose making a process was killed is in the log alone. What belongs to its row would fail the commit. */
async function refuseUnmade(store: ActionContext["store"], tenant: string): Promise<void> {
  const made = await store.tenants();
  if (made.some(({ id }) => id === tenant)) return;
  throw conflict(
    `The tenant ${tenant} was not made to its end: \`forestall tenant create ${tenant}\` does that.`,
  );
}

/** An action writes and takes back what it declares, so that the list of actions says what the audit may hold. */
function named(action: AnyAction, deed: Deed, locked: string) {
  const { action: name = action.audits[0], subject = locked, undo = null } = deed;
  if (name === undefined || !action.audits.includes(name)) {
    throw new Error(`${action.name} declares no audit row ${name}`);
  }
  if (undo !== null && undo.kind !== action.undo) {
    throw new Error(`${action.name} declares no undo by ${undo.kind}`);
  }
  return { ...deed, action: name, subject };
}
