import { z } from "zod";
import type { Live } from "../live.ts";
import { liveMessage, STREAM_EVENTS } from "./replies.ts";
import type { Call, StreamRoute } from "./route.ts";

const query = z.strictObject({
  events: z
    .string()
    .max(200)
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(STREAM_EVENTS, `must be a list of: ${STREAM_EVENTS.join(", ")}`)))
    .optional()
    .meta({ description: `Only these, separated by commas: ${STREAM_EVENTS.join(", ")}` }),
});

/** What happens, as it happens, as server-sent events. */
export function streamRoute(live: Live): StreamRoute {
  return {
    kind: "stream",
    method: "get",
    path: "/stream",
    summary: "What happens, as it happens; `Last-Event-ID` goes on where it broke off",
    roles: ["agent", "ops", "admin"],
    query,
    message: liveMessage,
    open(call: Call<z.output<typeof query>, null>, response) {
      const { events } = call.query;
      live.open(response, {
        tenant: call.tenant,
        token: call.token,
        events: events === undefined ? null : new Set(events),
        lastEventId: call.lastEventId,
      });
    },
  };
}
