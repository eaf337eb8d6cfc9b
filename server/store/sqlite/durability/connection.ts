import { chmodSync, closeSync, existsSync, fdatasync, fdatasyncSync, openSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { RecordRefused, StoreDamaged, StoreUnavailable } from "../../contract.ts";

export type Value = string | number | Uint8Array | null;

type Bound = (Value | { readonly [name: string]: Value })[];

/** A statement that is prepared the first time it is used, so that parts can be put together before the file is open. */
export interface Query<Row> {
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
  /** How many rows changed. */
  run(...values: Value[]): number;
}

/** How long to wait for another process (a backup tool, `sqlite3`) that holds a lock. */
const BUSY_TIMEOUT_MS = 2_000;
/** Page cache in KiB. The hot pages of the two indexes in random order have to fit. */
const CACHE_KIB = 64 * 1024;
const OWNER_ONLY = 0o600;

/**
 * The one connection to the database file. Everything on it is synchronous, so a transaction is never interleaved
 * with anything else; nothing may be awaited inside one.
 */
export class Connection {
  readonly file: string;
  #db: Database.Database | null = null;
  /** The write-ahead log, to sync it; opened when there is something in it. */
  #wal: number | null = null;
  #opened = 0;
  readonly #rollbacks: (() => void)[] = [];
  readonly #commits: (() => void)[] = [];
  readonly #filtered = new Map<string, Query<unknown>>();

  constructor(file: string) {
    this.file = file;
  }

  get db(): Database.Database {
    if (this.#db === null) throw new StoreUnavailable("the store is not open");
    return this.#db;
  }

  get isOpen(): boolean {
    return this.#db !== null;
  }

  open(): void {
    createPrivately(this.file);
    const db = new Database(this.file, { timeout: BUSY_TIMEOUT_MS });
    try {
      db.pragma("journal_mode = WAL");
      // The answer to a webhook goes out after the commit: the log must be on disk by then, after a power cut too.
      // SQLite sees to that around checkpoints; after a commit we do (`sync`), as it would hold up everything else.
      db.pragma("synchronous = NORMAL");
      // What is deleted is overwritten with zeros: erasure must leave nothing in free pages.
      db.pragma("secure_delete = ON");
      db.pragma("foreign_keys = ON");
      db.pragma(`cache_size = -${CACHE_KIB}`);
      db.pragma("temp_store = MEMORY");
      // Checkpoints run between commits, after the checksums of the pages (checkpoint.ts), never inside one.
      db.pragma("wal_autocheckpoint = 0");
    } catch (error) {
      db.close();
      throw error;
    }
    this.#db = db;
    this.#opened += 1;
    this.#filtered.clear();
  }

  close(): void {
    if (this.#wal !== null) closeSync(this.#wal);
    this.#wal = null;
    this.#db?.close();
    this.#db = null;
  }

  query<Row>(sql: string): Query<Row> {
    let prepared: Database.Statement<Bound, Row> | null = null;
    let opened = 0;
    const statement = (): Database.Statement<Bound, Row> => {
      if (prepared === null || opened !== this.#opened || this.#db === null) {
        prepared = this.db.prepare<Bound, Row>(sql);
        opened = this.#opened;
      }
      return prepared;
    };
    // The driver takes ?1, ?2 for names, which stand in an object.
    const bind = /\?\d/.test(sql) ? numbered : (values: Value[]): Bound => values;
    // Written out three times: these are called several times for each event.
    return {
      get: (...values) => {
        try {
          return statement().get(...bind(values));
        } catch (error) {
          throw this.failure(error);
        }
      },
      all: (...values) => {
        try {
          return statement().all(...bind(values));
        } catch (error) {
          throw this.failure(error);
        }
      },
      run: (...values) => {
        try {
          return statement().run(...bind(values)).changes;
        } catch (error) {
          throw this.failure(error);
        }
      },
    };
  }

  /** For a query whose filters vary: one statement is kept for each text. */
  filtered<Row>(sql: string): Query<Row> {
    const known = this.#filtered.get(sql) ?? this.query<unknown>(sql);
    this.#filtered.set(sql, known);
    return known as Query<Row>;
  }

  /** What memory has to take back when a transaction fails. */
  onRollback(action: () => void): void {
    this.#rollbacks.push(action);
  }

  /** What memory may believe once a transaction is on disk. */
  onCommit(action: () => void): void {
    this.#commits.push(action);
  }

  /**
   * Runs the action in one transaction; it is on disk when this returns.
   * @throws StoreUnavailable when nothing was written
   */
  write<T>(action: () => T): T {
    const result = this.writeSoon(action);
    try {
      fdatasyncSync(this.#openWal());
    } catch (error) {
      throw this.#unsure(error);
    }
    return result;
  }

  /**
   * The same without waiting for the disk: it is there after the next `write` or `sync` at the latest, or after a
   * crash not at all. For what can be made again, or is synced next.
   */
  writeSoon<T>(action: () => T): T {
    const { db } = this;
    try {
      this.#begin.run();
      const result = action();
      this.#commit.run();
      for (const settle of this.#commits) settle();
      return result;
    } catch (error) {
      if (db.inTransaction) rollBack(db);
      for (const takeBack of this.#rollbacks) takeBack();
      throw this.failure(error);
    }
  }

  /**
   * Resolves when everything written so far is on disk. The disk is waited for in another thread: requests are read
   * and answered meanwhile.
   * @throws StoreUnavailable
   */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#openWal(), (error) => {
        if (error === null) resolve();
        else reject(this.#unsure(error));
      });
    });
  }

  #openWal(): number {
    this.#wal ??= openSync(`${this.file}-wal`, "r");
    return this.#wal;
  }

  /**
   * The disk did not confirm what was written: nobody knows what of it is there, and asking again would be told
   * "yes" without another try. So nothing is taken until a start has read what the disk does have.
   */
  #unsure(cause: unknown): StoreUnavailable {
    this.close();
    const message = `the disk did not confirm what was written to ${this.file}; start again once it works`;
    return new StoreUnavailable(message, { cause });
  }

  /** Every failure of the database in one of the words of the contract, with its cause. */
  failure(error: unknown): Error {
    if (error instanceof StoreDamaged || error instanceof StoreUnavailable) return error;
    // Not the database's fault: what stands in it is of another version.
    if (error instanceof RecordRefused) return error;
    if (isDamage(error)) return damaged(this.file, "SQLite found the file malformed", error);
    const why = error instanceof Error ? error.message : String(error);
    const room = hasRoom(this.file) ? "" : `; the disk of ${this.file} is full: make room there`;
    return new StoreUnavailable(`the database did not take part: ${why}${room}`, { cause: error });
  }

  readonly #begin = this.query("BEGIN IMMEDIATE");
  readonly #commit = this.query("COMMIT");
}

/** Less than this, and SQLite cannot even put its small files beside the database: it then speaks of an I/O error. */
const LEAST_ROOM = 1_000_000;

function hasRoom(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize >= LEAST_ROOM;
  } catch {
    return true;
  }
}

function numbered(values: readonly Value[]): Bound {
  return [Object.fromEntries(values.map((value, i) => [String(i + 1), value]))];
}

function rollBack(db: Database.Database): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // SQLite had rolled back by itself, as it does on a full disk; inTransaction says so from then on.
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

/** Says what is wrong and the commands that put the newest backup in its place. */
export function damaged(file: string, what: string, cause?: unknown): StoreDamaged {
  return new StoreDamaged(
    `The database ${file} is damaged: ${what}. Stop the server, then restore the newest backup: ` +
      `mv ${file} ${file}.damaged; rm -f ${file}-wal ${file}-shm ${file}-sums; cp BACKUP ${file}`,
    { cause },
  );
}

/** The file exists, and only its owner may read it, before SQLite writes a byte; -wal and -shm take over its mode. */
function createPrivately(file: string): void {
  if (existsSync(file)) chmodSync(file, OWNER_ONLY);
  else closeSync(openSync(file, "a", OWNER_ONLY));
}
