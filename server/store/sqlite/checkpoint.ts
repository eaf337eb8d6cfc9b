import { closeSync, openSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Connection, Query } from "./connection.ts";
import type { SumsFile } from "./page-sums.ts";
import { FRAME_HEADER, readFrames, readHeader } from "./wal-frames.ts";

/** Frames in the write-ahead log before its pages are moved to the main file: 4 MB. */
const MOST_FRAMES = 1_000;

interface Progress {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Moves pages from the write-ahead log to the main file, the only writes that file gets. It runs between commits, not
 * in one, and writes down the pages' checksums first.
 */
export class Checkpointer {
  readonly #connection: Connection;
  readonly #sums: SumsFile;
  readonly #pageSize: number;
  readonly #look: Query<Progress>;
  readonly #move: Query<Progress>;
  readonly #empty: Query<Progress>;
  #scheduled: NodeJS.Immediate | null = null;
  /** Frames in the log at the last attempt; a reader (a backup) may have kept some of them there. */
  #tried = 0;
  /** The log, by its salts, and the frame up to which the checksums of its pages are written. */
  #summed = { log: "", through: 0 };

  constructor(connection: Connection, sums: SumsFile, pageSize: number) {
    this.#connection = connection;
    this.#sums = sums;
    this.#pageSize = pageSize;
    this.#look = connection.query("PRAGMA wal_checkpoint(NOOP)");
    this.#move = connection.query("PRAGMA wal_checkpoint(PASSIVE)");
    this.#empty = connection.query("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** After a commit: a checkpoint soon, when the log has grown long. */
  afterCommit(): void {
    const frames = this.#look.get()?.log ?? 0;
    if (frames < this.#tried) this.#tried = 0;
    if (this.#scheduled !== null || frames < this.#tried + MOST_FRAMES) return;
    this.#tried = frames;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = null;
      this.#attempt();
    });
  }

  /** Everything goes to the main file, and the log becomes empty on disk. False while a reader holds that up. */
  truncate(): boolean {
    const { db } = this.#connection;
    this.#writeSums();
    const patience = Number(db.pragma("busy_timeout", { simple: true }));
    db.pragma("busy_timeout = 0");
    try {
      return this.#empty.get()?.busy === 0;
    } finally {
      db.pragma(`busy_timeout = ${patience}`);
    }
  }

  stop(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
  }

  /** One that fails (a full disk) loses nothing: the log stays as it is, and the next commit asks again. */
  #attempt(): void {
    try {
      if (!this.#connection.isOpen) return;
      this.#writeSums();
      this.#move.get();
    } catch {
      // The commits themselves report what is wrong with the disk.
    }
  }

  /** Of what the main file does not have yet; the last image of each page counts. */
  #writeSums(): void {
    const { log = 0, checkpointed = 0 } = this.#look.get() ?? {};
    if (log <= checkpointed) return;
    const last = new Map<number, number>();
    const fd = openSync(`${this.#connection.file}-wal`, "r");
    try {
      const name = readHeader(fd)?.salts.join() ?? "";
      const done = name === this.#summed.log ? this.#summed.through : 0;
      for (const { page, bytes } of readFrames(fd, this.#pageSize, Math.max(done, checkpointed) + 1, log)) {
        last.set(page, crc32(bytes.subarray(FRAME_HEADER)));
      }
      this.#sums.append([...last]);
      this.#summed = { log: name, through: log };
    } finally {
      closeSync(fd);
    }
  }
}
