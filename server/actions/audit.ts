import type { Millis } from "../core/time.ts";
import { type AuditRow, allOf, type Records } from "../store/contract.ts";
import type { By, Deed } from "./contract.ts";
import { conflict, type Refusal } from "./refusal.ts";
import { actorWords, momentWords } from "./who.ts";

/** Ids of one millisecond sort in the order in which they were given: the store lists rows by time, then id. */
export function idsInOrder(newId: () => string): (now: Millis) => string {
  let count = 0;
  return (now) => {
    count = (count + 1) % 36 ** 4;
    return `${now.toString(36).padStart(9, "0")}${count.toString(36).padStart(4, "0")}-${newId()}`;
  };
}

/** @param target where a control went, so that what takes it back can go there too */
export function auditRow(
  {
    id,
    at,
    tenant,
    by,
  }: { readonly id: string; readonly at: Millis; readonly tenant: string; readonly by: By },
  { action, subject, detail, undo }: Deed & { readonly action: string; readonly subject: string },
  target: unknown,
): Omit<AuditRow, "undone"> {
  const also = { ...(by.token === null ? {} : { token: by.token }), ...(target === null ? {} : { target }) };
  const { actor, reason } = by;
  return {
    id,
    tenant,
    at,
    actor,
    action,
    subject,
    reason,
    detail: { ...detail, ...also },
    undo: undo ?? null,
  };
}

/** The newest acts on a subject, newest first. @throws RecordRefused when one of them cannot be read */
export async function actsOn(
  store: Pick<Records, "audit">,
  tenant: string,
  subject: string,
): Promise<readonly AuditRow[]> {
  return newestFirst(allOf(await store.audit(tenant, { subject, limit: NEWEST })));
}

const NEWEST = 50;

const newestFirst = (acts: readonly AuditRow[]): readonly AuditRow[] =>
  acts.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));

/** A refusal that names who acted on the subject last, if anybody did. */
export async function tooLate(
  store: Pick<Records, "audit">,
  tenant: string,
  subject: string,
  sentence: string,
): Promise<Refusal> {
  const acts = await store.audit(tenant, { subject, limit: NEWEST });
  const [row] = newestFirst(acts.rows);
  if (row === undefined) return conflict(sentence, { first: null });
  const { actor, at, action } = row;
  const first = { actor, at: new Date(at).toISOString(), action };
  return conflict(`${sentence} ${begun(actorWords(actor))} was first, on ${momentWords(at)}.`, { first });
}

/** As the beginning of a sentence: our own words get a capital, names stay as they are. */
function begun(words: string): string {
  return words.replace(
    /^(?:somebody with|the customer)/,
    (own) => own.charAt(0).toUpperCase() + own.slice(1),
  );
}
