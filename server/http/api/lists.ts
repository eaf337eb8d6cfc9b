import { z } from "zod";
import { alertStateOf } from "../../core/renamed.ts";
import { known } from "../../lib/foreign.ts";
import type { Page, PageQuery } from "../../store/contract.ts";
import type * as wire from "../wire.ts";
import { pageOf, readCursor } from "./cursor.ts";
import type { ApiDeps } from "./deps.ts";
import { alertBody, auditBody, decisionBody, deliveryBody, incidentBody } from "./present.ts";
import * as replies from "./replies.ts";
import { type Call, type Route, route } from "./route.ts";
import { about, idText, page, sinceOf } from "./schemas.ts";

const WORKERS = ["agent", "ops", "admin"] as const;
const EVERYBODY = ["agent", "ops", "admin", "analyst", "privacy"] as const;

type Paged = { readonly after?: string | undefined; readonly limit: number };

/** One page of a list: the cursor belongs to this list, this filter and this tenant. */
async function listed<Query extends Paged, Row, Item>(
  call: Call<Query, null>,
  path: string,
  read: (query: PageQuery) => Promise<Page<Row>>,
  item: (row: Row) => Item,
): Promise<{ body: wire.PageBody<Item> }> {
  const { after, limit, ...filter } = call.query;
  const list = { tenant: call.tenant, path, filter };
  return { body: pageOf(list, await read({ limit, ...readCursor(list, after) }), item) };
}

/** What happened, newest first, in pages. */
export function listRoutes(deps: ApiDeps): readonly Route[] {
  const { store } = deps;
  return [
    route({
      method: "get",
      path: "/decisions",
      summary: "What the policy decided and why, newest first; also what was held and stopped",
      roles: EVERYBODY,
      query: z.strictObject({
        ...page,
        ...about,
        match: idText.optional().meta({ description: "Only what is about this match, by id" }),
      }),
      body: null,
      reply: replies.pageReply(replies.decision),
      handle: (call) => {
        const { person, account, match, since } = call.query;
        const filter = { ...known({ person, account, match }), ...sinceOf(since, call.now) };
        return listed(
          call,
          "/decisions",
          (cut) => store.decisions(call.tenant, { ...filter, ...cut }),
          decisionBody,
        );
      },
    }),
    route({
      method: "get",
      path: "/deliveries",
      summary: "Messages and what became of them, newest first",
      roles: EVERYBODY,
      query: z.strictObject({
        ...page,
        ...about,
        match: idText.optional().meta({ description: "Only what is about this match, by id" }),
        status: z
          .enum(["queued", "sending", "sent", "failed", "in_doubt", "unknown", "suppressed", "dry_run"])
          .optional()
          .meta({ description: "Only messages that stand so" }),
      }),
      body: null,
      reply: replies.pageReply(replies.delivery),
      handle: (call) => {
        const { person, account, match, status, since } = call.query;
        const filter = { ...known({ person, account, match, status }), ...sinceOf(since, call.now) };
        return listed(
          call,
          "/deliveries",
          (cut) => store.deliveries(call.tenant, { ...filter, ...cut }),
          deliveryBody,
        );
      },
    }),
    route({
      method: "get",
      path: "/alerts",
      summary: "What waits for a person of yours, with owner, first action and due time",
      roles: WORKERS,
      query: z.strictObject({
        ...page,
        ...about,
        state: z
          .preprocess(
            (word) => (typeof word === "string" ? alertStateOf(word) : word),
            z.enum(["open", "acknowledged", "snoozed", "resolved"]),
          )
          .optional()
          .meta({ description: "Only alerts that stand so" }),
        owner: z.string().max(200).optional().meta({ description: "Only alerts of this role" }),
      }),
      body: null,
      reply: replies.pageReply(replies.alert),
      handle: (call) => {
        const { person, account, state, owner, since } = call.query;
        const filter = { ...known({ person, account, state, owner }), ...sinceOf(since, call.now) };
        return listed(call, "/alerts", (cut) => store.alerts(call.tenant, { ...filter, ...cut }), alertBody);
      },
    }),
    route({
      method: "get",
      path: "/incidents",
      summary: "Many customers at once: running and past incidents, newest first",
      roles: [...WORKERS, "analyst"],
      query: z.strictObject(page),
      body: null,
      reply: replies.pageReply(replies.incident),
      handle: (call) => listed(call, "/incidents", (cut) => store.incidents(call.tenant, cut), incidentBody),
    }),
    route({
      method: "get",
      path: "/audit",
      summary: "Who did what and why, newest first",
      roles: ["admin", "privacy"],
      query: z.strictObject({
        ...page,
        subject: idText.optional().meta({ description: "Only what was done to this, such as `person/u1`" }),
      }),
      body: null,
      reply: replies.pageReply(replies.audit),
      handle: (call) => {
        const filter = known({ subject: call.query.subject });
        return listed(call, "/audit", (cut) => store.audit(call.tenant, { ...filter, ...cut }), auditBody);
      },
    }),
  ];
}
