import type { Millis } from "../../core/time.ts";
import { type RecordRefused, type Store, StoreUnavailable } from "../contract.ts";
import { CannotUnseal, createVault, type Vault } from "../vault.ts";
import { administration } from "./administration.ts";
import type { Base } from "./base.ts";
import { directory } from "./directory.ts";
import { copies } from "./durability/backup.ts";
import { Checkpointer } from "./durability/checkpoint.ts";
import { Connection } from "./durability/connection.ts";
import { checkStructure, inspectFiles, keepSums } from "./durability/integrity.ts";
import { migrate, writeMeta } from "./durability/migrate.ts";
import type { SumsFile } from "./durability/page-sums.ts";
import { settledFirst } from "./effects/settled-first.ts";
import { WaitingEffects } from "./effects/waiting-effects.ts";
import { committer } from "./log/commit.ts";
import { log } from "./log/log.ts";
import { CAPACITY, Tail } from "./log/tail.ts";
import { units } from "./log/units.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { Names } from "./names.ts";
import { erasure } from "./privacy/erase.ts";
import { exports } from "./privacy/export.ts";
import { retention } from "./privacy/retain.ts";
import { deliveries, sentCopies } from "./read/deliveries.ts";
import { features } from "./read/features.ts";
import { lists } from "./read/lists.ts";
import { risks } from "./read/risks.ts";
import { served } from "./read/served.ts";
import { summary } from "./read/summary.ts";
import { tracing } from "./read/trace.ts";
import { LeavesNothingOut, Unreadable } from "./unreadable.ts";

export interface SqliteStoreOptions {
  /** The database; `-wal`, `-shm` and `-sums` are kept beside it. One process may have it open. */
  readonly file: string;
  /** FORESTALL_SECRET_KEY, at least 32 bytes. */
  readonly secretKey: Uint8Array;
  readonly now: () => Millis;
  /** Log entries kept in memory before they are indexed. */
  readonly indexAfter?: number;
  /** Told of each record that cannot be read, once. */
  readonly onUnreadable?: (refused: RecordRefused) => void;
  /** What the file is reached through; a connection of its own unless given. */
  readonly connection?: Connection;
}

/** A store in one SQLite file. Nothing is touched before `open()`. */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  const { unsettled, waiting } = storeParts(options);
  return settledFirst(unsettled, waiting);
}

/** The store as it is made of its parts: whoever asks `unsettled` does not see the effects that are `waiting`. */
export function storeParts({ file, secretKey, now, ...options }: SqliteStoreOptions): {
  readonly unsettled: Store;
  readonly waiting: WaitingEffects;
} {
  const connection = options.connection ?? new Connection(file);
  const names = new Names(connection);
  const tail = new Tail(connection, names, now, options.indexAfter ?? CAPACITY);
  const unreadable = new Unreadable(options.onUnreadable);
  const base: Base = { connection, names, tail, vault: createVault(secretKey), now, unreadable };
  // What is exported is all there is, or nothing.
  const whole: Base = { ...base, unreadable: new LeavesNothingOut(unreadable) };
  const waiting = new WaitingEffects(base);
  const commit = committer(base, waiting);
  const life = lifetime(base, waiting);

  const reads = readsOf(base);
  const unsettled: Store = {
    open: life.open,
    close: life.close,
    async commit(batch) {
      commit(batch);
      await connection.sync();
      waiting.soon();
    },
    async probe() {
      return connection.isOpen && canWrite(base);
    },
    ...units(base),
    ...reads,
    ...tracing(base, reads.scoreHistory),
    ...summary(base),
    ...administration(base),
    ...features(base),
    ...copies(base),
    ...erasure(base, life.checkpointer),
    ...exports(whole, readsOf(whole), () => waiting.now()),
    async unreadable() {
      return unreadable.met.map(({ where, message }) => ({ where, message }));
    },
  };
  return { unsettled, waiting };
}

function readsOf(base: Base) {
  return {
    ...log(base),
    ...directory(base),
    ...lists(base),
    ...risks(base),
    ...deliveries(base),
    ...served(base),
    ...sentCopies(base),
    ...retention(base),
  };
}

function lifetime(base: Base, waiting: WaitingEffects) {
  const { connection, names, tail, vault } = base;
  let running: { readonly checkpointer: Checkpointer; readonly sums: SumsFile } | null = null;
  connection.onCommit(() => running?.checkpointer.afterCommit());
  return {
    checkpointer(): Checkpointer {
      if (running === null) throw new StoreUnavailable("the store is not open");
      return running.checkpointer;
    },
    async open(): Promise<void> {
      const found = inspectFiles(connection.file);
      try {
        connection.open();
        checkStructure(connection, found !== null);
        migrate(connection, MIGRATIONS);
        checkKey(base, vault);
        names.forget();
        tail.load();
        waiting.resume();
        const { sums, pageSize } = keepSums(connection, found);
        running = { sums, checkpointer: new Checkpointer(connection, sums, pageSize) };
        // A process that was killed over an erasure may have left words in the write-ahead log.
        running.checkpointer.truncate();
      } catch (error) {
        connection.close();
        throw connection.failure(error);
      }
    },
    async close(): Promise<void> {
      if (running === null) return;
      const { checkpointer, sums } = running;
      running = null;
      await checkpointer.stop();
      let moved = false;
      try {
        waiting.stop();
        checkpointer.truncate();
        moved = true;
      } finally {
        connection.close();
        await checkpointer.end();
        if (moved) sums.close();
        else sums.discard();
      }
    },
  };
}

/** Another key could read no contact and no secret: better to say so at the start. */
function checkKey({ connection }: Base, vault: Vault): void {
  const place = ["", "key-check"];
  const kept = connection
    .query<{ value: Uint8Array }>("SELECT m.value FROM meta m WHERE m.name = 'key_check'")
    .get();
  if (kept === undefined) {
    connection.write(() => writeMeta(connection, "key_check", vault.wrapJson(place, "forestall")));
    return;
  }
  try {
    vault.unwrapJson(place, kept.value);
  } catch (cause) {
    if (!(cause instanceof CannotUnseal)) throw cause;
    throw new StoreUnavailable(
      `FORESTALL_SECRET_KEY is not the key that ${connection.file} was written with; set the one it had`,
      { cause },
    );
  }
}

/** A small write that needs new pages, and leaves nothing. */
function canWrite({ connection }: Base): boolean {
  try {
    connection.write(() => {
      connection.filtered("INSERT INTO meta (name, value) VALUES ('probe', zeroblob(65536))").run();
      connection.filtered("DELETE FROM meta WHERE name = 'probe'").run();
    });
    return true;
  } catch {
    return false;
  }
}
