import { z } from "zod";
import { type ByHandMessage, questionOf } from "../../actions/by-hand.ts";
import { guardsFor, type StandingGuard } from "../../actions/by-hand-guards.ts";
import { sendByHand } from "../../actions/send-by-hand.ts";
import type * as wire from "../wire.ts";
import { doneBody, presenting, requestOf } from "./acting.ts";
import type { ApiDeps } from "./deps.ts";
import { deliveryBody } from "./present.ts";
import * as replies from "./replies.ts";
import { type Reply, type Route, route } from "./route.ts";
import { reasoned } from "./schemas.ts";

/** Sending a template by hand: what stands in the way can be looked at first. */
export function manualRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      ...presenting(sendByHand),
      path: "/deliveries",
      summary:
        "Send a template to a person by hand; with `preview=1`, only show it and what stands in its way",
      query: z.strictObject({
        preview: z.enum(["0", "1"]).default("0").describe("`1` sends nothing and shows what would be sent"),
      }),
      body: z.strictObject({ ...reasoned, ...sendByHand.params.shape }),
      reply: replies.manualReply,
      statuses: [200, 201],
      async handle(call): Promise<Reply<wire.ManualPreviewBody | wire.ManualActionBody>> {
        const { reason: _reason, actor: _actor, ...wanted } = call.body;
        if (call.query.preview === "1") {
          const { override: _override, ...message } = wanted;
          return { body: await preview(deps, call.tenant, message, call.now) };
        }
        const done = await deps.actions.run(sendByHand, requestOf(call, wanted));
        const { delivery, known } = done.result;
        const body = { ...doneBody(done), delivery: deliveryBody(delivery) };
        return known ? { body: { ...body, action: delivery.id } } : { status: 201, body };
      },
    }),
  ];
}

async function preview(
  deps: ApiDeps,
  tenant: string,
  message: ByHandMessage,
  now: number,
): Promise<wire.ManualPreviewBody> {
  const question = await questionOf(deps, tenant, message, now);
  const guards = guardsFor(question);
  const guardResult = resultOf(guards);
  return { guards, guardResult, verdict: guardResult, rendered: await deps.render(question) };
}

function resultOf(guards: readonly StandingGuard[]): wire.ManualPreviewBody["guardResult"] {
  if (guards.length === 0) return "send";
  return guards.every(({ overridable }) => overridable) ? "override" : "never";
}
