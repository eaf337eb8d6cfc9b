import type { Ref } from "../core/event.ts";
import { FOREVER, type Millis } from "../core/time.ts";
import { PlainError } from "../lib/errors.ts";
import { auditOf } from "./audit.ts";
import type { By, Who } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";

/** @throws PlainError when nobody is known by that */
export async function personOf(
  deps: Pick<AdminDeps, "store" | "pipeline">,
  tenant: string,
  who: Who,
): Promise<string> {
  tenantOf(deps, tenant);
  if ("person" in who) return nativePerson(deps, tenant, who.person);
  const ref: Ref =
    "email" in who ? { namespace: "email", value: who.email } : { namespace: "phone", value: who.phone };
  const [found] = await deps.store.identify(tenant, [ref]);
  if (found?.kind === "person") return found.id;
  // The address is not repeated: it would end in terminals and logs.
  throw new PlainError(`Nobody in ${tenant} is known by this ${ref.namespace}.`);
}

async function nativePerson(
  { store }: Pick<AdminDeps, "store">,
  tenant: string,
  id: string,
): Promise<string> {
  if ((await store.person(tenant, id)) !== null) return id;
  // An id that was joined with another person's leads to that person.
  const [joined] = await store.identify(tenant, [{ namespace: "native", value: id }]);
  if (joined?.kind === "person") return joined.id;
  throw new PlainError(`There is no person ${id} in ${tenant}.`);
}

/** Nothing is sent to the person until then. */
export async function pausePerson(
  deps: AdminDeps,
  tenant: string,
  who: Who,
  until: Millis | "forever" | null,
  by: By,
): Promise<{ person: string; until: Millis | null }> {
  const person = await personOf(deps, tenant, who);
  const end = until === "forever" ? FOREVER : until;
  if (end !== null && end <= deps.now())
    throw new PlainError("Give a time to come: --until is over already.");
  const before = await deps.store.person(tenant, person);
  const control = (at: Millis | null) =>
    ({ kind: "preference", person, change: { kind: "pause", until: at }, ...by }) as const;
  await deps.pipeline.control(tenant, { person }, control(end), {
    audit: auditOf(deps, tenant, by, {
      action: end === null ? "person.resume" : "person.pause",
      subject: `person/${person}`,
      detail: { until: end, target: { person } },
      undo: control(before?.pausedUntil ?? null),
    }),
  });
  return { person, until: end };
}
