import { z } from "zod";
import { personRevision } from "../../actions/revisions.ts";
import type { PreferenceChange } from "../../core/control.ts";
import { FOREVER } from "../../core/time.ts";
import type { PersonState } from "../../core/unit.ts";
import { conflict, invalid } from "../problem.ts";
import type * as wire from "../wire.ts";
import type { ApiDeps } from "./deps.ts";
import type { Desk } from "./desk.ts";
import { controlsBody } from "./present.ts";
import * as replies from "./replies.ts";
import { personOf } from "./risk.ts";
import { type Call, type Route, route } from "./route.ts";
import { endOf, identity, justReason, reasoned, until } from "./schemas.ts";
import { resolveId } from "./subjects.ts";

const ROLES = ["agent", "ops", "admin"] as const;
const query = z.strictObject(identity);

/** An agent or ops person holds back, or lets go again, what goes to one person. */
export function personRoutes(deps: ApiDeps, desk: Desk): readonly Route[] {
  return [
    route({
      method: "post",
      path: "/persons/:id/pause",
      summary: "Hold all messages to a person, until a time or until somebody resumes",
      roles: ROLES,
      revised: true,
      query,
      body: z.strictObject({ ...reasoned, ...until }),
      reply: replies.personAction,
      async handle(call) {
        const end = endOf(call.body, call.now);
        if (typeof end === "string") throw invalid(`body: ${end}.`);
        return change(deps, desk, call, "person.pause", ({ pausedUntil }) => ({
          change: { kind: "pause", until: end ?? FOREVER },
          undo: { kind: "pause", until: pausedUntil },
        }));
      },
    }),
    route({
      method: "post",
      path: "/persons/:id/resume",
      summary: "End a pause; a stop by the customer stays",
      roles: ROLES,
      revised: true,
      query,
      body: justReason,
      reply: replies.personAction,
      async handle(call) {
        return change(deps, desk, call, "person.resume", ({ pausedUntil, stoppedAt }) => {
          if (stoppedAt !== null) {
            throw conflict("This person has stopped all messages; only they can start them again.");
          }
          return { change: { kind: "pause", until: null }, undo: { kind: "pause", until: pausedUntil } };
        });
      },
    }),
    route({
      method: "post",
      path: "/persons/:id/stop",
      summary: "Stop all proactive messages to a person on every channel, as they asked",
      roles: ROLES,
      revised: true,
      query,
      body: justReason,
      reply: replies.personAction,
      async handle(call) {
        return change(deps, desk, call, "person.stop", ({ stoppedAt }) => ({
          change: { kind: "stop" },
          // Who had stopped before stays stopped, whatever is taken back.
          undo: stoppedAt === null ? { kind: "resume" } : null,
        }));
      },
    }),
  ];
}

interface Plan {
  readonly change: PreferenceChange;
  readonly undo: PreferenceChange | null;
}
type PersonCall = Call<{ readonly identity?: string | undefined }, { readonly reason: string }>;

async function change(
  deps: ApiDeps,
  desk: Desk,
  call: PersonCall,
  action: string,
  planFor: (person: PersonState) => Plan,
): Promise<{ body: wire.PersonActionBody; revision: string }> {
  const id = await resolveId(deps, call, "person");
  const subject = `person/${id}`;
  return desk.alone(call, subject, async () => {
    const { state, units } = await personOf(deps, call.tenant, id);
    await desk.expect(call, subject, personRevision(state));
    const plan = planFor(state);
    const { reason } = call.body;
    const control = (wanted: PreferenceChange) =>
      ({ kind: "preference", person: id, change: wanted, actor: call.actor, reason }) as const;
    const done = await desk.act(call, { person: id }, control(plan.change), {
      subject,
      action,
      reason,
      detail: { unit: units[0]?.id ?? `person/${id}`, afterSeq: units[0]?.seq ?? 0 },
      undo: plan.undo === null ? null : control(plan.undo),
    });
    const { state: now } = await personOf(deps, call.tenant, id);
    const revision = personRevision(now);
    return {
      body: { ...done.body, person: id, controls: controlsBody(now, call.now), revision },
      revision,
    };
  });
}
