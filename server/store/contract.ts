/**
 * What every store must do. SQLite is the default, PostgreSQL comes beside it; both run the suite in
 * test/store/contract.ts. Every row belongs to one tenant and every query names it, except where all are asked for.
 *
 * Who uses a store asks for the one contract of the six that it needs, or for a few methods of one.
 *
 * Of every method holds: nothing is synchronous, as another store may be another machine; it knows of every commit
 * that has resolved; a tenant or id that is not known is no failure; times are milliseconds since 1970, and `limit` is
 * the most rows that come back. It rejects with `StoreUnavailable` when the store did not take part, with
 * `StoreDamaged` when the database turns out to be damaged, and with `RecordRefused` when it cannot read a record. What
 * reads many records passes over those that cannot be read where it says so, and then answers the others.
 */
import type { Directory } from "./contract/directory.ts";
import type { Log } from "./contract/log.ts";
import type { Outbox } from "./contract/outbox.ts";
import type { Privacy } from "./contract/privacy.ts";
import type { Page } from "./contract/queries.ts";
import type { Records } from "./contract/records.ts";
import type { Tenancy } from "./contract/tenancy.ts";

export type * from "./contract/batch.ts";
export type * from "./contract/directory.ts";
export type * from "./contract/log.ts";
export type * from "./contract/outbox.ts";
export type * from "./contract/privacy.ts";
export type * from "./contract/queries.ts";
export type * from "./contract/records.ts";
export type * from "./contract/tenancy.ts";

/** The write did not happen; memory must not keep what it assumed. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** A record was written by a newer version, or is nothing that any version wrote; the message says which and where. */
export class RecordRefused extends Error {
  override readonly name = "RecordRefused";
  /** Where it is kept, such as `row 7 of deliveries`: nothing personal. */
  readonly where: string;
  constructor(message: string, where: string) {
    super(message);
    this.where = where;
  }
}

/** The rows of a page, for whoever must not miss one. @throws RecordRefused when some of them cannot be read */
export function allOf<Row>({ rows, unreadable = 0 }: Page<Row>): readonly Row[] {
  if (unreadable === 0) return rows;
  const which = `${unreadable} ${unreadable === 1 ? "record" : "records"}`;
  throw new RecordRefused(
    `${which} of a list cannot be read; \`forestall doctor\` says why, and what to do.`,
    "a list",
  );
}

/** For whoever can do without the record: null also when it cannot be read. */
export async function orNull<Kept>(record: Promise<Kept | null>): Promise<Kept | null> {
  return record.catch((error: unknown) => {
    if (error instanceof RecordRefused) return null;
    throw error;
  });
}

/** The database is damaged; the message says how to restore. */
export class StoreDamaged extends Error {
  override readonly name = "StoreDamaged";
}

/** All of it, for whoever puts the parts together. */
export interface Store extends Log, Directory, Outbox, Records, Tenancy, Privacy {
  /** Checks integrity and brings the schema up to date. @throws StoreDamaged, StoreUnavailable */
  open(): Promise<void>;
  /** Ends what is under way; everything is on disk when it resolves. */
  close(): Promise<void>;
  /** A copy that opens by itself, while commits go on. @throws PlainError when the file is there already */
  backup(toFile: string): Promise<void>;
}
