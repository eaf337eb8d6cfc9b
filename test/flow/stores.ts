import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openSqliteStore } from "../../server/store/sqlite/store.ts";
import { type FlowStore, memoryStore } from "./memory-store.ts";

export interface StoreKind {
  readonly name: string;
  open(): Promise<FlowStore>;
}

/** The suites about the pipeline hold on each of them. */
export const STORES: readonly StoreKind[] = [
  { name: "memory", open: async () => memoryStore() },
  { name: "SQLite", open: sqlite },
];

/** Closed and removed when the test is over. */
async function sqlite(): Promise<FlowStore> {
  const dir = mkdtempSync(join(tmpdir(), "forestall-flow-"));
  const store = openSqliteStore({
    file: join(dir, "forestall.db"),
    secretKey: new Uint8Array(32).fill(7),
    now: () => Date.UTC(2026, 2, 2, 12),
  });
  await store.open();
  onTestFinished(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return plain(store);
}

/** Methods of the store as an object that can be spread and overridden. */
function plain(store: FlowStore): FlowStore {
  const {
    commit,
    probe,
    lastSeq,
    known,
    loadUnits,
    saveUnits,
    dueUnits,
    unitsBefore,
    checkpoint,
    setCheckpoint,
    judgedBy,
    setJudgedBy,
  } = store;
  const {
    inputs,
    identify,
    memberships,
    erased,
    stopped,
    person,
    messagesElsewhere,
    dueDeliveries,
    delivery,
    deliveries,
    served,
  } = store;
  const writing = { commit, probe, saveUnits, setCheckpoint, setJudgedBy };
  const reading = {
    lastSeq,
    known,
    loadUnits,
    dueUnits,
    unitsBefore,
    checkpoint,
    judgedBy,
    served,
    inputs,
    identify,
    memberships,
    erased,
    stopped,
  };
  return { ...writing, ...reading, person, messagesElsewhere, dueDeliveries, delivery, deliveries };
}
