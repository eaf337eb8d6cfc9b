import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { PlainError } from "./errors.ts";

/**
 * One process at a time may use a data folder. The lock is an exclusive SQLite lock on an empty file: the kernel lets
 * go of it when the process ends, however it ends, so there is no stale lock to guess about, and no process id that
 * meanwhile belongs to somebody else. A note beside it says who holds it, for people only.
 */
export interface FolderLock {
  release(): void;
}

/** Somebody else uses the folder. */
export class FolderLocked extends PlainError {
  override readonly name = "FolderLocked";
  readonly holder: LockHolder | null;
  constructor(folder: string, holder: LockHolder | null, cause: unknown) {
    const who = holder === null ? "another process" : `${holder.purpose} (process ${holder.pid})`;
    super(`${who} is using ${folder}; let it finish or stop it, or use another folder.`, { cause });
    this.holder = holder;
  }
}

export interface LockHolder {
  readonly pid: number;
  /** What it does, as the person who started it would say: `forestall serve`. */
  readonly purpose: string;
}

const LOCK = "lock.db";
const NOTE = "lock.json";

/** Connections nobody refers to are closed by the garbage collector, and with them their locks would be gone. */
const HELD = new Set<Database.Database>();

/**
 * Takes the lock at once or not at all. Makes the folder, readable by its owner only, when it is not there.
 * @throws FolderLocked
 */
export function lockFolder(folder: string, purpose: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new Database(join(folder, LOCK), { timeout: 0 });
  try {
    // An exclusive transaction that writes nothing, so no journal is needed beside it.
    database.pragma("journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) throw new FolderLocked(folder, readNote(folder), error);
    throw error;
  }
  writeNote(folder, purpose);
  HELD.add(database);
  return {
    release() {
      if (!HELD.delete(database)) return;
      rmSync(join(folder, NOTE), { force: true });
      database.exec("ROLLBACK");
      database.close();
    },
  };
}

/** On a full disk there is no note, and the lock holds all the same. */
function writeNote(folder: string, purpose: string): void {
  try {
    writeFileSync(join(folder, NOTE), JSON.stringify({ pid: process.pid, purpose }), { mode: 0o600 });
  } catch {
    rmSync(join(folder, NOTE), { force: true, recursive: true });
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");
}

function readNote(folder: string): LockHolder | null {
  try {
    const note: unknown = JSON.parse(readFileSync(join(folder, NOTE), "utf8"));
    if (typeof note !== "object" || note === null || !("pid" in note) || !("purpose" in note)) return null;
    const { pid, purpose } = note;
    return typeof pid === "number" && typeof purpose === "string" ? { pid, purpose } : null;
  } catch {
    return null;
  }
}
