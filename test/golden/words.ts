/**
 * What an engine called otherwise than the engine of today. A recording stays in the words of its time, and so do the
 * digests that were taken of it: what a replay comes to is put into those words before it is compared. A word that is
 * missing here, or that came back, is a difference like any other.
 */

/** By the name of a field: what it says now, and what it said then. */
export type Words = { readonly [field: string]: { readonly [now: string]: string } };

const REASONS = { switched_off: "killed", backfill: "history" };

const SINCE: { readonly [engine: string]: Words } = {
  "1": { reason: REASONS, lastReason: REASONS, detail: REASONS, state: { acknowledged: "acked" } },
};

export const wordsOf = (engine: string): Words => SINCE[engine] ?? {};

/** What this field said then. @throws Error when it still says so, although it is called otherwise now */
export function saidThen(words: Words, field: string, value: string): string {
  const known = words[field];
  if (known === undefined) return value;
  if (Object.values(known).includes(value)) throw new Error(`${field} says ${value}, which is an old word`);
  return known[value] ?? value;
}

/** What this field of something recorded says now. */
export function saidNow(words: Words, field: string, value: string): string {
  const found = Object.entries(words[field] ?? {}).find(([, old]) => old === value);
  return found?.[0] ?? value;
}
