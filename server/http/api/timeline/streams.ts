import type { Event } from "../../../core/event.ts";
import type { TenantState } from "../../../core/tenant.ts";
import type { AuditRow, Page } from "../../../store/contract.ts";
import type * as wire from "../../wire.ts";
import { sentMessage } from "../context/index.ts";
import type { ApiDeps } from "../deps.ts";
import { auditBody, decisionBody, incidentBody, iso, matchBody } from "../present.ts";
import type { Row, Stream } from "./merge.ts";

/** Whose timeline it is. */
export type Whose = { readonly person: string } | { readonly account: string };

type Item = wire.TimelineItem;
/** Rows that the store is asked for at once. */
const CHUNK = 50;
/** Matches whose actions and incidents are looked up, newest first. */
const MATCHES = 20;

/** Everything that is told of a person or account, each kind as a list of its own. */
export function streamsOf(deps: ApiDeps, tenant: TenantState, whose: Whose): readonly Stream<Item>[] {
  const { store } = deps;
  const from =
    <Found>(
      read: (query: Whose & { after?: string; limit: number }) => Promise<Page<Found>>,
      row: (found: Found) => Row<Item> | null,
    ) =>
    async (after: string | undefined): Promise<Page<Row<Item>>> => {
      const page = await read({ ...whose, limit: CHUNK, ...(after === undefined ? {} : { after }) });
      return { ...page, rows: page.rows.map(row).filter((each) => each !== null) };
    };
  return [
    { name: "e", read: from((query) => store.events(tenant.id, query), eventRow) },
    {
      name: "m",
      read: from(
        (query) => store.matches(tenant.id, query),
        (match) => rowOf(match.firedAt, match.id, () => ({ kind: "match", match: matchBody(tenant, match) })),
      ),
    },
    {
      name: "s",
      read: from(
        (query) => store.deliveries(tenant.id, query),
        (row) =>
          // What a guard stopped before it left is told by its decision.
          row.status === "suppressed"
            ? null
            : rowOf(row.sentAt ?? row.createdAt, row.id, async () => ({
                kind: "message",
                message: await sentMessage(deps, row),
              })),
      ),
    },
    {
      name: "d",
      read: from(
        (query) => store.decisions(tenant.id, query),
        (row) =>
          row.kind === "send"
            ? null
            : rowOf(row.at, row.id, () => ({ kind: "not_sent", decision: decisionBody(row) })),
      ),
    },
    {
      name: "f",
      read: from(
        (query) => store.feedback(tenant.id, query),
        ({ id, at, match, delivery, person, answer, stars }) =>
          rowOf(at, id, () => ({ kind: "feedback", feedback: { match, delivery, person, answer, stars } })),
      ),
    },
    { name: "i", read: () => incidents(deps, tenant, whose) },
    { name: "a", read: () => actions(deps, tenant, whose) },
  ];
}

type Bare = Item extends infer Each ? (Each extends Item ? Omit<Each, "id" | "at"> : never) : never;

function rowOf(at: number, id: string, make: () => Bare | Promise<Bare>): Row<Item> {
  return { at, id, make: async () => ({ id, at: iso(at), ...(await make()) }) as Item };
}

function eventRow(event: Event): Row<Item> {
  const { type, source, account, person, data } = event;
  const signal: wire.SignalBody = { type, source, account, person, data };
  return rowOf(event.time, `${source} ${event.id}`, () => {
    if (!type.startsWith("ticket.")) return { kind: "signal", signal };
    return { kind: "ticket", ticket: typeof data.ticket === "string" ? data.ticket : null, signal };
  });
}

/** Incidents that took a match of theirs with them; few, so all at once. */
async function incidents(deps: ApiDeps, tenant: TenantState, whose: Whose): Promise<Page<Row<Item>>> {
  const { rows } = await deps.store.matches(tenant.id, { ...whose, limit: MATCHES * 5 });
  const ids = new Set(rows.map(({ incident }) => incident));
  const account = "account" in whose ? whose.account : null;
  const page = await deps.store.incidents(tenant.id, { limit: CHUNK });
  const theirs = page.rows.filter(
    ({ id, scope }) => ids.has(id) || (scope.kind === "account" && scope.name === account),
  );
  return {
    rows: theirs.map((row) =>
      rowOf(row.startedAt, row.id, () => ({ kind: "incident", incident: incidentBody(row) })),
    ),
    next: null,
  };
}

/** What people of the tenant did: to the person, and about their newest matches. */
async function actions(deps: ApiDeps, tenant: TenantState, whose: Whose): Promise<Page<Row<Item>>> {
  const { rows } = await deps.store.matches(tenant.id, { ...whose, limit: MATCHES });
  const own = "person" in whose ? [`person/${whose.person}`] : [];
  const subjects = [...own, ...rows.map(({ id }) => `match/${id}`)];
  const pages = await Promise.all(
    subjects.map((subject) => deps.store.audit(tenant.id, { subject, limit: CHUNK })),
  );
  const found: readonly AuditRow[] = pages.flatMap((page) => page.rows);
  return {
    rows: found
      .toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
      .map((row) => rowOf(row.at, row.id, () => ({ kind: "action", action: auditBody(row) }))),
    next: null,
  };
}
