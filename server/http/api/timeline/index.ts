import { z } from "zod";
import { personOf } from "../../../actions/person.ts";
import type * as wire from "../../wire.ts";
import { pageOf, readCursor } from "../cursor.ts";
import type { ApiDeps } from "../deps.ts";
import * as replies from "../replies.ts";
import { accountOf, tenantOf } from "../risk.ts";
import { type Call, type Route, route } from "../route.ts";
import { identity, page } from "../schemas.ts";
import { resolveId } from "../subjects.ts";
import { mergeStreams } from "./merge.ts";
import { streamsOf, type Whose } from "./streams.ts";

const READERS = ["agent", "ops", "admin"] as const;
const query = z.strictObject({ ...page, ...identity });
type TimelineCall = Call<z.output<typeof query>, null>;

/** Signals, messages, feedback, tickets, incidents, actions and what was not sent, as one list. */
export function timelineRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/persons/:id/timeline",
      summary: "Everything that happened around a person, newest first, with the exact words of messages",
      roles: READERS,
      query,
      body: null,
      reply: replies.pageReply(replies.timelineItem),
      async handle(call) {
        const id = await resolveId(deps, call, "person");
        await personOf(deps, call.tenant, id);
        return { body: await timeline(deps, call, { person: id }) };
      },
    }),
    route({
      method: "get",
      path: "/accounts/:id/timeline",
      summary: "Everything that happened around an account, newest first, with the exact words of messages",
      roles: READERS,
      query,
      body: null,
      reply: replies.pageReply(replies.timelineItem),
      async handle(call) {
        const id = await resolveId(deps, call, "account");
        await accountOf(deps, call.tenant, id);
        return { body: await timeline(deps, call, { account: id }) };
      },
    }),
  ];
}

async function timeline(
  deps: ApiDeps,
  call: TimelineCall,
  whose: Whose,
): Promise<wire.PageBody<wire.TimelineItem>> {
  const { after, limit } = call.query;
  const list = { tenant: call.tenant, path: "/timeline", filter: whose };
  const streams = streamsOf(deps, tenantOf(deps, call.tenant), whose);
  const merged = await mergeStreams(streams, readCursor(list, after).after, limit);
  return pageOf(list, merged, (item) => item);
}
