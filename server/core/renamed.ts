/**
 * What engine 1 called otherwise. Its words stand in snapshots, in the log and in rows for as long as those are kept;
 * each record is put into the words of today where it is read, and nothing behind that knows the old ones.
 *
 * A record that holds none of them is answered as it is, and one that holds some keeps its fields in their order.
 */

type Words = { readonly [old: string]: string };
type Stored = { readonly [field: string]: unknown };

const REASONS: Words = { killed: "switched_off", history: "backfill" };
const ALERT_STATES: Words = { acked: "acknowledged" };

/** Why something was decided so, as it is called today. */
export const reasonOf = (old: string): string => wordIn(REASONS, old);
/** How far an alert has got, as it is called today. */
export const alertStateOf = (old: string): string => wordIn(ALERT_STATES, old);

/** @param decision a decision, or what the control group would have had in its place */
export function decisionOf(decision: unknown): unknown {
  const said = withWord(decision, "reason", REASONS);
  return changed(said, "wouldHave", decisionOf);
}

/** Only of a message that was taken out is the detail a reason; else it is what a provider said. */
export function deliveryOf(delivery: unknown): unknown {
  return isStored(delivery) && delivery.status === "suppressed"
    ? withWord(delivery, "detail", REASONS)
    : delivery;
}

/** @param alert an alert, or the part of one that it is put back to */
export const alertOf = (alert: unknown): unknown => withWord(alert, "state", ALERT_STATES);

export function trackedOf(tracked: unknown): unknown {
  return changed(tracked, "pursuit", (pursuit) => withWord(pursuit, "lastReason", REASONS));
}

/** The same with one field changed; the very same where the field is not there, or stays what it is. */
export function changed(record: unknown, field: string, change: (value: unknown) => unknown): unknown {
  if (!isStored(record) || !Object.hasOwn(record, field)) return record;
  const now = change(record[field]);
  return now === record[field] ? record : { ...record, [field]: now };
}

/** For a field that is a list; what is no list is left to whoever checks the record. */
export const each =
  (change: (value: unknown) => unknown) =>
  (list: unknown): unknown =>
    Array.isArray(list) ? list.map(change) : list;

function withWord(record: unknown, field: string, words: Words): unknown {
  return changed(record, field, (word) => (typeof word === "string" ? wordIn(words, word) : word));
}

function wordIn(words: Words, old: string): string {
  return Object.hasOwn(words, old) ? (words[old] ?? old) : old;
}

function isStored(value: unknown): value is Stored {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
