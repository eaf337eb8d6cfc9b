import { z } from "zod";
import { StoreUnavailable } from "../../contract.ts";
import { type Connection, damaged } from "./connection.ts";

/**
 * One change of the schema. Its steps run in order, each in a transaction of its own: SQL, or work on existing rows
 * that does one slice per call and says whether there is more. Where it stands is written down with each step, so an
 * interrupted migration goes on where it stopped.
 */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly steps: readonly (string | ((connection: Connection) => "more" | "done"))[];
}

/**
 * Brings the schema up to date and answers the version it has now.
 * @throws StoreUnavailable when a newer Forestall wrote this file
 */
export function migrate(connection: Connection, migrations: readonly Migration[]): number {
  connection.write(() =>
    connection.db.exec(
      "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
    ),
  );
  const at = readMeta(connection, "schema_version") ?? 0;
  const newest = Math.max(0, ...migrations.map(({ version }) => version));
  if (at > newest) {
    throw new StoreUnavailable(
      `The database was written by a newer version of Forestall (schema ${at}, this one knows up to ${newest}): ` +
        "start the newer version, or restore a backup from before it.",
    );
  }
  for (const migration of migrations) if (migration.version > at) run(connection, migration);
  return newest;
}

function run(connection: Connection, { version, name, steps }: Migration): void {
  const begun = readMeta(connection, "schema_step") ?? 0;
  for (const [index, step] of steps.entries()) {
    if (index < begun) continue;
    try {
      while (takeStep(connection, version, index, steps.length, step) === "more");
    } catch (error) {
      const why = connection.failure(error);
      why.message = `migration ${version} (${name}) stopped in step ${index + 1}: ${why.message}`;
      throw why;
    }
  }
}

function takeStep(
  connection: Connection,
  version: number,
  index: number,
  steps: number,
  step: Migration["steps"][number],
): "more" | "done" {
  return connection.write(() => {
    if (typeof step === "string") connection.db.exec(step);
    else if (step(connection) === "more") return "more";
    const last = index + 1 === steps;
    writeMeta(connection, "schema_step", last ? 0 : index + 1);
    if (last) {
      writeMeta(connection, "schema_version", version);
      // For people who look at the file with `sqlite3`.
      connection.db.pragma(`user_version = ${version}`);
    }
    return "done";
  });
}

/** Positions in the log and versions; the column takes anything. */
const ownNumber = z.int().nonnegative();

/** A number that the store keeps about itself. @throws StoreDamaged when it is none */
export function readMeta(connection: Connection, name: string): number | undefined {
  const row = connection
    .filtered<{ value: unknown }>("SELECT meta.value FROM meta WHERE meta.name = ?")
    .get(name);
  if (row === undefined) return undefined;
  const read = ownNumber.safeParse(row.value);
  if (!read.success) throw damaged(connection.file, `what it keeps as "${name}" is not a number it wrote`);
  return read.data;
}

export function writeMeta(connection: Connection, name: string, value: number | Uint8Array): void {
  connection
    .filtered(
      "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .run(name, value);
}
