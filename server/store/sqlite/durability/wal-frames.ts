import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";

/*
 * Reads SQLite's write-ahead log (https://www.sqlite.org/fileformat2.html#the_write_ahead_log): a header of 32 bytes,
 * then frames of a 24-byte header and one page. Each frame's checksum goes on from the frame before it, and its two
 * salts are those of the header; frames with other salts are left over from before the log began anew.
 */

const WAL_HEADER = 32;
export const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;

interface Header {
  readonly pageSize: number;
  readonly salts: readonly [number, number];
  readonly checksum: Checksum;
  /** Words of the checksum are in this byte order; the low bit of the magic number says which. */
  readonly bigEndian: boolean;
}

type Checksum = readonly [number, number];

export interface Frame {
  /** From 1. */
  readonly index: number;
  readonly page: number;
  readonly commits: boolean;
  readonly salts: readonly [number, number];
  readonly checksum: Checksum;
  readonly bytes: Buffer;
}

/** What a write-ahead log holds that SQLite will recover, and whether something that was on disk cannot be. */
export interface WalReport {
  /** Pages whose newest content is in the log. */
  readonly pages: ReadonlySet<number>;
  /** Committed frames. */
  readonly frames: number;
  /** A plain reason; null when nothing is wrong. A torn end is not: it was never acknowledged. */
  readonly damage: string | null;
}

const EMPTY: WalReport = { pages: new Set(), frames: 0, damage: null };

/**
 * Recovers what SQLite will recover, and looks whether it should have been more: a commit is synced before the next
 * one begins, so an unreadable frame with a whole commit and a later frame after it was damaged on disk. So was one
 * that the shared-memory index, which is written after the sync, knows as committed.
 */
export function inspectWal(file: string): WalReport {
  const wal = `${file}-wal`;
  if (!existsSync(wal)) return EMPTY;
  const fd = openSync(wal, "r");
  try {
    const size = fstatSync(fd).size;
    if (size <= WAL_HEADER) return EMPTY;
    const header = readHeader(fd);
    if (header === null) return { ...EMPTY, damage: "the header of its write-ahead log is unreadable" };
    return inspectFrames(fd, size, header, indexedFrames(`${file}-shm`, header));
  } finally {
    closeSync(fd);
  }
}

function inspectFrames(fd: number, size: number, header: Header, indexed: number): WalReport {
  const pages = new Set<number>();
  let open: number[] = [];
  let committed = 0;
  let checksum = header.checksum;
  let broken = false;
  let wholeCommitAfter = false;
  for (const frame of readFrames(fd, header.pageSize, 1, framesIn(size, header.pageSize))) {
    const ours = frame.salts[0] === header.salts[0] && frame.salts[1] === header.salts[1];
    const fits = ours && sameChecksum(frame.checksum, frameChecksum(checksum, frame, header));
    checksum = frame.checksum;
    if (!broken && fits) {
      open.push(frame.page);
      if (!frame.commits) continue;
      for (const page of open) pages.add(page);
      open = [];
      committed = frame.index;
      continue;
    }
    broken = true;
    if (!ours) continue;
    if (wholeCommitAfter && fits) return { pages, frames: committed, damage: damageAt(committed) };
    // The damaged frame may itself be the one that commits; its header is then still readable, or it is not.
    if (frame.commits) wholeCommitAfter = true;
  }
  const lost = committed < indexed && framesIn(size, header.pageSize) >= indexed;
  return { pages, frames: committed, damage: lost ? damageAt(committed) : null };
}

const damageAt = (frame: number) =>
  `frame ${frame + 1} of its write-ahead log, or one soon after, is unreadable`;

const framesIn = (size: number, pageSize: number) =>
  Math.floor((size - WAL_HEADER) / (FRAME_HEADER + pageSize));

/** Frames from one index to another, both included, read in pieces of about a megabyte. */
export function* readFrames(fd: number, pageSize: number, from: number, to: number): Generator<Frame> {
  const each = FRAME_HEADER + pageSize;
  const most = Math.max(1, Math.floor(2 ** 20 / each));
  for (let first = from; first <= to; first += most) {
    const count = Math.min(most, to - first + 1);
    const bytes = Buffer.alloc(count * each);
    const read = readSync(fd, bytes, 0, bytes.length, WAL_HEADER + (first - 1) * each);
    for (let i = 0; i < Math.floor(read / each); i++) {
      yield frameOf(first + i, bytes.subarray(i * each, (i + 1) * each));
    }
  }
}

function frameOf(index: number, bytes: Buffer): Frame {
  return {
    index,
    page: bytes.readUInt32BE(0),
    commits: bytes.readUInt32BE(4) !== 0,
    salts: [bytes.readUInt32BE(8), bytes.readUInt32BE(12)],
    checksum: [bytes.readUInt32BE(16), bytes.readUInt32BE(20)],
    bytes,
  };
}

/** Null when it is not a header of SQLite's, or its checksum does not fit. */
export function readHeader(fd: number): Header | null {
  const bytes = Buffer.alloc(WAL_HEADER);
  if (readSync(fd, bytes, 0, WAL_HEADER, 0) < WAL_HEADER) return null;
  const magic = bytes.readUInt32BE(0);
  if ((magic & ~1) >>> 0 !== MAGIC) return null;
  const bigEndian = (magic & 1) === 1;
  const checksum: Checksum = [bytes.readUInt32BE(24), bytes.readUInt32BE(28)];
  if (!sameChecksum(checksum, addChecksum([0, 0], bytes, 0, 24, bigEndian))) return null;
  return {
    pageSize: bytes.readUInt32BE(8),
    salts: [bytes.readUInt32BE(16), bytes.readUInt32BE(20)],
    checksum,
    bigEndian,
  };
}

function frameChecksum(before: Checksum, { bytes }: Frame, { bigEndian }: Header): Checksum {
  const head = addChecksum(before, bytes, 0, 8, bigEndian);
  return addChecksum(head, bytes, FRAME_HEADER, bytes.length, bigEndian);
}

const sameChecksum = (a: Checksum, b: Checksum) => a[0] === b[0] && a[1] === b[1];

/** SQLite's checksum over pairs of 32-bit words. */
function addChecksum(
  before: Checksum,
  bytes: Buffer,
  from: number,
  to: number,
  bigEndian: boolean,
): Checksum {
  let [a, b] = before;
  if (bigEndian) {
    for (let i = from; i < to; i += 8) {
      a = (a + bytes.readUInt32BE(i) + b) >>> 0;
      b = (b + bytes.readUInt32BE(i + 4) + a) >>> 0;
    }
    return [a, b];
  }
  for (let i = from; i < to; i += 8) {
    a = (a + bytes.readUInt32LE(i) + b) >>> 0;
    b = (b + bytes.readUInt32LE(i + 4) + a) >>> 0;
  }
  return [a, b];
}

/**
 * Committed frames as the shared-memory index of the last run knows them
 * (https://www.sqlite.org/walformat.html#walindex_header); 0 when it is of another log, or not to be trusted.
 */
function indexedFrames(shm: string, header: Header): number {
  if (!existsSync(shm)) return 0;
  const bytes = Buffer.alloc(48);
  const fd = openSync(shm, "r");
  try {
    if (readSync(fd, bytes, 0, 48, 0) < 48) return 0;
  } finally {
    closeSync(fd);
  }
  const little = endianness() === "LE";
  const word = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  // The salts are copied from the log's header as they are, byte for byte.
  const ours = bytes.readUInt32BE(32) === header.salts[0] && bytes.readUInt32BE(36) === header.salts[1];
  const fits = sameChecksum([word(40), word(44)], addChecksum([0, 0], bytes, 0, 40, !little));
  return ours && fits ? word(16) : 0;
}
