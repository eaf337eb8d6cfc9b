import type { Event } from "../../../core/event.ts";
import type { Millis } from "../../../core/time.ts";
import type { Log, LogInput, Page, Records } from "../../contract.ts";
import { fromCursor, limitOf, toCursor } from "../../cursor.ts";
import type { Base } from "../base.ts";
import { readMeta, writeMeta } from "../durability/migrate.ts";
import { TENANT_WIDE } from "../names.ts";
import { leftOut } from "../unreadable.ts";
import { eventOf, fromRow, INPUT_COLUMNS, INPUT_TABLES, type InputRow } from "./input-row.ts";
import { identityOf } from "./tail-segment.ts";

type LogReads = Pick<
  Log,
  "lastSeq" | "known" | "inputs" | "checkpoint" | "setCheckpoint" | "judgedBy" | "setJudgedBy"
>;

/** Positions read at a time when events are searched newest first. */
const STRIDE = 256;

export function log(base: Base): LogReads & Pick<Records, "events"> {
  const { connection, names, tail } = base;
  const newest = connection.query<{ seq: number | null }>("SELECT max(i.seq) AS seq FROM inputs i");
  const all = connection.query<InputRow>(
    `SELECT ${INPUT_COLUMNS} FROM ${INPUT_TABLES} WHERE i.seq > ? ORDER BY i.seq LIMIT ?`,
  );
  const ofTenant = connection.query<InputRow>(
    `SELECT ${INPUT_COLUMNS} FROM ${INPUT_TABLES} WHERE i.seq > ? AND i.tenant = ? ORDER BY i.seq LIMIT ?`,
  );
  const tenants = connection.query<{ no: number }>("SELECT t.no FROM tenant_numbers t");
  const readEvents = eventReader(base);
  return {
    async lastSeq() {
      return Math.max(newest.get()?.seq ?? 0, readMeta(connection, "removed_through") ?? 0);
    },
    async known(events) {
      const identities = events.map(({ tenant, source, id }) => identityOf(tenant, source, id));
      const known = tail.known(identities);
      const found = events.filter((_, i) => known.has(identities[i] ?? ""));
      return new Set(found.map(({ tenant, source, id }) => `${tenant}\u0000${source}\u0000${id}`));
    },
    async inputs({ after, limit, tenant, unit, tenantWide, alone }) {
      if (tenant === undefined) {
        if (tenantWide !== true) return all.all(after, limit).map((row) => fromRow(row, names));
        const ownUnits = tenants.all().map(({ no }) => names.unit(no, TENANT_WIDE));
        return unitInputs(base, ownUnits, after, limit);
      }
      const no = names.tenant(tenant);
      if (unit === undefined && tenantWide !== true) {
        return ofTenant.all(after, no, limit).map((row) => fromRow(row, names));
      }
      const own = unit === undefined || tenantWide === true ? [] : [names.unit(no, unit)];
      const wanted = alone === true ? own : [names.unit(no, TENANT_WIDE), ...own];
      // A name without a number was never written about.
      const written = wanted.filter((each) => each !== 0);
      return written.length === 0 ? [] : unitInputs(base, written, after, limit);
    },
    async events(tenant, query) {
      return readEvents(tenant, query);
    },
    async checkpoint() {
      return readMeta(connection, "checkpoint") ?? 0;
    },
    async setCheckpoint(seq) {
      connection.write(() => writeMeta(connection, "checkpoint", seq));
    },
    async judgedBy() {
      const engine = readMeta(connection, "engine");
      if (engine === undefined) return null;
      return { engine, judgedBefore: readMeta(connection, "judged_before") ?? 0 };
    },
    async setJudgedBy({ engine, judgedBefore }) {
      connection.write(() => {
        writeMeta(connection, "engine", engine);
        writeMeta(connection, "judged_before", judgedBefore);
      });
    },
  };
}

/** The inputs of several units, in order. A position whose row is gone (retention) is passed over. */
function unitInputs(base: Base, units: readonly number[], after: number, limit: number): readonly LogInput[] {
  const found: LogInput[] = [];
  for (let from = after; found.length < limit; ) {
    const seqs = units
      .flatMap((unit) => base.tail.after(unit, from, limit))
      .sort((a, b) => a - b)
      .slice(0, limit);
    const last = seqs.at(-1);
    if (last === undefined) break;
    for (const row of rowsAt(base, seqs)) found.push(fromRow(row, base.names));
    from = last;
  }
  return found.slice(0, limit);
}

/** Rows at these positions, in the same order. One question for all: asking for each costs more than reading it. */
export function rowsAt({ connection }: Base, seqs: readonly number[]): InputRow[] {
  return connection
    .filtered<InputRow>(
      `SELECT ${INPUT_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN ${INPUT_TABLES}
       WHERE i.seq = wanted.value ORDER BY wanted.key`,
    )
    .all(JSON.stringify(seqs));
}

/** Units in which events of this person may be. */
export function unitsOfPerson(
  { connection, names, tail }: Base,
  tenant: number,
  person: string,
): readonly number[] {
  const member = connection.filtered<{ unit: number }>(
    `SELECT m.unit FROM memberships m WHERE m.tenant = ?1 AND m.person = ?2
     UNION SELECT p.unit FROM persons p WHERE p.tenant = ?1 AND p.person = ?2`,
  );
  const own = names.unit(tenant, `person/${person}`);
  const units = [...tail.unitsNaming(tenant, person), ...member.all(tenant, person).map(({ unit }) => unit)];
  return [...new Set(own === 0 ? units : [own, ...units])];
}

/** Events newest first, from the logs of the units asked for, or from the tenant's whole log. */
function eventReader(base: Base): (tenant: string, query: Parameters<Records["events"]>[1]) => EventPage {
  const { names } = base;
  return (tenant, query) => {
    const no = names.tenant(tenant);
    const limit = limitOf(query.limit);
    const before =
      query.after === undefined ? Number.MAX_SAFE_INTEGER : (fromCursor(query.after, [0])[0] ?? 0);
    const units = unitsFor(base, no, query);
    const events: Event[] = [];
    let missing = 0;
    for (const row of newestFirst(base, no, units, before, limit + 1)) {
      if (row.type === null) continue;
      const [event] = base.unreadable.among([row], (each) => eventOf(each, names));
      if (event === undefined) missing += 1;
      if (event === undefined || !fits(event, query)) continue;
      if (events.length === limit)
        return { rows: events, next: toCursor([row.seq + 1]), ...leftOut(missing, 0) };
      events.push(event);
    }
    return { rows: events, next: null, ...leftOut(missing, 0) };
  };
}

type EventPage = Page<Event>;
type EventQuery = { person?: string; account?: string; since?: Millis; until?: Millis; unit?: string };

function unitsFor(base: Base, tenant: number, query: EventQuery): readonly number[] | null {
  if (query.unit !== undefined) return [base.names.unit(tenant, query.unit)];
  if (query.account !== undefined) return [base.names.unit(tenant, `account/${query.account}`)];
  return query.person === undefined ? null : unitsOfPerson(base, tenant, query.person);
}

function fits(event: Event, { person, account, since, until }: EventQuery): boolean {
  return (
    (person === undefined || event.person === person) &&
    (account === undefined || event.account === account) &&
    (since === undefined || event.time >= since) &&
    (until === undefined || event.time <= until)
  );
}

/**
 * Rows of the log before a position, newest first: of some units, or (null) of the tenant.
 * @param about how many the caller expects to take; more are read in growing pieces
 */
export function* newestFirst(
  base: Base,
  tenant: number,
  units: readonly number[] | null,
  before: number,
  about: number = STRIDE,
): Generator<InputRow> {
  const ofTenant = base.connection.filtered<InputRow>(
    `SELECT ${INPUT_COLUMNS} FROM ${INPUT_TABLES}
     WHERE i.tenant = ? AND i.seq < ? ORDER BY i.seq DESC LIMIT ?`,
  );
  for (let below = before, stride = Math.min(about, STRIDE); ; stride = Math.min(2 * stride, STRIDE)) {
    if (units === null) {
      const rows = ofTenant.all(tenant, below, stride);
      yield* rows;
      if (rows.length < stride) return;
      below = rows.at(-1)?.seq ?? 0;
    } else {
      const seqs = units
        .flatMap((unit) => base.tail.before(unit, below, stride))
        .sort((a, b) => b - a)
        .slice(0, stride);
      yield* rowsAt(base, seqs);
      if (seqs.length < stride) return;
      below = seqs.at(-1) ?? 0;
    }
  }
}
