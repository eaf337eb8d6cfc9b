import { z } from "zod";
import type { ChannelKind, Rollout, Switches, TenantState } from "../../core/tenant.ts";
import { conflict, invalid, unprocessable } from "../problem.ts";
import type { ApiDeps } from "./deps.ts";
import type { Desk } from "./desk.ts";
import { rolloutBody, switchesBody } from "./present.ts";
import * as replies from "./replies.ts";
import { tenantOf } from "./risk.ts";
import { type Route, route } from "./route.ts";
import { idText, nothing, reasoned } from "./schemas.ts";

const KINDS = ["email", "sms", "voice", "push", "chat", "in_app", "human", "broadcast"] as const;

/** The kill switches, and who may be messaged at all. */
export function switchRoutes(deps: ApiDeps, desk: Desk): readonly Route[] {
  return [switchRoute(deps, desk), rolloutRoute(deps, desk)];
}

function switchRoute(deps: ApiDeps, desk: Desk): Route {
  return route({
    method: "post",
    path: "/switches",
    summary: "Switch the tenant, a pattern or a channel off or on; what is queued stops within a second",
    roles: ["ops", "admin"],
    revised: true,
    query: nothing,
    body: z.strictObject({
      ...reasoned,
      what: z.enum(["tenant", "pattern", "channel"], "must be tenant, pattern or channel"),
      name: idText.optional(),
      off: z.boolean("must be true to switch off, false to switch on"),
    }),
    reply: replies.switchesAction,
    handle: (call) =>
      desk.alone(call, "switches", async () => {
        const tenant = tenantOf(deps, call.tenant);
        const before = tenant.switches;
        await desk.expect(call, "switches", switchesBody(before).revision);
        const { what, name, off, reason } = call.body;
        const after = switched(tenant, what, name, off);
        const control = (switches: Switches) =>
          ({ kind: "switches", switches, actor: call.actor, reason }) as const;
        const done = await desk.actOnTenant(call, control(after), {
          subject: "switches",
          action: off ? "switch.off" : "switch.on",
          reason,
          detail: { what, name: name ?? null },
          undo: control(before),
        });
        const switches = switchesBody(after);
        return { body: { ...done.body, switches }, revision: switches.revision };
      }),
  });
}

function switched(
  tenant: TenantState,
  what: "tenant" | "pattern" | "channel",
  name: string | undefined,
  off: boolean,
): Switches {
  const { switches } = tenant;
  if (what === "tenant") {
    if (name !== undefined) throw invalid("body.name: leave it out for the whole tenant.");
    return { ...switches, tenant: off };
  }
  if (name === undefined) throw invalid(`body.name: say which ${what}.`);
  if (what === "channel") {
    if (!isKind(name)) throw invalid(`body.name: must be one of ${KINDS.join(", ")}.`);
    return { ...switches, channels: withOrWithout(switches.channels, name, off) };
  }
  // A pattern that left the library may still be switched on again, to tidy up.
  if (off && tenant.library.byId(name) === undefined) {
    throw unprocessable(`There is no pattern ${name}.`);
  }
  return { ...switches, patterns: withOrWithout(switches.patterns, name, off) };
}

function isKind(name: string): name is ChannelKind {
  return (KINDS as readonly string[]).includes(name);
}

function withOrWithout<Item>(items: readonly Item[], item: Item, present: boolean): readonly Item[] {
  const others = items.filter((each) => each !== item);
  return present ? [...others, item] : others;
}

function rolloutRoute(deps: ApiDeps, desk: Desk): Route {
  const names = z.array(idText).max(2_000).optional();
  return route({
    method: "post",
    path: "/rollout",
    summary: "Say which accounts may be messaged; with none, everything is decided and rendered only",
    roles: ["admin"],
    revised: true,
    query: nothing,
    body: z.strictObject({
      ...reasoned,
      all: z.boolean().optional(),
      accounts: names,
      segments: names,
      percent: z.number().min(0, "must be 0 to 100").max(100, "must be 0 to 100").optional(),
    }),
    reply: replies.rolloutAction,
    handle: (call) =>
      desk.alone(call, "rollout", async () => {
        const { rollout: before, settings } = tenantOf(deps, call.tenant);
        await desk.expect(call, "rollout", rolloutBody(before).revision);
        const { all = false, accounts = [], segments = [], percent = 0, reason } = call.body;
        const after: Rollout = { all, accounts, segments, percent };
        const rollout = rolloutBody(after);
        if (!rollout.dryRun && settings.owners.default === undefined) {
          throw conflict("Name an owner of alerts first: nobody would hear of what needs a person.");
        }
        const control = (to: Rollout) =>
          ({ kind: "rollout", rollout: to, actor: call.actor, reason }) as const;
        const done = await desk.actOnTenant(call, control(after), {
          subject: "rollout",
          action: rollout.dryRun ? "rollout.dry-run" : "rollout.live",
          reason,
          detail: { ...after },
          undo: control(before),
        });
        return { body: { ...done.body, rollout }, revision: rollout.revision };
      }),
  });
}
