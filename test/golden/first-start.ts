/**
 * The first start of this version over a database of an earlier one, in a process of its own, which is killed on the
 * way: `node first-start.ts <folder> <point> <engine>`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../server/store/contract.ts";
import { FILE } from "./databases.ts";
import type { Expected } from "./facts.ts";
import { RAISED, reopen } from "./open.ts";

/** While the log is read, after the first snapshots are written, and after all of them are, before the end. */
export const POINTS = ["reading", "saving", "saved"] as const;
export type Point = (typeof POINTS)[number];

const [, , dir, point, engine] = process.argv;
if (dir !== undefined && point !== undefined) await startAndDie(dir, point);

async function startAndDie(folder: string, at: string): Promise<void> {
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const { server } = await reopen(
    { dir: folder, file: join(folder, FILE), expected },
    { wrap: (store) => dyingAt(store, at), ...(engine === String(RAISED.version) ? { engine: RAISED } : {}) },
  );
  await server.resume();
  await server.beat();
  await server.pipeline.checkpoint();
  die();
}

function dyingAt(store: Store, point: string): Store {
  return {
    ...store,
    async loadUnits(names) {
      if (point === "reading") die();
      return store.loadUnits(names);
    },
    async saveUnits(snapshots) {
      await store.saveUnits(snapshots);
      if (point === "saving") die();
    },
  };
}

function die(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("this process is dead");
}
