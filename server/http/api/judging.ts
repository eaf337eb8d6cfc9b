import { z } from "zod";
import { review } from "../../actions/review.ts";
import { verdict } from "../../actions/verdict.ts";
import { doneBody, presenting, requestOf } from "./acting.ts";
import type { ApiDeps } from "./deps.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { nothing, reasoned } from "./schemas.ts";

/** What a person says about a match: whether the trouble is real, and whether a held message may go out. */
export function judgingRoutes({ actions }: ApiDeps): readonly Route[] {
  return [
    route({
      ...presenting(verdict),
      path: "/matches/:id/verdict",
      summary: verdict.summary,
      query: nothing,
      body: z.strictObject({ ...reasoned, verdict: verdict.params.shape.verdict }),
      reply: replies.matchAction,
      async handle(call) {
        const params = { match: call.id, verdict: call.body.verdict };
        const done = await actions.run(verdict, requestOf(call, params));
        return { body: { ...doneBody(done), ...done.result } };
      },
    }),
    route({
      ...presenting(review),
      path: "/decisions/:id/review",
      summary: review.summary,
      query: nothing,
      body: z.strictObject({
        ...reasoned,
        answer: review.params.shape.answer,
        text: review.params.shape.text,
      }),
      reply: replies.matchAction,
      async handle(call) {
        const { answer, text } = call.body;
        const done = await actions.run(review, requestOf(call, { decision: call.id, answer, text }));
        return { body: { ...doneBody(done), ...done.result } };
      },
    }),
  ];
}
