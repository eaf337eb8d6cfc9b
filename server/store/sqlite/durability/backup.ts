import { closeSync, existsSync, openSync, renameSync, rmSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { PlainError } from "../../../lib/errors.ts";
import { unwritable } from "../../../lib/output-file.ts";
import type { Records, Store } from "../../contract.ts";
import type { Base } from "../base.ts";
import { sumsPath } from "./integrity.ts";

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
  "stop_list",
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

/** What the thread is told; it answers with an error's text, or with null. */
export interface BackupOrder {
  readonly from: string;
  readonly to: string;
}

export function copies({ connection }: Base): Pick<Store, "backup"> & Pick<Records, "counts"> {
  return {
    async backup(toFile) {
      if (existsSync(toFile)) throw new PlainError(`${toFile} exists already; a backup never overwrites.`);
      const part = `${toFile}.part`;
      const removePart = () => {
        for (const each of [part, sumsPath(part)]) rmSync(each, { force: true });
      };
      try {
        // One that was killed may have left a part.
        removePart();
        closeSync(openSync(part, "wx", 0o600));
      } catch (error) {
        throw unwritable(toFile, error);
      }
      try {
        await inThread({ from: connection.file, to: part });
      } catch (error) {
        removePart();
        throw error;
      }
      // The copy gets its name last: half a backup must not be taken for a whole one.
      renameSync(sumsPath(part), sumsPath(toFile));
      renameSync(part, toFile);
    },
    async counts() {
      const count = (table: string) =>
        connection.filtered<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0;
      return Object.fromEntries(TABLES.map((table) => [table, count(table)]));
    },
  };
}

/** A thread of its own copies and syncs the file, so that no commit waits for it. */
function inThread(order: BackupOrder): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./backup-thread.ts", import.meta.url), { workerData: order });
    let answer: unknown = "The backup ended before it was whole.";
    worker.once("message", (text: unknown) => {
      answer = text;
    });
    worker.once("error", reject);
    worker.once("exit", () => (answer === null ? resolve() : reject(new PlainError(String(answer)))));
  });
}
