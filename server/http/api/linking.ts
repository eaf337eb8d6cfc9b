import { z } from "zod";
import { linkRequester } from "../../actions/link-requester.ts";
import { doneBody, presenting, requestOf } from "./acting.ts";
import type { ApiDeps } from "./deps.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { nothing, reasoned } from "./schemas.ts";

const { zendeskId, email } = linkRequester.params.shape;

/** An agent knows who a requester is that nobody could find. */
export function linkRoutes({ actions }: ApiDeps): readonly Route[] {
  return [
    route({
      ...presenting(linkRequester),
      path: "/persons/:id/link",
      summary: linkRequester.summary,
      query: nothing,
      body: z.strictObject({ ...reasoned, zendeskId, email }),
      reply: replies.linkAction,
      async handle(call) {
        const { reason: _reason, actor: _actor, ...names } = call.body;
        const done = await actions.run(linkRequester, requestOf(call, { person: call.id, ...names }));
        const { person, linked } = done.result;
        return { body: { ...doneBody(done), person, linked: [...linked] } };
      },
    }),
  ];
}
