import { z } from "zod";
import { IN_APP_CHANNELS, SENT_CHANNELS } from "../../core/pattern.ts";
import { reasonWords } from "../../core/reasons.ts";
import { conflict, notFound, unprocessable } from "../problem.ts";
import type * as wire from "../wire.ts";
import type { ApiDeps, ManualQuestion } from "./deps.ts";
import type { Desk } from "./desk.ts";
import { guardsFor } from "./guards.ts";
import { matchOf } from "./judging.ts";
import { deliveryBody, effectsBody } from "./present.ts";
import * as replies from "./replies.ts";
import { personOf, tenantOf } from "./risk.ts";
import { type Call, type Reply, type Route, route } from "./route.ts";
import { idText, reasoned } from "./schemas.ts";

/** Channels that carry a message to one person. A human step is an alert, a broadcast belongs to an incident. */
const CHANNELS = [...SENT_CHANNELS, ...IN_APP_CHANNELS] as const;

const body = z.strictObject({
  ...reasoned,
  person: idText,
  channel: z.enum(CHANNELS, `must be one of ${CHANNELS.join(", ")}`),
  template: z.string().regex(/^[a-z0-9-]{1,100}$/, "must be the name of a template"),
  match: idText.optional(),
  override: z.boolean().optional(),
});
type Wanted = z.output<typeof body>;

/** Sending a template by hand: what stands in the way is shown first, and lifted only where it may be. */
export function manualRoutes(deps: ApiDeps, desk: Desk): readonly Route[] {
  return [
    route({
      method: "post",
      path: "/deliveries",
      summary:
        "Send a template to a person by hand; with `preview=1`, only show it and what stands in its way",
      roles: ["agent", "ops", "admin"],
      query: z.strictObject({ preview: z.enum(["0", "1"]).default("0") }),
      body,
      reply: replies.manualReply,
      statuses: [200, 201],
      handle: (call) =>
        call.query.preview === "1"
          ? preview(deps, call)
          : desk.alone(call, `person/${call.body.person}`, () => send(deps, desk, call)),
    }),
  ];
}

type ManualCall = Call<unknown, Wanted>;

async function preview(deps: ApiDeps, call: ManualCall): Promise<Reply<wire.ManualPreviewBody>> {
  const question = await questionOf(deps, call);
  const guards = guardsFor(question);
  return { body: { guards, verdict: verdictOf(guards), rendered: await deps.render(question) } };
}

/** An `Idempotency-Key` names the message: the same key sends once, and answers with what it sent. */
async function send(deps: ApiDeps, desk: Desk, call: ManualCall): Promise<Reply<wire.ManualActionBody>> {
  const id = deps.hashId("manual", call.tenant, call.idempotencyKey ?? deps.newId());
  const sent = await deps.store.delivery(call.tenant, id);
  if (sent !== null) {
    return { body: { action: id, undoable: false, effects: effectsBody([]), delivery: deliveryBody(sent) } };
  }
  const question = await questionOf(deps, call);
  refuseOrGoOn(guardsFor(question), call.body.override === true);
  const { person, channel, template, match, override, reason } = call.body;
  const control = { person, channel, template, match: match ?? null, actor: call.actor, reason };
  const done = await desk.act(
    call,
    { unit: question.unit.id },
    { kind: "manual", delivery: id, ...control },
    {
      subject: `person/${person}`,
      action: "delivery.manual",
      reason,
      detail: { delivery: id, channel, template, match: match ?? null, override: override === true },
      undo: { kind: "manual", delivery: id, ...control, undo: true },
    },
  );
  const made = done.effects.find((effect) => effect.kind === "delivery" && effect.row.id === id);
  if (made?.kind !== "delivery") {
    const last = done.effects.findLast((effect) => effect.kind === "decision");
    throw conflict(
      `The message was not taken${last === undefined ? "" : `: ${reasonWords(last.row.reason)}`}.`,
    );
  }
  return { status: 201, body: { ...done.body, delivery: deliveryBody(made.row) } };
}

/** @throws Problem 404 or 422 when what is wanted does not exist or does not fit together */
async function questionOf(deps: ApiDeps, call: ManualCall): Promise<ManualQuestion> {
  const { person: id, channel, template, match: matchId } = call.body;
  const tenant = tenantOf(deps, call.tenant);
  if (!tenant.templates.has(template)) throw unprocessable(`There is no template named ${template}.`);
  const { state: person, units } = await personOf(deps, tenant.id, id);
  const found = matchId === undefined ? null : await matchOf(deps, tenant.id, matchId);
  const unit = found === null ? units[0] : units.find((each) => each.id === found.match.unit);
  if (unit === undefined) {
    if (found === null) throw notFound("Nothing has been heard of this person yet.");
    throw unprocessable("This match is about another account or person.");
  }
  return {
    tenant,
    unit,
    person: unit.persons.get(id) ?? person,
    channel,
    template,
    tracked: found?.tracked ?? null,
    pattern: found === null ? null : (tenant.library.byId(found.match.pattern) ?? null),
    now: call.now,
  };
}

function verdictOf(guards: readonly wire.GuardBody[]): wire.ManualPreviewBody["verdict"] {
  if (guards.length === 0) return "send";
  return guards.every(({ overridable }) => overridable) ? "override" : "never";
}

/** @throws Problem 409 listing the guards */
function refuseOrGoOn(guards: readonly wire.GuardBody[], override: boolean): void {
  const never = guards.filter(({ overridable }) => !overridable);
  if (never.length > 0) throw conflict(never.map(({ detail }) => detail).join(" "), { guards });
  if (guards.length === 0 || override) return;
  const detail = guards.map((guard) => guard.detail).join(" ");
  throw conflict(`${detail} Send it all the same with \`override: true\` and your reason.`, { guards });
}
