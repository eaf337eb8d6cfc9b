import { z } from "zod";
import type { Done } from "../../actions/contract.ts";
import { pausePerson } from "../../actions/pause-person.ts";
import type { PersonChanged } from "../../actions/preferences.ts";
import { resumePerson } from "../../actions/resume-person.ts";
import { personRevision } from "../../actions/revisions.ts";
import { stopPerson } from "../../actions/stop-person.ts";
import { doneBody, presenting, requestOf } from "./acting.ts";
import type { ApiDeps } from "./deps.ts";
import { controlsBody } from "./present.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { endOf, identity, justReason, reasoned, until } from "./schemas.ts";
import { resolveId } from "./subjects.ts";

const query = z.strictObject(identity);

/** An agent or ops person holds back, or lets go again, what goes to one person. */
export function personRoutes(deps: ApiDeps): readonly Route[] {
  const { actions } = deps;
  return [
    route({
      ...presenting(pausePerson),
      path: "/persons/:id/pause",
      summary: pausePerson.summary,
      query,
      body: z.strictObject({ ...reasoned, ...until }),
      reply: replies.personAction,
      async handle(call) {
        const person = await resolveId(deps, call, "person");
        const params = { who: { person }, until: endOf(call.body, call.now) };
        return replyOf(await actions.run(pausePerson, requestOf(call, params)), call.now);
      },
    }),
    ...(
      [
        [resumePerson, "resume"],
        [stopPerson, "stop"],
      ] as const
    ).map(([action, verb]) =>
      route({
        ...presenting(action),
        path: `/persons/:id/${verb}`,
        summary: action.summary,
        query,
        body: justReason,
        reply: replies.personAction,
        async handle(call) {
          const person = await resolveId(deps, call, "person");
          return replyOf(await actions.run(action, requestOf(call, { who: { person } })), call.now);
        },
      }),
    ),
  ];
}

function replyOf(done: Done<PersonChanged>, now: number) {
  const { person, state } = done.result;
  const revision = personRevision(state);
  return { body: { ...doneBody(done), person, controls: controlsBody(state, now), revision }, revision };
}
