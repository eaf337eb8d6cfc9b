import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Millis } from "../../../server/core/time.ts";
import type { Store } from "../../../server/store/contract.ts";
import { openSqliteStore } from "../../../server/store/sqlite/store.ts";
import { NOON } from "../../builders.ts";
import type { Opened } from "../contract/opened.ts";

export const SECRET_KEY = Buffer.alloc(32, 7);

/** A new folder for one test's database. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), "forestall-store-"));

export const storeAt = (file: string, changes: { now?: () => Millis; indexAfter?: number } = {}): Store =>
  openSqliteStore({ file, secretKey: SECRET_KEY, now: () => NOON, ...changes });

/** A store in a folder of its own; the log is indexed after so many entries. */
export async function openInFolder(indexAfter: number): Promise<Opened & { readonly file: string }> {
  const folder = newFolder();
  const file = join(folder, "forestall.db");
  let time = NOON;
  const open = async () => {
    const store = storeAt(file, { now: () => time, indexAfter });
    await store.open();
    return store;
  };
  let store = await open();
  return {
    file,
    get store() {
      return store;
    },
    at: (now) => {
      time = now;
    },
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    dispose: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
