import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "../../../server/store/contract.ts";
import { openSqliteStore, type SqliteStoreOptions } from "../../../server/store/sqlite/store.ts";
import { NOON } from "../../builders.ts";
import type { Opened } from "../contract/opened.ts";

export const SECRET_KEY = Buffer.alloc(32, 7);

/** A new folder for one test's database. */
export const newFolder = (within = tmpdir()): string => mkdtempSync(join(within, "forestall-store-"));

/** Where small files do not wait for a disk, if there is such a place: a hundred tests that open a store are quick. */
export const IN_MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export const storeAt = (file: string, changes: Partial<SqliteStoreOptions> = {}): Store =>
  openSqliteStore({ file, secretKey: SECRET_KEY, now: () => NOON, ...changes });

/** A store in a folder of its own; the log is indexed after so many entries. */
export async function openInFolder(
  indexAfter: number,
  changes: Partial<SqliteStoreOptions> = {},
): Promise<Opened & { readonly file: string }> {
  const folder = newFolder(IN_MEMORY);
  const file = join(folder, "forestall.db");
  let time = NOON;
  const open = async () => {
    const store = storeAt(file, { now: () => time, indexAfter, ...changes });
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

export const SUFFIXES = ["", "-wal", "-shm", "-sums"] as const;

/** The files as they are now, as a crash would leave them: copied while the store is open. */
export function copyFiles(from: string, to: string): void {
  for (const suffix of SUFFIXES) {
    rmSync(to + suffix, { force: true });
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
}

export function bytesOf(file: string): Buffer {
  return Buffer.concat(
    SUFFIXES.filter((suffix) => existsSync(file + suffix)).map((suffix) => readFileSync(file + suffix)),
  );
}

/** Everything in the store, as one text. */
export async function contentOf(store: Store, tenants: readonly string[]): Promise<string> {
  const parts: string[] = [JSON.stringify(await store.counts()), JSON.stringify(await store.tenants())];
  for (const tenant of tenants) {
    for await (const row of store.exportTenant(tenant)) parts.push(JSON.stringify(row));
  }
  const inputs = await store.inputs({ after: 0, limit: 100_000 });
  return [...parts, JSON.stringify(inputs)].join("\n");
}

/** A small, seeded source of chance (mulberry32), in [0, 1). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
