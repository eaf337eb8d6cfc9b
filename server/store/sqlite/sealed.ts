import { RecordRefused } from "../contract.ts";
import { CannotUnseal } from "../vault.ts";

/**
 * Opens a sealed value of a record. One that was changed, or sealed with another key, is a record that cannot be read
 * like any other: it stops nothing but itself.
 * @param where the record, for the sentence: nothing personal
 * @throws RecordRefused
 */
export function opened(where: string, open: () => unknown): unknown {
  const value = openedOrNull(() => ({ value: open() }));
  if (value !== null) return value.value;
  throw new RecordRefused(
    `${where} cannot be opened: it was changed, or sealed with another key. Restore the newest backup, or remove it.`,
    where,
  );
}

/** Null where nobody can open it. */
export function openedOrNull<Value>(open: () => Value): Value | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof CannotUnseal) return null;
    throw error;
  }
}
