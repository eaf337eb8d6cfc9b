import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { type Connection, damaged } from "./connection.ts";
import { misfits, pageSums, readDatabaseHeader, readSums, Sums, SumsFile } from "./page-sums.ts";
import { inspectWal } from "./wal-frames.ts";

/** Below this size SQLite's own full check runs at every start: under half a second. */
const FULL_CHECK_BELOW = 64 * 2 ** 20;

export const sumsPath = (file: string) => `${file}-sums`;

/**
 * Before the database is opened: looks at every page and at the write-ahead log, byte for byte. About a second per
 * gigabyte. Answers the pages' checksums; null when there are none to trust.
 * @throws StoreDamaged
 */
export function inspectFiles(file: string): Sums | null {
  if (!existsSync(file) || statSync(file).size === 0) return null;
  const header = readDatabaseHeader(file);
  if (header === null) throw damaged(file, "it does not begin like a SQLite database");
  const wal = inspectWal(file);
  if (wal.damage !== null) throw damaged(file, wal.damage);
  const sums = readSums(sumsPath(file), header, existsSync(`${file}-wal`));
  const wrong = sums === null ? [] : misfits(file, sums, header, wal.pages);
  if (wrong.length === 0) return sums;
  const pages = `${wrong.length === 1 ? "page" : "pages"} ${wrong.slice(0, 5).join(", ")}`;
  throw damaged(
    file,
    `${wrong.length > 5 ? `${wrong.length} pages, among them` : ""} ${pages} changed since they were written ` +
      `(if another program wrote to the database on purpose, remove ${sumsPath(file)} instead)`,
  );
}

/**
 * Structure, indexes and types as SQLite sees them. A big database whose pages fit their checksums is spared the time.
 * @throws StoreDamaged
 */
export function checkStructure(connection: Connection, sumsFit: boolean): void {
  const { file } = connection;
  const small = statSync(file).size < FULL_CHECK_BELOW;
  if (sumsFit && !small) return;
  const check = small ? "PRAGMA integrity_check(5)" : "PRAGMA quick_check(5)";
  const found = connection.query<{ integrity_check?: string; quick_check?: string }>(check).all();
  const words = found
    .map((row) => row.integrity_check ?? row.quick_check ?? "")
    .filter((word) => word !== "ok");
  if (words.length > 0) throw damaged(file, words.join("; "));
}

/** The file of checksums, going on from what was read, or begun anew for the whole database. */
export function keepSums(connection: Connection, sums: Sums | null): { sums: SumsFile; pageSize: number } {
  const pageSize = pragma(connection, "page_size");
  const applicationId = pragma(connection, "application_id") || nameCopy(connection);
  const path = sumsPath(connection.file);
  const database = { pageSize, applicationId };
  if (sums !== null) return { sums: new SumsFile(path, database, sums), pageSize };
  connection.query("PRAGMA wal_checkpoint(TRUNCATE)").get();
  return { sums: new SumsFile(path, database, sumsOf(connection.file, pageSize)), pageSize };
}

function sumsOf(file: string, pageSize: number): Sums {
  const sums = new Sums();
  for (const [page, crc] of pageSums(file, pageSize)) sums.set(page, crc);
  return sums;
}

/** A random application id tells this copy of the database, and its checksums, from all others. */
export function nameCopy(connection: Connection): number {
  const id = randomBytes(4).readUInt32LE(0) >>> 1 || 1;
  connection.write(() => connection.db.pragma(`application_id = ${id}`));
  return id;
}

function pragma(connection: Connection, name: "page_size" | "application_id"): number {
  return Number(connection.db.pragma(name, { simple: true }));
}
