import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { crc32 } from "node:zlib";

/*
 * Checksums of the database's pages, in a file beside it (`-sums`).
 *
 * The main file changes in checkpoints only, and those are ours (checkpoint.ts): before one, the checksums of the
 * pages it will write are appended here and synced. A page that the write-ahead log still holds may be old or new in
 * the main file, and is not looked at, as the log has the truth. Every other page must fit its newest checksum.
 *
 * The file: "FSTLSUMS", the database's application id (which tells one copy of it from another), the page size, whether
 * the store was closed (1) or is in use (0); then records of: count, count x (page, crc32), crc32 of the record. All
 * numbers are unsigned, 32 bits, little-endian.
 *
 * A store that was not closed leaves its write-ahead log behind. When that is gone, another program has moved it into
 * the main file, and the checksums say nothing any more.
 */

const MAGIC = "FSTLSUMS";
const HEADER = 20;
const CLOSED = 16;
/** Superseded entries in the file before it is written anew. */
const MOST_SUPERSEDED = 250_000;

/** The checksum of each page, from 1. One that happens to be 0 counts as none. */
export class Sums {
  #sums = new Uint32Array(1_024);
  /** The highest page that has one. */
  last = 0;

  get(page: number): number | undefined {
    return this.#sums[page] || undefined;
  }

  set(page: number, crc: number): void {
    if (page >= this.#sums.length) {
      const longer = new Uint32Array(Math.max(page + 1, this.#sums.length * 2));
      longer.set(this.#sums);
      this.#sums = longer;
    }
    this.#sums[page] = crc;
    this.last = Math.max(this.last, page);
  }

  *entries(): Generator<[page: number, crc: number]> {
    for (let page = 1; page <= this.last; page++) yield [page, this.#sums[page] ?? 0];
  }
}

export interface DatabaseHeader {
  readonly pageSize: number;
  readonly applicationId: number;
}

/** Null when the file does not begin like a SQLite database. */
export function readDatabaseHeader(file: string): DatabaseHeader | null {
  const bytes = Buffer.alloc(100);
  const fd = openSync(file, "r");
  try {
    if (readSync(fd, bytes, 0, 100, 0) < 100) return null;
  } finally {
    closeSync(fd);
  }
  if (bytes.toString("latin1", 0, 16) !== "SQLite format 3\0") return null;
  const pageSize = bytes.readUInt16BE(16);
  return { pageSize: pageSize === 1 ? 65_536 : pageSize, applicationId: bytes.readUInt32BE(68) };
}

/**
 * The newest checksum of each page; null when there is no file, it belongs to another copy, or cannot be trusted.
 * @param walLeft whether a write-ahead log is there
 */
export function readSums(path: string, database: DatabaseHeader, walLeft: boolean): Sums | null {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  if (bytes.length < HEADER || bytes.toString("latin1", 0, 8) !== MAGIC) return null;
  if (bytes.readUInt32LE(8) !== database.applicationId || bytes.readUInt32LE(12) !== database.pageSize)
    return null;
  if (bytes.readUInt32LE(CLOSED) !== 1 && !walLeft) return null;
  const sums = new Sums();
  for (let at = HEADER; at < bytes.length; ) {
    const count = at + 4 <= bytes.length ? bytes.readUInt32LE(at) : 0;
    const end = at + 4 + count * 8;
    // An interrupted append: its checkpoint had not begun, but what else is wrong cannot be known.
    if (end + 4 > bytes.length || crc32(bytes.subarray(at, end)) !== bytes.readUInt32LE(end)) return null;
    for (let i = at + 4; i < end; i += 8) sums.set(bytes.readUInt32LE(i), bytes.readUInt32LE(i + 4));
    at = end + 4;
  }
  return sums;
}

/** Pages of the main file that do not fit their checksum, those in the write-ahead log left out. */
export function misfits(
  file: string,
  sums: Sums,
  database: DatabaseHeader,
  inWal: ReadonlySet<number>,
): number[] {
  const wrong: number[] = [];
  let pages = 0;
  for (const [page, crc] of pageSums(file, database.pageSize)) {
    pages = page;
    if (!inWal.has(page) && (sums.get(page) ?? crc) !== crc) wrong.push(page);
  }
  for (let page = pages + 1; page <= sums.last; page++) if (!inWal.has(page)) wrong.push(page);
  return wrong;
}

/** The checksum of every whole page of a file. */
export function* pageSums(file: string, pageSize: number): Generator<[page: number, crc: number]> {
  const fd = openSync(file, "r");
  try {
    const pages = Math.floor(fstatSync(fd).size / pageSize);
    const each = Math.max(1, Math.floor(2 ** 20 / pageSize));
    const bytes = Buffer.alloc(each * pageSize);
    for (let first = 0; first < pages; first += each) {
      const read = readSync(fd, bytes, 0, bytes.length, first * pageSize);
      for (let i = 0; i < Math.floor(read / pageSize); i++) {
        yield [first + i + 1, crc32(bytes.subarray(i * pageSize, (i + 1) * pageSize))];
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** Writes the file anew and whole, or leaves the old one. */
export function writeSums(
  path: string,
  database: DatabaseHeader,
  sums: Iterable<[number, number]>,
  closed: 0 | 1,
): void {
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  const fd = openSync(draft, "w", 0o600);
  try {
    const header = Buffer.alloc(HEADER);
    header.write(MAGIC, "latin1");
    header.writeUInt32LE(database.applicationId, 8);
    header.writeUInt32LE(database.pageSize, 12);
    header.writeUInt32LE(closed, CLOSED);
    writeSync(fd, header);
    writeSync(fd, recordOf([...sums]));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, path);
}

function recordOf(entries: readonly (readonly [page: number, crc: number])[]): Buffer {
  const record = Buffer.alloc(4 + entries.length * 8 + 4);
  record.writeUInt32LE(entries.length, 0);
  let at = 4;
  for (const [page, crc] of entries) {
    record.writeUInt32LE(page, at);
    record.writeUInt32LE(crc, at + 4);
    at += 8;
  }
  record.writeUInt32LE(crc32(record.subarray(0, at)), at);
  return record;
}

type Entries = readonly (readonly [page: number, crc: number])[];

/** Appends the checksums of coming checkpoints, and writes the file anew when most of it is superseded. */
export class SumsFile {
  readonly #path: string;
  readonly #database: DatabaseHeader;
  readonly #sums: Sums;
  #superseded = 0;
  #fd: number;

  /** @param sums what the file holds; it is written anew with them */
  constructor(path: string, database: DatabaseHeader, sums: Sums) {
    this.#path = path;
    this.#database = database;
    this.#sums = sums;
    this.#fd = this.#rewrite();
  }

  /** On disk when this returns. */
  append(entries: Entries): void {
    if (this.#add(entries)) this.#trying(() => fdatasyncSync(this.#fd));
  }

  /** On disk when it resolves; the disk is waited for in another thread. */
  async appendSoon(entries: Entries): Promise<void> {
    if (!this.#add(entries)) return;
    await new Promise<void>((resolve, reject) => {
      fdatasync(this.#fd, (error) => {
        if (error === null) return resolve();
        this.#superseded = Number.POSITIVE_INFINITY;
        reject(error);
      });
    });
  }

  /** @returns whether they have to be synced */
  #add(entries: Entries): boolean {
    if (entries.length === 0) return false;
    for (const [page, crc] of entries) {
      if (this.#sums.get(page) !== undefined) this.#superseded += 1;
      this.#sums.set(page, crc);
    }
    if (this.#superseded > MOST_SUPERSEDED) {
      const fd = this.#rewrite();
      closeSync(this.#fd);
      this.#fd = fd;
      return false;
    }
    this.#trying(() => writeSync(this.#fd, recordOf(entries)));
    return true;
  }

  /** Half a record (a full disk) makes what follows unreadable: the next time the file is written anew. */
  #trying(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#superseded = Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  /** After the database was closed with an empty write-ahead log. Without room for them there are no checksums. */
  close(): void {
    closeSync(this.#fd);
    try {
      writeSums(this.#path, this.#database, this.#sums.entries(), 1);
    } catch {
      rmSync(this.#path, { force: true });
    }
  }

  /** When the checksums could not be kept up: the next start checks the database itself. */
  discard(): void {
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
  }

  #rewrite(): number {
    writeSums(this.#path, this.#database, this.#sums.entries(), 0);
    this.#superseded = 0;
    return openSync(this.#path, "a");
  }
}
