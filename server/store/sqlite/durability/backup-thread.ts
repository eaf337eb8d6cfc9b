import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";
import type { BackupOrder } from "./backup.ts";
import { Connection } from "./connection.ts";
import { keepSums, nameCopy } from "./integrity.ts";

/*
 * Copies the database while the store goes on committing: in one read transaction, so that the copy is what was
 * committed when it began. Meanwhile the write-ahead log grows; checkpoints catch up afterwards.
 */

const ALL_PAGES = 0x7fff_ffff;

if (parentPort !== null) parentPort.postMessage(await copied(workerData as BackupOrder));

async function copied({ from, to }: BackupOrder): Promise<string | null> {
  try {
    const source = new Database(from, { readonly: true });
    await source.backup(to, { progress: () => ALL_PAGES });
    source.close();
    finishCopy(to);
    return null;
  } catch (error) {
    return `The backup to ${to} failed: ${error instanceof Error ? error.message : error}.`;
  }
}

/** Gives the copy a name and checksums of its own, so that damage to the backup is found when it is put in place. */
function finishCopy(file: string): void {
  const copy = new Connection(file);
  copy.open();
  nameCopy(copy);
  const { sums } = keepSums(copy, null);
  copy.close();
  sums.close();
}
