import type { Decision } from "../../../core/decision.ts";
import type { Alert, Delivery, Outcome } from "../../../core/delivery.ts";
import type { FeedbackRow } from "../../../core/effect.ts";
import type { Match } from "../../../core/match.ts";
import type { Incident } from "../../../core/tenant.ts";
import type { AuditRow, KeyQuery, Page, PageQuery, Records } from "../../contract.ts";
import { fromCursor, limitOf, toCursor } from "../../cursor.ts";
import type { Base } from "../base.ts";
import type { Value } from "../durability/connection.ts";
import { type LetterContent, letterPlace } from "../effects/record-rows.ts";

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

/** Tables of records with `tenant`, `id`, `at` and `body`; each has an index on (tenant, at, id). */
type Table =
  | "matches"
  | "decisions"
  | "deliveries"
  | "alerts"
  | "incidents"
  | "outcomes"
  | "feedback"
  | "audit";

/** A condition on the table's row `t`, and its value; undefined leaves it out. */
type Filter = readonly [condition: string, value: Value | undefined];

export function lists(base: Base): Lists {
  const { names } = base;
  const list =
    <Row, Query extends PageQuery>(table: Table, filters: (query: Query) => readonly Filter[]) =>
    async (tenant: string, query: Query): Promise<Page<Row>> =>
      page<Row>(base, table, [["t.tenant = ?", names.tenant(tenant)], ...filters(query)], query);
  const one =
    <Row>(table: Table) =>
    async (tenant: string, id: string): Promise<Row | null> =>
      byId<Row>(base, table, names.tenant(tenant), id);
  // The index on (tenant, filter, at, id) serves where there is one (person, account, state, status, match, subject),
  // else the one on (tenant, at, id).
  const byKey = ({ person, account, since }: KeyQuery): readonly Filter[] => [
    ["t.person = ?", person],
    ["t.account = ?", account],
    ["t.at >= ?", since],
  ];
  return {
    match: one<Match>("matches"),
    decision: one<Decision>("decisions"),
    alert: one<Alert>("alerts"),
    auditRow: one<AuditRow>("audit"),
    matches: list<Match, Parameters<Records["matches"]>[1]>("matches", (query) => [
      ...byKey(query),
      [query.open === false ? "t.state <> ?" : "t.state = ?", query.open === undefined ? undefined : "open"],
      ["t.pattern = ?", query.pattern],
    ]),
    decisions: list<Decision, Parameters<Records["decisions"]>[1]>("decisions", (query) => [
      ...byKey(query),
      ["t.match = ?", query.match],
    ]),
    deliveries: list<Delivery, Parameters<Records["deliveries"]>[1]>("deliveries", (query) => [
      ...byKey(query),
      ["t.status = ?", query.status],
      ["t.match = ?", query.match],
    ]),
    alerts: list<Alert, Parameters<Records["alerts"]>[1]>("alerts", (query) => [
      ...byKey(query),
      ["t.state = ?", query.state],
      ["t.owner = ?", query.owner],
    ]),
    incidents: list<Incident, PageQuery>("incidents", () => []),
    outcomes: list<Outcome, Parameters<Records["outcomes"]>[1]>("outcomes", (query) => [
      ...byKey(query),
      ["t.pattern = ?", query.pattern],
    ]),
    feedback: list<FeedbackRow, KeyQuery>("feedback", ({ person, account, since }) => [
      ["t.person = ?", person],
      [
        "EXISTS (SELECT 1 FROM matches m WHERE m.tenant = t.tenant AND m.id = t.match AND m.account = ?)",
        account,
      ],
      ["t.at >= ?", since],
    ]),
    audit: list<AuditRow, Parameters<Records["audit"]>[1]>("audit", ({ subject }) => [
      ["t.subject = ?", subject],
    ]),
    ...letters(base),
  };
}

export function byId<Row>({ connection }: Base, table: Table, tenant: number, id: string): Row | null {
  const found = connection
    .filtered<{ body: string }>(`SELECT t.body FROM ${table} t WHERE t.tenant = ? AND t.id = ?`)
    .get(tenant, id);
  return found === undefined ? null : (JSON.parse(found.body) as Row);
}

interface Listed {
  readonly at: number;
  readonly id: string;
  readonly body: string;
}

/** Newest first; rows of one moment by id. */
function page<Row>(
  { connection }: Base,
  table: Table,
  filters: readonly Filter[],
  query: PageQuery,
): Page<Row> {
  const limit = limitOf(query.limit);
  const given = filters.filter((filter): filter is readonly [string, Value] => filter[1] !== undefined);
  const after =
    query.after === undefined ? null : fromCursor<readonly [number, string]>(query.after, [0, ""]);
  const conditions = [
    ...given.map(([condition]) => condition),
    ...(after === null ? [] : ["(t.at, t.id) < (?, ?)"]),
  ];
  const rows = connection
    .filtered<Listed>(
      `SELECT t.at, t.id, t.body FROM ${table} t WHERE ${conditions.join(" AND ")}
       ORDER BY t.at DESC, t.id DESC LIMIT ?`,
    )
    .all(...given.map(([, value]) => value), ...(after ?? []), limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(({ body }) => JSON.parse(body) as Row),
    next: rows.length > limit && last !== undefined ? toCursor([last.at, last.id]) : null,
  };
}

interface LetterRow {
  readonly no: number;
  readonly id: string;
  readonly received_at: number;
  readonly sealed: Uint8Array;
}

function letters({ connection, names, vault }: Base): Pick<Records, "deadLetters" | "unknownTypes"> {
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
      return {
        rows: shown.map(({ id, received_at: receivedAt, sealed }) => {
          const content = vault.unwrapJson(letterPlace(tenant, id), sealed) as LetterContent;
          const { system, sourceId, reason, body } = content;
          return { id, tenant, system, sourceId, receivedAt, reason, body: Buffer.from(body, "base64") };
        }),
        next: rows.length > limit ? toCursor([shown.at(-1)?.no ?? 0]) : null,
      };
    },
    async unknownTypes(tenant) {
      return types.all(names.tenant(tenant));
    },
  };
}
