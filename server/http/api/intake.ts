import { z } from "zod";
import type { DeadLetter } from "../../store/contract.ts";
import type * as wire from "../wire.ts";
import { pageOf, readCursor } from "./cursor.ts";
import type { ApiDeps } from "./deps.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { nothing, page } from "./schemas.ts";

/** What a person needs to see of a body to know what its sender got wrong. */
const EXCERPT = 2_000;

/** What came in and could not be used, for whoever connects the systems. */
export function intakeRoutes({ store }: ApiDeps): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/dead-letters",
      summary:
        "Deliveries that were signed rightly and could not be read, newest first, with the beginning of the body",
      roles: ["admin"],
      query: z.strictObject(page),
      body: null,
      reply: replies.pageReply(replies.deadLetter),
      async handle({ tenant, query: { after, limit } }) {
        const list = { tenant, path: "/dead-letters", filter: {} };
        const found = await store.deadLetters(tenant, { limit, ...readCursor(list, after) });
        return { body: pageOf(list, found, letterBody) };
      },
    }),
    route({
      method: "get",
      path: "/unknown-types",
      summary:
        "Event types that mean nothing here, the most frequent first: they are kept, and no pattern sees them",
      roles: ["admin"],
      query: nothing,
      body: null,
      reply: replies.pageReply(replies.unknownType),
      async handle({ tenant }) {
        const types = await store.unknownTypes(tenant);
        const items = types.map(({ at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() }));
        return { body: { items, next: null } };
      },
    }),
  ];
}

function letterBody({ id, system, sourceId, receivedAt, reason, body }: DeadLetter): wire.DeadLetterBody {
  return {
    id,
    at: new Date(receivedAt).toISOString(),
    system,
    source: sourceId,
    reason,
    bytes: body.byteLength,
    excerpt: new TextDecoder().decode(body.subarray(0, EXCERPT)),
  };
}
