import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import type { Store } from "../contract.ts";
import { type Base, pause } from "./base.ts";
import { Connection } from "./connection.ts";
import { keepSums, nameCopy, sumsPath } from "./integrity.ts";

/** Pages copied between two turns of the event loop: under a millisecond. */
const PAGES_PER_TURN = 200;

const TABLES = [
  "inputs",
  "event_ids",
  "receptions",
  "dead_letters",
  "daily",
  "units",
  "snapshots",
  "contacts",
  "identities",
  "memberships",
  "erased",
  "accounts",
  "persons",
  "matches",
  "decisions",
  "deliveries",
  "sent_copies",
  "alerts",
  "outcomes",
  "feedback",
  "incidents",
  "scores",
  "score_history",
  "features",
  "tenants",
  "tokens",
  "sources",
  "channels",
  "audit",
] as const;

/** Copies the database while it is in use; the copy is what was committed when it ends. */
export function copies({ connection }: Base): Pick<Store, "backup" | "counts"> {
  return {
    async backup(toFile) {
      if (existsSync(toFile)) throw new Error(`${toFile} exists already; a backup never overwrites`);
      closeSync(openSync(toFile, "wx", 0o600));
      await connection.db.backup(toFile, { progress: () => PAGES_PER_TURN });
      chmodSync(toFile, 0o600);
      await pause();
      finishCopy(toFile);
    },
    async counts() {
      const count = (table: string) =>
        connection.filtered<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0;
      return Object.fromEntries(TABLES.map((table) => [table, count(table)]));
    },
  };
}

/** Gives the copy a name and checksums of its own, so that damage to the backup is found when it is put in place. */
function finishCopy(file: string): void {
  const copy = new Connection(file);
  copy.open();
  nameCopy(copy);
  const { sums } = keepSums(copy, null);
  copy.close();
  sums.close();
  if (!existsSync(sumsPath(file))) throw new Error(`the checksums of ${file} could not be written`);
}
