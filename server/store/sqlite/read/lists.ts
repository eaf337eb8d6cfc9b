import type { KeyQuery, Page, PageQuery, Records } from "../../contract.ts";
import { fromCursor, limitOf, toCursor } from "../../cursor.ts";
import { readLetter } from "../../shapes/personal.ts";
import type { Base } from "../base.ts";
import { type Bodies, type Body, bodyOf, placeIn, type Table } from "../bodies.ts";
import type { Value } from "../durability/connection.ts";
import { letterPlace } from "../effects/record-rows.ts";
import { opened } from "../sealed.ts";
import { leftOut } from "../unreadable.ts";

type Lists = Pick<
  Records,
  | "match"
  | "decision"
  | "alert"
  | "auditRow"
  | "matches"
  | "decisions"
  | "deliveries"
  | "alerts"
  | "incidents"
  | "outcomes"
  | "feedback"
  | "audit"
  | "deadLetters"
  | "unknownTypes"
>;

/** Tables of records with `tenant`, `id` and `at`; each has an index on (tenant, at, id). */
type Listed = Exclude<Table, "accounts" | "persons" | "features">;

/** A condition on the table's row `t`, and its value; undefined leaves it out. */
type Filter = readonly [condition: string, value: Value | undefined];

export function lists(base: Base): Lists {
  const { names } = base;
  const list =
    <Of extends Listed, Query extends PageQuery>(table: Of, filters: (query: Query) => readonly Filter[]) =>
    async (tenant: string, query: Query): Promise<Page<Bodies[Of]>> =>
      page(base, table, [["t.tenant = ?", names.tenant(tenant)], ...filters(query)], query);
  const one =
    <Of extends Listed>(table: Of) =>
    async (tenant: string, id: string): Promise<Bodies[Of] | null> =>
      byId(base, table, names.tenant(tenant), id);
  // The index on (tenant, filter, at, id) serves where there is one (person, account, state, status, match, subject),
  // else the one on (tenant, at, id).
  const byKey = ({ person, account, since }: KeyQuery): readonly Filter[] => [
    ["t.person = ?", person],
    ["t.account = ?", account],
    ["t.at >= ?", since],
  ];
  return {
    match: one("matches"),
    decision: one("decisions"),
    alert: one("alerts"),
    auditRow: one("audit"),
    matches: list("matches", (query: Parameters<Records["matches"]>[1]) => [
      ...byKey(query),
      [query.open === false ? "t.state <> ?" : "t.state = ?", query.open === undefined ? undefined : "open"],
      ["t.pattern = ?", query.pattern],
    ]),
    decisions: list("decisions", (query: Parameters<Records["decisions"]>[1]) => [
      ...byKey(query),
      ["t.match = ?", query.match],
    ]),
    deliveries: list("deliveries", (query: Parameters<Records["deliveries"]>[1]) => [
      ...byKey(query),
      ["t.status = ?", query.status],
      ["t.match = ?", query.match],
    ]),
    alerts: list("alerts", (query: Parameters<Records["alerts"]>[1]) => [
      ...byKey(query),
      ["t.state = ?", query.state],
      ["t.owner = ?", query.owner],
    ]),
    incidents: list("incidents", () => []),
    outcomes: list("outcomes", (query: Parameters<Records["outcomes"]>[1]) => [
      ...byKey(query),
      ["t.pattern = ?", query.pattern],
    ]),
    feedback: list("feedback", ({ person, account, since }: KeyQuery) => [
      ["t.person = ?", person],
      [
        "EXISTS (SELECT 1 FROM matches m WHERE m.tenant = t.tenant AND m.id = t.match AND m.account = ?)",
        account,
      ],
      ["t.at >= ?", since],
    ]),
    audit: list("audit", ({ subject }: Parameters<Records["audit"]>[1]) => [["t.subject = ?", subject]]),
    ...letters(base),
  };
}

export function byId<Of extends Listed>(
  { connection, unreadable }: Base,
  table: Of,
  tenant: number,
  id: string,
): Bodies[Of] | null {
  const found = connection
    .filtered<Body>(`SELECT t.no, t.body FROM ${table} t WHERE t.tenant = ? AND t.id = ?`)
    .get(tenant, id);
  return found === undefined ? null : unreadable.only(() => bodyOf(table)(found));
}

interface ListedRow extends Body {
  readonly at: number;
  readonly id: string;
}

/** Newest first; rows of one moment by id. */
function page<Of extends Listed>(
  { connection, unreadable }: Base,
  table: Of,
  filters: readonly Filter[],
  query: PageQuery,
): Page<Bodies[Of]> {
  const limit = limitOf(query.limit);
  const given = filters.filter((filter): filter is readonly [string, Value] => filter[1] !== undefined);
  const after =
    query.after === undefined ? null : fromCursor<readonly [number, string]>(query.after, [0, ""]);
  const conditions = [
    ...given.map(([condition]) => condition),
    ...(after === null ? [] : ["(t.at, t.id) < (?, ?)"]),
  ];
  const rows = connection
    .filtered<ListedRow>(
      `SELECT t.no, t.at, t.id, t.body FROM ${table} t WHERE ${conditions.join(" AND ")}
       ORDER BY t.at DESC, t.id DESC LIMIT ?`,
    )
    .all(...given.map(([, value]) => value), ...(after ?? []), limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const kept = unreadable.among(shown, bodyOf(table));
  return {
    rows: kept,
    next: rows.length > limit && last !== undefined ? toCursor([last.at, last.id]) : null,
    ...leftOut(shown.length, kept.length),
  };
}

interface LetterRow {
  readonly no: number;
  readonly id: string;
  readonly received_at: number;
  readonly sealed: Uint8Array;
}

function letters({
  connection,
  names,
  vault,
  unreadable,
}: Base): Pick<Records, "deadLetters" | "unknownTypes"> {
  const select = connection.query<LetterRow>(
    `SELECT l.no, l.id, l.received_at, l.sealed FROM dead_letters l
     WHERE l.tenant = ? AND l.no < ? ORDER BY l.no DESC LIMIT ?`,
  );
  const types = connection.query<{ source: string; type: string; count: number; at: number }>(
    `SELECT t.source, t.type, t.count, t.at FROM unknown_types t
     WHERE t.tenant = ? ORDER BY t.count DESC, t.source, t.type LIMIT 1000`,
  );
  return {
    async deadLetters(tenant, query) {
      const limit = limitOf(query.limit);
      const [below] = query.after === undefined ? [Number.MAX_SAFE_INTEGER] : fromCursor(query.after, [0]);
      const rows = select.all(names.tenant(tenant), below ?? 0, limit + 1);
      const shown = rows.slice(0, limit);
      const kept = unreadable.among(shown, ({ no, id, received_at: receivedAt, sealed }) => {
        const where = placeIn("dead_letters", no);
        const letter = opened(where, () => vault.unwrapJson(letterPlace(tenant, id), sealed));
        const content = readLetter(letter, where);
        const { system, sourceId, reason, body } = content;
        return { id, tenant, system, sourceId, receivedAt, reason, body: Buffer.from(body, "base64") };
      });
      return {
        rows: kept,
        next: rows.length > limit ? toCursor([shown.at(-1)?.no ?? 0]) : null,
        ...leftOut(shown.length, kept.length),
      };
    },
    async unknownTypes(tenant) {
      return types.all(names.tenant(tenant));
    },
  };
}
