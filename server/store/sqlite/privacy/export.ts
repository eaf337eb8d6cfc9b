import type { Directory, KeyQuery, Outbox, Page, Privacy, Records } from "../../contract.ts";
import { readContributions } from "../../shapes/contributions.ts";
import { type Base, pause } from "../base.ts";
import { type Body, bodyOf, placeIn } from "../bodies.ts";
import { fromRow, INPUT_COLUMNS, INPUT_TABLES, type InputRow } from "../log/input-row.ts";
import { recordsOf } from "./erase-records.ts";

type Reads = Pick<
  Records,
  "events" | "audit" | "dailyAggregates" | "score" | "scoreHistory" | "deadLetters"
> &
  Pick<Directory, "contact"> &
  Pick<Outbox, "sentCopy">;

/** Tables of records kept as JSON, and what gives the order of insertion. */
const RECORDS = [
  ["matches", "no"],
  ["decisions", "no"],
  ["deliveries", "no"],
  ["alerts", "no"],
  ["outcomes", "no"],
  ["feedback", "no"],
  ["incidents", "no"],
  ["audit", "no"],
  ["accounts", "no"],
  ["persons", "no"],
  ["features", "rowid"],
] as const;
const COLUMNS = [
  ["scores", "t.key, t.score, t.band, t.at, t.why, t.contributions"],
  ["score_history", "t.key, t.score, t.band, t.at, t.why, t.contributions"],
  ["receptions", "t.id, t.system, t.source_id, t.body_hash, t.bytes, t.received_at, t.delivery_id"],
] as const;
const PAGE = 500;

/** Everything readable: what is encrypted is opened. Secrets of the tenant and token hashes are not part of it. */
/** @param settle brings to the tables what waits, before they are read */
export function exports(
  base: Base,
  reads: Reads,
  settle: () => void,
): Pick<Privacy, "exportPerson" | "exportTenant"> {
  return {
    exportPerson: (tenant, person) => exportPerson(base, reads, tenant, person),
    async *exportTenant(tenant) {
      settle();
      yield* exportTenant(base, reads, tenant);
    },
  };
}

async function exportPerson(
  base: Base,
  reads: Reads,
  tenant: string,
  person: string,
): Promise<{ readonly [table: string]: readonly unknown[] }> {
  const { connection, names } = base;
  const no = names.tenant(tenant);
  const key = `person/${person}`;
  const all = <Row>(list: (tenant: string, query: KeyQuery) => Promise<Page<Row>>): Promise<readonly Row[]> =>
    everything((after) => list(tenant, { person, limit: PAGE, ...(after === null ? {} : { after }) }));
  const { matches, ...records } = recordsOf(base, no, person);
  // What a colleague was sent about the person's match is about the colleague.
  const theirs = <Row extends { readonly person: string | null }>(rows: readonly Row[]) =>
    rows.filter((row) => row.person === null || row.person === person);
  const deliveries = theirs(records.deliveries);
  const copies = await Promise.all(deliveries.map(({ id }) => reads.sentCopy(tenant, id)));
  const contact = await reads.contact(tenant, person);
  const score = await reads.score(tenant, key);
  return {
    contact: contact === null ? [] : [contact],
    identities: connection
      .query("SELECT i.namespace FROM identities i WHERE i.tenant = ? AND i.kind = 'person' AND i.id = ?")
      .all(no, person),
    memberships: membershipsOf(base, no, person),
    profile: connection
      .query<Body>("SELECT p.no, p.body FROM persons p WHERE p.tenant = ? AND p.person = ?")
      .all(no, person)
      .map(bodyOf("persons")),
    events: await all(reads.events),
    daily: await all(reads.dailyAggregates),
    matches,
    decisions: theirs(records.decisions),
    deliveries,
    sentCopies: copies.filter((copy) => copy !== null),
    alerts: theirs(records.alerts),
    outcomes: records.outcomes,
    feedback: theirs(records.feedback),
    scores: [...(score === null ? [] : [score]), ...(await reads.scoreHistory(tenant, key, 0, 10_000))],
    audit: await everything((after) =>
      reads.audit(tenant, { subject: key, limit: PAGE, ...(after === null ? {} : { after }) }),
    ),
  };
}

async function everything<Row>(list: (after: string | null) => Promise<Page<Row>>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page<Row> = await list(after);
    rows.push(...page.rows);
    if (page.next === null) return rows;
    after = page.next;
    await pause();
  }
}

type Exported = { readonly table: string; readonly row: unknown };

/** In pages, so that commits go on in between and a big tenant does not fill the memory. */
async function* exportTenant(base: Base, reads: Reads, tenant: string): AsyncGenerator<Exported> {
  const { connection, names } = base;
  const no = names.tenant(tenant);
  const inputs = connection.query<InputRow>(
    `SELECT ${INPUT_COLUMNS} FROM ${INPUT_TABLES} WHERE i.tenant = ? AND i.seq > ? ORDER BY i.seq LIMIT ${PAGE}`,
  );
  yield* paged("inputs", (from) =>
    inputs.all(no, from).map((row) => ({ at: row.seq, row: fromRow(row, names) })),
  );
  for (const [table, order] of RECORDS) {
    const read = bodyOf(table);
    const bodies = connection.query<Body>(
      `SELECT t.${order} AS no, t.body FROM ${table} t
       WHERE t.tenant = ? AND t.${order} > ? ORDER BY t.${order} LIMIT ${PAGE}`,
    );
    yield* paged(table, (from) => bodies.all(no, from).map((row) => ({ at: row.no, row: read(row) })));
  }
  for (const [table, columns] of COLUMNS) {
    const rows = connection.query<Columns>(
      `SELECT t.no, ${columns} FROM ${table} t WHERE t.tenant = ? AND t.no > ? ORDER BY t.no LIMIT ${PAGE}`,
    );
    yield* paged(table, (from) => rows.all(no, from).map((row) => ({ at: row.no, row: opened(table, row) })));
  }
  for await (const person of ids(base, no, "contacts", "person")) {
    yield { table: "contacts", row: { person, ...(await reads.contact(tenant, person)) } };
  }
  for await (const delivery of ids(base, no, "sent_copies", "delivery")) {
    yield { table: "sent_copies", row: await reads.sentCopy(tenant, delivery) };
  }
  for await (const person of ids(base, no, "memberships", "person")) {
    yield { table: "memberships", row: { person, units: membershipsOf(base, no, person) } };
  }
  yield* listed("daily", (after) => reads.dailyAggregates(tenant, { limit: PAGE, ...after }));
  yield* listed("dead_letters", (after) => reads.deadLetters(tenant, { limit: PAGE, ...after }));
}

interface Columns {
  readonly no: number;
  /** Only of scores. */
  readonly contributions?: string;
}

/** The row as it is read, without its number. */
function opened(table: string, { no, contributions, ...row }: Columns): unknown {
  if (contributions === undefined) return row;
  return { ...row, contributions: readContributions(contributions, () => placeIn(table, no)) };
}

async function* paged(
  table: string,
  read: (from: number) => readonly { at: number; row: unknown }[],
): AsyncGenerator<Exported> {
  for (let from = 0; ; ) {
    const rows = read(from);
    for (const { row } of rows) yield { table, row };
    const last = rows.at(-1);
    if (last === undefined) return;
    from = last.at;
    await pause();
  }
}

async function* listed(
  table: string,
  list: (after: { after?: string }) => Promise<Page<unknown>>,
): AsyncGenerator<Exported> {
  for (let after: { after?: string } = {}; ; ) {
    const page = await list(after);
    for (const row of page.rows) yield { table, row };
    if (page.next === null) return;
    after = { after: page.next };
    await pause();
  }
}

/** The distinct ids in a table that has no number to go by. */
async function* ids(
  { connection }: Base,
  tenant: number,
  table: string,
  column: string,
): AsyncGenerator<string> {
  const next = connection.query<{ id: string }>(
    `SELECT DISTINCT t.${column} AS id FROM ${table} t
     WHERE t.tenant = ? AND t.${column} > ? ORDER BY t.${column} LIMIT ${PAGE}`,
  );
  for (let from = ""; ; ) {
    const found = next.all(tenant, from);
    for (const { id } of found) yield id;
    const last = found.at(-1);
    if (last === undefined) return;
    from = last.id;
    await pause();
  }
}

function membershipsOf({ connection }: Base, tenant: number, person: string): readonly unknown[] {
  return connection
    .filtered(
      `SELECT u.name AS unit, m.at FROM memberships m JOIN units u ON u.no = m.unit
       WHERE m.tenant = ? AND m.person = ? ORDER BY m.at`,
    )
    .all(tenant, person);
}
