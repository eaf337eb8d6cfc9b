import { z } from "zod";
import type { Ref } from "../core/event.ts";
import { type Action, type ActionContext, AGENTS } from "./contract.ts";
import { idText } from "./params.ts";
import { personOf } from "./person.ts";
import { conflict, invalid } from "./refusal.ts";

const params = z.strictObject({
  person: idText,
  zendeskId: z
    .string()
    .regex(/^\d{1,20}$/, "must be the number of a Zendesk user")
    .optional()
    .describe("The requester's number in Zendesk"),
  email: z
    .email("must be an address such as ana@example.com")
    .max(320)
    .optional()
    .describe("The address that the requester writes from"),
});

type Field = "zendeskId" | "email";
interface Name {
  readonly field: Field;
  readonly ref: Ref;
}
export interface Linked {
  readonly person: string;
  readonly linked: readonly Field[];
}

/** An agent knows who a requester is that nobody could find. Names are a tenant's, so all of them take turns. */
export const linkRequester: Action<typeof params, Linked> = {
  name: "link-requester",
  summary: "Say that a Zendesk user, an address, or both, are this person",
  params,
  roles: AGENTS,
  revised: false,
  audits: ["person.link"],
  undo: "unlink",
  subject: () => "links",
  async run(context, given, act) {
    const { person } = given;
    const names = namesIn(given);
    if (names.length === 0) throw invalid("Give a `zendeskId`, an `email`, or both.");
    await personOf(context, act.tenant, person);
    const isNew = await refuseTaken(context, act.tenant, person, names);
    const refs = names.map(({ ref }) => ref);
    const keys = isNew ? await context.store.nameKeys(act.tenant, refs) : [];
    const linked = names.map(({ field }) => field);
    const { actor, reason } = act.by;
    const event = {
      ...{ source: "forestall", id: `link-${context.newId()}`, type: "person.identified", time: act.now },
      ...{ person: { namespace: "native", value: person }, alsoPerson: refs, data: {} },
    };
    await act.tell(event, {
      subject: `person/${person}`,
      detail: { linked, target: { person } },
      // Where something was known under the name, it is one history from now on, which cannot be told apart again.
      undo: isNew ? { kind: "unlink", person, names: keys, actor, reason } : null,
    });
    return { person, linked };
  },
};

function namesIn({ zendeskId, email }: z.output<typeof params>): readonly Name[] {
  return [
    ...(zendeskId === undefined
      ? []
      : [{ field: "zendeskId", ref: { namespace: "zendesk", value: zendeskId } } as const]),
    ...(email === undefined
      ? []
      : [{ field: "email", ref: { namespace: "email", value: email.toLowerCase() } } as const]),
  ];
}

const NAME_WORDS: { readonly [field in Field]: string } = {
  zendeskId: "Zendesk user",
  email: "email address",
};

/**
 * A name that nobody but a stand-in has can be given; two people of the tenant's own are never made one.
 * @returns whether nothing was known under any of the names
 */
async function refuseTaken(
  { store }: ActionContext,
  tenant: string,
  person: string,
  names: readonly Name[],
): Promise<boolean> {
  const known = await store.identify(
    tenant,
    names.map(({ ref }) => ref),
  );
  names.forEach(({ field, ref }, i) => {
    const found = known[i] ?? null;
    if (found === null || found.id === person || found.id.startsWith(`${ref.namespace}:`)) return;
    throw conflict(`This ${NAME_WORDS[field]} belongs to another person already.`);
  });
  return known.every((found) => found === null);
}
