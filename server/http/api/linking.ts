import { z } from "zod";
import type { Ref } from "../../core/event.ts";
import { conflict, invalid } from "../problem.ts";
import type * as wire from "../wire.ts";
import type { ApiDeps } from "./deps.ts";
import type { Desk } from "./desk.ts";
import * as replies from "./replies.ts";
import { personOf } from "./risk.ts";
import { type Call, type Route, route } from "./route.ts";
import { nothing, reasoned } from "./schemas.ts";

const body = z.strictObject({
  ...reasoned,
  zendeskId: z
    .string()
    .regex(/^\d{1,20}$/, "must be the number of a Zendesk user")
    .optional(),
  email: z.email("must be an address such as ana@example.com").max(320).optional(),
});
type LinkCall = Call<unknown, z.output<typeof body>>;

/** An agent knows who a requester is that nobody could find. */
export function linkRoutes(deps: ApiDeps, desk: Desk): readonly Route[] {
  return [
    route({
      method: "post",
      path: "/persons/:id/link",
      summary: "Say that a Zendesk user, an address, or both, are this person",
      roles: ["agent", "ops", "admin"],
      query: nothing,
      body,
      reply: replies.linkAction,
      handle: (call) => desk.alone(call, "links", () => link(deps, desk, call)),
    }),
  ];
}

interface Name {
  readonly field: wire.LinkActionBody["linked"][number];
  readonly ref: Ref;
}

async function link(deps: ApiDeps, desk: Desk, call: LinkCall): Promise<{ body: wire.LinkActionBody }> {
  const names = namesIn(call);
  if (names.length === 0) throw invalid("body: give a `zendeskId`, an `email`, or both.");
  const { id, tenant } = call;
  await personOf(deps, tenant, id);
  const isNew = await refuseTaken(deps, call, names);
  const refs = names.map(({ ref }) => ref);
  const keys = isNew ? await deps.store.nameKeys(tenant, refs) : [];
  const { reason } = call.body;
  const done = await desk.tell(
    call,
    {
      source: "forestall",
      id: `link-${deps.newId()}`,
      type: "person.identified",
      time: call.now,
      person: { namespace: "native", value: id },
      alsoPerson: refs,
      data: {},
    },
    {
      subject: `person/${id}`,
      action: "person.link",
      reason,
      detail: { linked: names.map(({ field }) => field), target: { person: id } },
      // Where something was known under the name, it is one history from now on, which cannot be told apart again.
      undo: isNew ? { kind: "unlink", person: id, names: keys, actor: call.actor, reason } : null,
    },
  );
  return { body: { ...done.body, person: id, linked: names.map(({ field }) => field) } };
}

function namesIn({ body: { zendeskId, email } }: LinkCall): readonly Name[] {
  return [
    ...(zendeskId === undefined
      ? []
      : [{ field: "zendeskId", ref: { namespace: "zendesk", value: zendeskId } } as const]),
    ...(email === undefined
      ? []
      : [{ field: "email", ref: { namespace: "email", value: email.toLowerCase() } } as const]),
  ];
}

const NAME_WORDS: { readonly [field in Name["field"]]: string } = {
  zendeskId: "Zendesk user",
  email: "email address",
};

/**
 * A name that nobody but a stand-in has can be given; two people of the tenant's own are never made one.
 * @returns whether nothing was known under any of the names
 */
async function refuseTaken(
  deps: ApiDeps,
  { tenant, id }: LinkCall,
  names: readonly Name[],
): Promise<boolean> {
  const known = await deps.store.identify(
    tenant,
    names.map(({ ref }) => ref),
  );
  names.forEach(({ field, ref }, i) => {
    const found = known[i] ?? null;
    if (found === null || found.id === id || found.id.startsWith(`${ref.namespace}:`)) return;
    throw conflict(`This ${NAME_WORDS[field]} belongs to another person already.`);
  });
  return known.every((found) => found === null);
}
