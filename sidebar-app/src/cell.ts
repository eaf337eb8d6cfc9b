import { useSyncExternalStore } from "preact/compat";

/** A value that tells when it is replaced. */
export interface Cell<Value> {
  get(): Value;
  set(value: Value): void;
  /** Replaces some fields. */
  patch(fields: Partial<Value>): void;
  subscribe(listener: () => void): () => void;
}

export function createCell<Value extends object>(first: Value): Cell<Value> {
  let value = first;
  const listeners = new Set<() => void>();
  const set = (next: Value) => {
    value = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => value,
    set,
    patch: (fields) => set({ ...value, ...fields }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const useCell = <Value extends object>(cell: Cell<Value>): Value =>
  useSyncExternalStore(cell.subscribe, cell.get);
