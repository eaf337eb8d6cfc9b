import { afterEach, beforeEach } from "vitest";
import type { Millis } from "../../../server/core/time.ts";
import type { Store } from "../../../server/store/contract.ts";

/** A fresh store of some kind, already open, with all that a test may do to it from outside. */
export interface Opened {
  readonly store: Store;
  /** Sets the store's clock. */
  at(now: Millis): void;
  /** Closes it and opens the same data again. */
  reopen(): Promise<Store>;
  /** Closes it and removes the data. */
  dispose(): Promise<void>;
}

export type Open = () => Promise<Opened>;

/** Gives each test of a suite a fresh store; use as `const it = fresh(open)` and `it.store`. */
export function fresh(open: Open): { readonly store: Store } & Pick<Opened, "at" | "reopen"> {
  let opened: Opened | null = null;
  const now = (): Opened => {
    if (opened === null) throw new Error("the store is there only while a test runs");
    return opened;
  };
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(async () => {
    await opened?.dispose();
    opened = null;
  });
  return {
    get store() {
      return now().store;
    },
    at: (time) => now().at(time),
    reopen: () => now().reopen(),
  };
}
