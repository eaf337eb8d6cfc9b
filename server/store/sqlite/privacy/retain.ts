import { DAY, type Millis } from "../../../core/time.ts";
import type { Privacy, Records } from "../../contract.ts";
import { fromCursor, limitOf, toCursor } from "../../cursor.ts";
import { type Base, pause } from "../base.ts";
import type { Value } from "../durability/connection.ts";
import { readMeta, writeMeta } from "../durability/migrate.ts";
import type { InputRow } from "../log/input-row.ts";
import { TENANT_WIDE } from "../names.ts";

/** Raw behaviour, and the webhooks it came in. */
const EVENTS_KEPT = 90 * DAY;
/** A sender repeats a delivery for up to three days; a week leaves room. */
const IDENTITIES_KEPT_DAYS = 7;
/** Thirteen months: a year to compare with, and the month in hand. */
const FEATURES_KEPT = 396 * DAY;
/** Rows looked at in one transaction: a few milliseconds. */
const SLICE = 1_000;

/** What people said and what moved a person to another unit is not behaviour, and cannot be had again. */
const KEPT_CONTROLS = new Set(["preference", "profile", "adopt", "handover", "erase"]);

type Daily = Pick<Records, "dailyAggregates">;

export function retention(base: Base): Pick<Privacy, "retain"> & Daily {
  return {
    async retain(now) {
      // What is removed must be in no one's memory any more.
      await base.tail.flush(pause);
      const events = await retainEvents(base, now - EVENTS_KEPT);
      await retainRows(base, "receptions", "received_at", now - EVENTS_KEPT);
      await retainRows(base, "dead_letters", "received_at", now - EVENTS_KEPT);
      const identities = await retainIdentities(base, Math.floor(now / DAY) - IDENTITIES_KEPT_DAYS);
      const features = await retainFeatures(base, now - FEATURES_KEPT);
      return { events, identities, features };
    },
    ...dailyAggregates(base),
  };
}

type Old = Pick<InputRow, "seq" | "unit" | "type" | "name" | "time" | "person"> & { readonly tenant: number };

/** Only what every unit's snapshot contains already (the checkpoint), so that nothing is lost to a rebuild. */
async function retainEvents(base: Base, before: Millis): Promise<number> {
  const { connection, tail } = base;
  const last = Math.min(readMeta(connection, "checkpoint") ?? 0, tail.indexedThrough);
  const first = connection.query<{ seq: number | null }>("SELECT min(i.seq) AS seq FROM inputs i").get()?.seq;
  const old = connection.query<Old>(
    `SELECT i.seq, i.unit, i.tenant, i.type, i.name, i.time, i.person FROM inputs i
     WHERE i.seq > ? AND i.seq <= ? AND i.received_at < ? ORDER BY i.seq`,
  );
  const remove = eventRemover(base);
  let removed = 0;
  for (let from = (first ?? last) - 1; from < last; from += SLICE) {
    const rows = old.all(from, Math.min(from + SLICE, last), before);
    if (rows.length > 0) removed += connection.write(() => remove(rows));
    await pause();
  }
  return removed;
}

function eventRemover({ connection, names }: Base): (rows: readonly Old[]) => number {
  const count = connection.query(
    `INSERT INTO daily (tenant, day, unit, person, type, count) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, day, unit, person, type) DO UPDATE SET count = count + excluded.count`,
  );
  const remove = connection.query("DELETE FROM inputs WHERE seq = ?");
  const unlist = connection.query("DELETE FROM unit_log WHERE unit = ? AND seq = ?");
  return (rows) => {
    let events = 0;
    let through = readMeta(connection, "removed_through") ?? 0;
    for (const { seq, unit, tenant, type, name, time, person } of rows) {
      if (type === null) {
        if (names.unitName(unit).name === TENANT_WIDE || KEPT_CONTROLS.has(name)) continue;
      } else {
        const day = Math.floor((time ?? 0) / DAY);
        count.run(tenant, day, unit, person ?? "", names.word(type), 1);
        events += 1;
      }
      remove.run(seq);
      unlist.run(unit, seq);
      through = Math.max(through, seq);
    }
    writeMeta(connection, "removed_through", through);
    return events;
  };
}

/** In windows of `no`, the order of insertion. */
async function retainRows(
  { connection }: Base,
  table: "receptions" | "dead_letters",
  column: "received_at",
  before: Millis,
): Promise<void> {
  const range = connection.query<{ first: number | null; last: number | null }>(
    `SELECT min(t.no) AS first, max(t.no) AS last FROM ${table} t`,
  );
  const remove = connection.query(`DELETE FROM ${table} WHERE no >= ? AND no < ? AND ${column} < ?`);
  const { first, last } = range.get() ?? { first: null, last: null };
  if (first === null || last === null) return;
  for (let from = first; from <= last; from += SLICE) {
    connection.write(() => remove.run(from, from + SLICE, before));
    await pause();
  }
}

/** Slice by slice of the hashes, since they are in no order of time. */
async function retainIdentities({ connection }: Base, beforeDay: number): Promise<number> {
  const end = connection.query<{ hash: Uint8Array }>(
    "SELECT e.hash FROM event_ids e WHERE e.hash >= ? ORDER BY e.hash LIMIT 1 OFFSET ?",
  );
  const remove = connection.query("DELETE FROM event_ids WHERE hash >= ? AND hash < ? AND day < ?");
  const beyond = Buffer.alloc(17, 0xff);
  let removed = 0;
  for (let from: Uint8Array = Buffer.alloc(0); ; ) {
    const to = end.get(from, SLICE)?.hash;
    removed += connection.write(() => remove.run(from, to ?? beyond, beforeDay));
    if (to === undefined) return removed;
    from = to;
    await pause();
  }
}

async function retainFeatures({ connection }: Base, before: Millis): Promise<number> {
  // Index features_at.
  const remove = connection.query(
    "DELETE FROM features WHERE rowid IN (SELECT f.rowid FROM features f WHERE f.at < ? LIMIT ?)",
  );
  for (let removed = 0; ; ) {
    const now = connection.write(() => remove.run(before, SLICE));
    removed += now;
    if (now < SLICE) return removed;
    await pause();
  }
}

interface StoredDaily {
  readonly day: number;
  readonly unit: number;
  readonly name: string;
  readonly person: string;
  readonly type: string;
  readonly count: number;
}

/** Newest day first. */
function dailyAggregates({ connection, names }: Base): Daily {
  return {
    async dailyAggregates(tenant, { person, account, since, after, limit }) {
      const no = names.tenant(tenant);
      const most = limitOf(limit);
      const place =
        after === undefined
          ? null
          : fromCursor<readonly [number, number, string, string]>(after, [0, 0, "", ""]);
      const filters: readonly (readonly [string, readonly Value[] | undefined])[] = [
        ["d.tenant = ?", [no]],
        ["d.person = ?", person === undefined ? undefined : [person]],
        ["d.unit = ?", account === undefined ? undefined : [names.unit(no, `account/${account}`)]],
        ["d.day >= ?", since === undefined ? undefined : [Math.floor(since / DAY)]],
        ["(d.day, d.unit, d.person, d.type) < (?, ?, ?, ?)", place ?? undefined],
      ];
      const given = filters.filter((each): each is [string, Value[]] => each[1] !== undefined);
      const rows = connection
        .filtered<StoredDaily>(
          `SELECT d.day, d.unit, u.name, d.person, d.type, d.count FROM daily d JOIN units u ON u.no = d.unit
           WHERE ${given.map(([condition]) => condition).join(" AND ")}
           ORDER BY d.day DESC, d.unit DESC, d.person DESC, d.type DESC LIMIT ?`,
        )
        .all(...given.flatMap(([, values]) => values), most + 1);
      const shown = rows.slice(0, most);
      const last = shown.at(-1);
      return {
        rows: shown.map(({ day, name, person: who, type, count }) => {
          const date = new Date(day * DAY).toISOString().slice(0, 10);
          return { day: date, unit: name, person: who === "" ? null : who, type, count };
        }),
        next:
          rows.length > most && last !== undefined
            ? toCursor([last.day, last.unit, last.person, last.type])
            : null,
      };
    },
  };
}
