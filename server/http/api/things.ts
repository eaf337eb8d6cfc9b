import { matchRevision } from "../../actions/revisions.ts";
import { countByTiming } from "../../core/pattern-summary.ts";
import { notFound } from "../problem.ts";
import type { ApiDeps } from "./deps.ts";
import {
  alertBody,
  deliveryBody,
  helpBody,
  iso,
  matchBody,
  patternBody,
  rolloutBody,
  switchesBody,
  traceBody,
} from "./present.ts";
import * as replies from "./replies.ts";
import { tenantOf } from "./risk.ts";
import { type Route, route } from "./route.ts";
import { nothing } from "./schemas.ts";

const WORKERS = ["agent", "ops", "admin"] as const;
const EVERYBODY = ["agent", "ops", "admin", "analyst", "privacy"] as const;
const TRACERS = ["agent", "ops", "admin", "privacy"] as const;

/** Single things, and the way back from a message to its webhook. */
export function thingRoutes(deps: ApiDeps): readonly Route[] {
  const { store } = deps;
  return [
    route({
      method: "get",
      path: "/deliveries/:id",
      summary: "One message with the exact copy the person got",
      roles: TRACERS,
      query: nothing,
      body: null,
      reply: replies.deliveryDetail,
      async handle({ tenant, id }) {
        const row = await store.delivery(tenant, id);
        if (row === null) throw notFound("There is no message with this id.");
        const copy = await store.sentCopy(tenant, id);
        const shown = copy === null ? null : { at: iso(copy.at), rendered: copy.rendered };
        return { body: { ...deliveryBody(row), copy: shown } };
      },
    }),
    route({
      method: "get",
      path: "/alerts/:id",
      summary: "One alert; its ETag goes back as If-Match",
      roles: WORKERS,
      query: nothing,
      body: null,
      reply: replies.alert,
      async handle({ tenant, id }) {
        const row = await store.alert(tenant, id);
        if (row === null) throw notFound("There is no alert with this id.");
        return { body: alertBody(row), revision: String(row.revision) };
      },
    }),
    route({
      method: "get",
      path: "/matches/:id",
      summary: "A pattern that fired for a key: what was seen, and what is being done about it",
      roles: EVERYBODY,
      query: nothing,
      body: null,
      reply: replies.matchDetail,
      async handle(call) {
        const tenant = tenantOf(deps, call.tenant);
        const row = await store.match(tenant.id, call.id);
        if (row === null) throw notFound("There is no match with this id.");
        const unit = await deps.pipeline.peek(tenant.id, row.unit);
        const tracked = unit?.tracked.get(row.id) ?? null;
        const pattern = tenant.library.byId(row.pattern);
        const revision = matchRevision(tracked);
        const body = {
          ...matchBody(tenant, tracked?.match ?? row),
          silenced: tracked?.silenced ?? null,
          help: tracked === null ? null : helpBody(tracked),
          firstAction: pattern?.firstAction ?? "",
          playbook: pattern?.playbookText ?? "",
          typicalTicket: pattern?.typicalTicket ?? "",
          revision,
        };
        return { body, revision };
      },
    }),
    route({
      method: "get",
      path: "/trace/:id",
      summary: "From a decision or message back to the webhook behind it",
      roles: TRACERS,
      query: nothing,
      body: null,
      reply: replies.trace,
      async handle(call) {
        const tenant = tenantOf(deps, call.tenant);
        const trace = await store.trace(tenant.id, call.id);
        if (trace === null) throw notFound("There is no decision or message with this id.");
        return { body: traceBody(tenant, call.id, trace) };
      },
    }),
  ];
}

/** How things stand: figures, patterns, switches, rollout. */
export function stateRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/metrics/summary",
      summary: "The figures of the front page: who is watched, what was sent and prevented",
      roles: ["ops", "admin", "analyst"],
      query: nothing,
      body: null,
      reply: replies.summary,
      async handle(call) {
        const tenant = tenantOf(deps, call.tenant);
        const { byPattern24h, ...found } = await deps.store.summary(tenant.id, call.now);
        const byTiming24h = countByTiming(byPattern24h, (id) => tenant.library.byId(id));
        const patterns30d = found.patterns30d.map((row) => ({
          pattern: row.pattern,
          name: tenant.library.byId(row.pattern)?.name ?? row.pattern,
          fired: row.fired,
          prevented: row.prevented,
          notPrevented: row.notPrevented,
          preventionRate: share(row.prevented, row.prevented + row.notPrevented),
        }));
        return { body: { ...found, byTiming24h, at: iso(found.at), patterns30d } };
      },
    }),
    route({
      method: "get",
      path: "/patterns",
      summary: "The pattern library in use",
      roles: EVERYBODY,
      query: nothing,
      body: null,
      reply: replies.pageReply(replies.pattern),
      async handle(call) {
        const tenant = tenantOf(deps, call.tenant);
        const { patterns, byId } = tenant.library;
        // An older version stays in the library until its matches are closed; it is not what is in use.
        const inUse = patterns.filter((pattern) => byId(pattern.id) === pattern);
        return { body: { items: inUse.map(patternBody), next: null } };
      },
    }),
    route({
      method: "get",
      path: "/switches",
      summary: "What is switched off",
      roles: WORKERS,
      query: nothing,
      body: null,
      reply: replies.switches,
      async handle(call) {
        const body = switchesBody(tenantOf(deps, call.tenant).switches);
        return { body, revision: body.revision };
      },
    }),
    route({
      method: "get",
      path: "/rollout",
      summary: "Which accounts may be messaged",
      roles: WORKERS,
      query: nothing,
      body: null,
      reply: replies.rollout,
      async handle(call) {
        const body = rolloutBody(tenantOf(deps, call.tenant).rollout);
        return { body, revision: body.revision };
      },
    }),
  ];
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
