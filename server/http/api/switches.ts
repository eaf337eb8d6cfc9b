import { z } from "zod";
import { goLive } from "../../actions/go-live.ts";
import { channelKind } from "../../actions/params.ts";
import { pause } from "../../actions/pause.ts";
import { resume } from "../../actions/resume.ts";
import { invalid } from "../problem.ts";
import { doneBody, presenting, requestOf } from "./acting.ts";
import type { ApiDeps } from "./deps.ts";
import { rolloutBody, switchesBody } from "./present.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { idText, nothing, reasoned } from "./schemas.ts";

/** The kill switches, and who may be messaged at all. */
export function switchRoutes(deps: ApiDeps): readonly Route[] {
  return [switchRoute(deps), rolloutRoute(deps)];
}

const switchBody = z.strictObject({
  ...reasoned,
  what: z
    .enum(["tenant", "pattern", "channel"], "must be tenant, pattern or channel")
    .meta({ description: "Everything of the tenant, one pattern, or one channel" }),
  name: idText.optional().meta({ description: "Id of the pattern, or the channel; for the tenant left out" }),
  off: z
    .boolean("must be true to switch off, false to switch on")
    .meta({ description: "True to switch off, false to switch on" }),
});

function switchRoute({ actions }: ApiDeps): Route {
  return route({
    ...presenting(pause, resume),
    path: "/switches",
    summary: "Switch the tenant, a pattern or a channel off or on; what is queued stops within a second",
    query: nothing,
    body: switchBody,
    reply: replies.switchesAction,
    async handle(call) {
      const request = requestOf(call, switchesIn(call.body));
      const done = await actions.run(call.body.off ? pause : resume, request);
      const switches = switchesBody(done.result);
      return { body: { ...doneBody(done), switches }, revision: switches.revision };
    },
  });
}

/** One thing by its name, or the whole tenant by none. */
function switchesIn({ what, name }: z.output<typeof switchBody>) {
  if (what === "tenant") {
    if (name !== undefined) throw invalid("body.name: leave it out for the whole tenant.");
    return {};
  }
  if (name === undefined) throw invalid(`body.name: say which ${what}.`);
  if (what === "pattern") return { patterns: [name] };
  const kind = channelKind.safeParse(name);
  if (!kind.success) throw invalid(`body.name: ${kind.error.issues[0]?.message ?? "is no channel"}.`);
  return { channels: [kind.data] };
}

function rolloutRoute({ actions }: ApiDeps): Route {
  const names = z.array(idText).max(2_000).optional();
  return route({
    ...presenting(goLive),
    path: "/rollout",
    summary: "Say which accounts may be messaged; with none, everything is decided and rendered only",
    query: nothing,
    body: z.strictObject({
      ...reasoned,
      all: z.boolean().optional().meta({ description: "All accounts" }),
      accounts: names.meta({ description: "These accounts, by id" }),
      segments: names.meta({ description: "The accounts of these segments" }),
      percent: z
        .number()
        .min(0, "must be 0 to 100")
        .max(100, "must be 0 to 100")
        .optional()
        .meta({ description: "This share of the other accounts, 0 to 100" }),
      add: z.boolean().optional().meta({ description: "Beside what is live already, not in its place" }),
      force: z.boolean().optional().meta({ description: "Go live although `doctor` finds problems" }),
    }),
    reply: replies.rolloutAction,
    async handle(call) {
      const { reason: _reason, actor: _actor, ...wanted } = call.body;
      const { all = false, accounts = [], segments = [], percent = 0, add = false } = wanted;
      // A rollout with nobody in it is the dry run.
      const isNobody = !all && accounts.length === 0 && segments.length === 0 && percent === 0 && !add;
      const done = await actions.run(goLive, requestOf(call, isNobody ? { dryRun: true } : wanted));
      const rollout = rolloutBody(done.result);
      return { body: { ...doneBody(done), rollout }, revision: rollout.revision };
    },
  });
}
