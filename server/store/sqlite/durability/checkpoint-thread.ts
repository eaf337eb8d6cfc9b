import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { crc32 } from "node:zlib";
import Database from "better-sqlite3";
import type { Answer, MoverData, Question } from "./mover.ts";
import { FRAME_HEADER, readFrames, readHeader } from "./wal-frames.ts";

/*
 * Moves the bulk of the write-ahead log to the main file while commits go on. A read transaction holds a place in the
 * log: a checkpoint moves nothing beyond it, so what is moved is what was summed. The checksums are kept by whoever
 * asked, between the two steps.
 */

const { file, pageSize } = workerData as MoverData;
const [reader, mover] = [new Database(file, { readonly: true }), new Database(file)];
mover.pragma("wal_autocheckpoint = 0");
// Stays open as long as the database is: closing it earlier would let go of this process's locks on the file.
const main = openSync(file, "r");

const hold = reader.prepare("SELECT count(*) FROM sqlite_schema");
const look = mover.prepare<[], { log: number }>("PRAGMA wal_checkpoint(NOOP)");
const move = mover.prepare("PRAGMA wal_checkpoint(PASSIVE)");

/** Checksums of the pages in the log so far, the last image of each; the place is held until they are moved. */
function sum(after: { readonly log: string; readonly frame: number }): Answer {
  reader.exec("BEGIN");
  hold.get();
  const through = look.get()?.log ?? 0;
  const last = new Map<number, number>();
  const fd = openSync(`${file}-wal`, "r");
  try {
    const log = readHeader(fd)?.salts.join() ?? "";
    const from = log === after.log ? after.frame + 1 : 1;
    for (const { page, bytes } of readFrames(fd, pageSize, from, through)) {
      last.set(page, crc32(bytes.subarray(FRAME_HEADER)));
    }
    return { kind: "sums", log, through, sums: [...last] };
  } finally {
    closeSync(fd);
  }
}

function moveHeld(): Answer {
  move.get();
  // SQLite syncs the main file only when the whole log was moved.
  fdatasyncSync(main);
  return { kind: "moved" };
}

function letGo(): void {
  if (reader.inTransaction) reader.exec("ROLLBACK");
}

function answer(question: Question): Answer {
  try {
    if (question.kind === "sum") return sum(question.after);
    const answered = question.kind === "move" ? moveHeld() : ({ kind: "moved" } as const);
    letGo();
    return answered;
  } catch (error) {
    letGo();
    return { kind: "failed", why: String(error) };
  }
}

parentPort?.on("message", (question: Question) => {
  if (question.kind !== "end") {
    parentPort?.postMessage(answer(question));
    return;
  }
  letGo();
  reader.close();
  mover.close();
  closeSync(main);
  parentPort?.close();
});
