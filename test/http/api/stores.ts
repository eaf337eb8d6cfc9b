import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../../server/store/sqlite/store.ts";
import { NOON } from "../../builders.ts";
import { fakeStore } from "../fakes.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

type MakeWorld = (options?: WorldOptions) => Promise<World>;

async function onSqlite(options?: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "forestall-api-"));
  const store = openSqliteStore({
    file: join(folder, "forestall.db"),
    secretKey: randomBytes(32),
    now: () => NOON,
  });
  await store.open();
  const world = await createWorld(store, options);
  return {
    ...world,
    async close() {
      await world.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What holds for the API holds on every store. */
export const STORES: readonly (readonly [name: string, makeWorld: MakeWorld])[] = [
  ["memory", (options) => createWorld(fakeStore(), options)],
  ["SQLite", onSqlite],
];
