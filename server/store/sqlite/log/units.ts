import { crc32 } from "node:zlib";
import { type Log, StoreDamaged, type UnitSnapshot } from "../../contract.ts";
import { type Base, unitNo } from "../base.ts";
import { readMeta } from "../durability/migrate.ts";

interface SnapshotRow {
  readonly seq: number;
  readonly engine: string;
  readonly library: string;
  readonly next_due: number | null;
  readonly crc: number;
  readonly state: Uint8Array;
}

type Units = Pick<Log, "loadUnits" | "saveUnits" | "dueUnits" | "unitsBefore">;

/** The log goes back 90 days; what a customer said before that stands in the snapshot alone. */
const beyondRebuilding = (no: number) =>
  `the saved state of a customer (row ${no} of snapshots) is damaged, and the log does not go back far enough to ` +
  "make it again; restore the newest backup";

/**
 * Snapshots of units. One that does not fit its checksum is not there while the log has everything: its unit is made
 * again from it. Once the log was shortened, such a unit would begin without its stops and consents: that is damage.
 *
 * A unit is always its snapshot plus the inputs after it. The pipeline saves snapshots a few at a time, without waiting
 * for the disk, and then moves the checkpoint (`setCheckpoint`, with a sync that takes the snapshots along): the
 * position before which every unit's snapshot contains all its inputs. It only ever says less than is true. A start
 * reads the log from there on; retention removes inputs up to there and no further, as from then on the snapshots alone
 * know of them. A crash between the two leaves newer snapshots than the checkpoint promises, whose inputs are then read
 * and passed over.
 */
export function units(base: Base): Units {
  const { connection, names } = base;
  const snapshots = snapshotRows(base);
  // Index snapshots_due.
  const due = connection.query<{ unit: number }>(
    "SELECT s.unit FROM snapshots s WHERE s.next_due <= ? ORDER BY s.next_due LIMIT ?",
  );
  const before = connection.query<{ name: string }>(
    `SELECT u.name FROM units u JOIN snapshots s ON s.unit = u.no
     WHERE u.tenant = ? AND u.name > ? AND s.seq < ? ORDER BY u.name LIMIT ?`,
  );
  return {
    async loadUnits(wanted) {
      return wanted
        .map(({ tenant, unit }) => snapshots.read(names.unit(names.tenant(tenant), unit)))
        .filter((found) => found !== null);
    },
    async saveUnits(changed) {
      // One that is lost is made again from the log, and the checkpoint behind them waits for the disk.
      connection.writeSoon(() => {
        for (const snapshot of changed) {
          const { tenant, unit } = snapshot;
          snapshots.write(unitNo(base, names.giveTenant(tenant), tenant, unit), snapshot);
        }
      });
    },
    async unitsBefore(tenant, { seq, after, limit }) {
      return before.all(names.tenant(tenant), after, seq, limit).map(({ name }) => name);
    },
    async dueUnits(upTo, limit) {
      return due.all(upTo, limit).map(({ unit }) => {
        const { tenant, name } = names.unitName(unit);
        return { tenant: names.tenantId(tenant), unit: name };
      });
    },
  };
}

export interface SnapshotRows {
  /** Null when there is none that can be used. @throws StoreDamaged */
  read(no: number): UnitSnapshot | null;
  /** Within a transaction. */
  write(no: number, snapshot: UnitSnapshot): void;
  remove(no: number): number;
}

/** Snapshots by the number of their unit. */
export function snapshotRows({ connection, names }: Base): SnapshotRows {
  const select = connection.query<SnapshotRow>(
    "SELECT s.seq, s.engine, s.library, s.next_due, s.crc, s.state FROM snapshots s WHERE s.unit = ?",
  );
  const upsert = connection.query(
    `INSERT INTO snapshots (unit, seq, engine, library, next_due, crc, state) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (unit) DO UPDATE SET
       seq = excluded.seq, engine = excluded.engine, library = excluded.library,
       next_due = excluded.next_due, crc = excluded.crc, state = excluded.state`,
  );
  const remove = connection.query("DELETE FROM snapshots WHERE unit = ?");
  return {
    read(no) {
      const row = select.get(no);
      if (row === undefined) return null;
      if (crc32(row.state) !== row.crc) {
        if (readMeta(connection, "removed_through") === undefined) return null;
        throw new StoreDamaged(beyondRebuilding(no));
      }
      const { seq, engine, library, next_due: nextDue, state } = row;
      const { tenant, name, shard } = names.unitName(no);
      const unit = { tenant: names.tenantId(tenant), unit: name, shard: shard ?? 0 };
      return { ...unit, seq, engine, library, nextDue, state };
    },
    write(no, { seq, engine, library, nextDue, state }) {
      upsert.run(no, seq, engine, library, nextDue, crc32(state), state);
    },
    remove: (no) => remove.run(no),
  };
}
