import { undo } from "../../actions/registry.ts";
import { doneBody, presenting, requestOf } from "./acting.ts";
import type { ApiDeps } from "./deps.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { justReason, nothing } from "./schemas.ts";

export function undoRoutes({ actions }: ApiDeps): readonly Route[] {
  return [
    route({
      ...presenting(undo),
      path: "/actions/:id/undo",
      summary: undo.summary,
      query: nothing,
      body: justReason,
      reply: replies.action,
      async handle(call) {
        return { body: doneBody(await actions.run(undo, requestOf(call, { action: call.id }))) };
      },
    }),
  ];
}
