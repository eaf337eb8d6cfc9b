import { closeSync, openSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Connection, Query } from "./connection.ts";
import { Mover } from "./mover.ts";
import type { SumsFile } from "./page-sums.ts";
import { FRAME_HEADER, readFrames, readHeader } from "./wal-frames.ts";

/** Frames in the write-ahead log before its pages are moved to the main file: 8 MB. */
const MOST_FRAMES = 2_000;
/** Commits after which the log's length is looked at: the look costs as much as a small commit's statements. */
const LOOK_EVERY = 16;
/** So few frames are moved between two commits: nobody waits long for it. */
const FEW_FRAMES = 200;
/** Rounds of the thread, in each of which less has come in the meantime. */
const MOST_ROUNDS = 4;

interface Progress {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Moves pages from the write-ahead log to the main file, the only writes that file gets. (The `checkpoint` of the
 * contract is another thing: a position of our own log, see units.ts.)
 *
 * A commit is durable once the write-ahead log is synced, and stays so by the log alone: the main file may be any
 * number of commits behind, and SQLite lets the log begin anew only when the main file has, and has synced, all of it.
 * So nothing here can lose a commit, and a crash at any moment leaves at worst work to do again. What must hold is one
 * order: no page is written to the main file before its checksum is on disk in `-sums`. Else a start would take a page
 * that was moved rightly for a damaged one.
 *
 * It is in one of these modes.
 *
 * - *At rest.* Commits only lengthen the log. After every sixteenth its length is looked at; 2,000 frames more than
 *   after the last attempt begin a checkpoint.
 * - *Moving the bulk* (`#moving`, up to four rounds). The thread opens a read transaction, which pins the end of the
 *   log as it is now, and sums every page up to there (`sum`). We append the sums and sync them. Then the thread moves
 *   what it holds, which SQLite lets it do up to the pin only, and syncs the main file (`move`); when the sums could
 *   not be written, it lets go instead. Commits go on all the while, behind the pin. Each round has less to do than the one
 *   before.
 * - *Moving the rest.* What is left, as a rule under 200 frames, on our own connection between two commits, sums first.
 *   If no reader holds a place in the log, all of it has moved, and the next commit writes at its beginning: the log
 *   has new salts, by which `#summed` knows that it starts from the first frame.
 * - *Held up.* A reader, such as a backup, keeps its place, and with it the log. `#tried` remembers the length, so that
 *   the next attempt comes when 2,000 more frames have gathered, not with every commit.
 * - *Emptying* (`truncate`: at the start, at the end, after an erasure). The same in one step, and the log is cut to
 *   nothing, so that what was overwritten is in no file. It does not wait: while a reader or a checkpoint holds it up
 *   it answers false, and whoever must have it asks again.
 * - *Stopped* (`stop`). None begins; the one under way ends first. The thread ends after the database was closed, as it
 *   holds the process's locks on the file.
 *
 * One that fails, as on a full disk, leaves the log as it is: the commits themselves report what is wrong, and a later
 * one begins the next attempt.
 */
export class Checkpointer {
  readonly #connection: Connection;
  readonly #sums: SumsFile;
  readonly #pageSize: number;
  readonly #mover: Mover;
  readonly #look: Query<Progress>;
  readonly #move: Query<Progress>;
  readonly #empty: Query<Progress>;
  #commits = 0;
  #moving: Promise<void> | null = null;
  #stopped = false;
  /** Frames in the log after the last attempt; a reader (a backup) may have kept some of them there. */
  #tried = 0;
  /** The log, by its salts, and the frame up to which the checksums of its pages are written. */
  #summed = { log: "", frame: 0 };

  constructor(connection: Connection, sums: SumsFile, pageSize: number) {
    this.#connection = connection;
    this.#sums = sums;
    this.#pageSize = pageSize;
    this.#mover = new Mover({ file: connection.file, pageSize });
    this.#look = connection.query("PRAGMA wal_checkpoint(NOOP)");
    this.#move = connection.query("PRAGMA wal_checkpoint(PASSIVE)");
    this.#empty = connection.query("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** After a commit: a checkpoint soon, when the log has grown long. */
  afterCommit(): void {
    if (this.#moving !== null || this.#stopped || ++this.#commits < LOOK_EVERY) return;
    this.#commits = 0;
    const frames = this.#look.get()?.log ?? 0;
    if (frames < this.#tried) this.#tried = 0;
    if (frames < this.#tried + MOST_FRAMES) return;
    this.#moving = this.#checkpoint().finally(() => {
      this.#moving = null;
    });
  }

  /**
   * Everything goes to the main file, and the log becomes empty on disk. False while a reader, or a checkpoint that
   * is under way, holds that up.
   */
  truncate(): boolean {
    if (this.#moving !== null) return false;
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

  /** No checkpoint begins any more; resolves when none is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#moving;
  }

  /** After the database was closed. */
  end(): Promise<void> {
    return this.#mover.end();
  }

  async #checkpoint(): Promise<void> {
    try {
      for (let round = 0; round < MOST_ROUNDS && this.#ahead() > FEW_FRAMES; round++) await this.#moveBulk();
      // A turn of its own: never inside a transaction.
      await new Promise((resolve) => setImmediate(resolve));
      if (!this.#connection.isOpen) return;
      this.#writeSums();
      this.#move.get();
      this.#tried = this.#look.get()?.log ?? 0;
    } catch {
      // The commits themselves report what is wrong with the disk.
    }
  }

  /** Frames that are not in the main file. */
  #ahead(): number {
    if (!this.#connection.isOpen || this.#stopped) return 0;
    const { log = 0, checkpointed = 0 } = this.#look.get() ?? {};
    return log - checkpointed;
  }

  async #moveBulk(): Promise<void> {
    const answer = await this.#mover.ask({ kind: "sum", after: this.#summed });
    if (answer.kind !== "sums") return;
    try {
      await this.#sums.appendSoon(answer.sums);
      this.#summed = { log: answer.log, frame: answer.through };
    } catch (error) {
      await this.#mover.ask({ kind: "let go" });
      throw error;
    }
    await this.#mover.ask({ kind: "move" });
  }

  /** Of what the main file does not have yet; the last image of each page counts. */
  #writeSums(): void {
    const { log = 0, checkpointed = 0 } = this.#look.get() ?? {};
    if (log <= checkpointed) return;
    const last = new Map<number, number>();
    const fd = openSync(`${this.#connection.file}-wal`, "r");
    try {
      const name = readHeader(fd)?.salts.join() ?? "";
      const done = name === this.#summed.log ? this.#summed.frame : 0;
      for (const { page, bytes } of readFrames(fd, this.#pageSize, Math.max(done, checkpointed) + 1, log)) {
        last.set(page, crc32(bytes.subarray(FRAME_HEADER)));
      }
      this.#sums.append([...last]);
      this.#summed = { log: name, frame: log };
    } finally {
      closeSync(fd);
    }
  }
}
