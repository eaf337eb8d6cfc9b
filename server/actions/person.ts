import { z } from "zod";
import type { Ref } from "../core/event.ts";
import { DAY, type Millis } from "../core/time.ts";
import type { PersonState, Unit } from "../core/unit.ts";
import type { Pipeline } from "../flow/contract.ts";
import type { Directory, Records } from "../store/contract.ts";
import type { Act } from "./contract.ts";
import { invalid, notFound } from "./refusal.ts";
import { tenantOf } from "./tenant.ts";

/** A person by the tenant's own id, or by an address. */
export const who = z.union([
  z.strictObject({ person: z.string().min(1).max(512) }),
  z.strictObject({ email: z.string().min(3).max(320) }),
  z.strictObject({ phone: z.string().min(3).max(64) }),
]);
export type Who = z.output<typeof who>;

/** @throws Refusal when this end of a pause or snooze is no end that somebody can mean */
export function checkEnd(end: Millis, now: Millis): void {
  if (end <= now) throw invalid("The end has to lie in the future.");
  if (end > now + 366 * DAY) throw invalid("The end may be a year away at most.");
}

export interface Sight {
  readonly store: Directory & Records;
  readonly pipeline: Pick<Pipeline, "peek" | "tenant">;
}
export interface FoundPerson {
  readonly state: PersonState;
  /** The default unit first. */
  readonly units: readonly Unit[];
}

/** A person with every unit they are in. @throws Refusal when there is none */
export async function personOf(sight: Sight, tenant: string, id: string): Promise<FoundPerson> {
  const found = await findPerson(sight, tenant, id);
  if (found === null) throw notFound("There is no person with this id.");
  return found;
}

/** Units are looked at only of persons that exist: looking would make an empty one of any name. */
export async function findPerson(
  { store, pipeline }: Sight,
  tenant: string,
  id: string,
): Promise<FoundPerson | null> {
  const [memberships, stored] = await Promise.all([
    store.memberships(tenant, [id]),
    store.person(tenant, id),
  ]);
  const names = memberships.get(id) ?? [];
  if (names.length === 0 && stored === null) return null;
  const inUnits = names.length === 0 ? [`person/${id}`] : names;
  const peeked = await Promise.all(inUnits.map((unit) => pipeline.peek(tenant, unit)));
  const units = peeked.filter((unit) => unit !== null).filter((unit) => unit.persons.has(id));
  const state = units[0]?.persons.get(id) ?? stored;
  return state === null ? null : { state, units };
}

/** The id of a person who was named by id or address. @throws Refusal when nobody is known by that */
export async function idOf(sight: Sight, tenant: string, named: Who): Promise<string> {
  tenantOf(sight, tenant);
  if ("person" in named) return nativeId(sight, tenant, named.person);
  const ref: Ref =
    "email" in named
      ? { namespace: "email", value: named.email }
      : { namespace: "phone", value: named.phone };
  const [found] = await sight.store.identify(tenant, [ref]);
  if (found?.kind === "person") return found.id;
  // The address is not repeated: it would end in terminals and logs.
  throw notFound(`Nobody in ${tenant} is known by this ${ref.namespace}.`);
}

async function nativeId({ store }: Sight, tenant: string, id: string): Promise<string> {
  if ((await store.person(tenant, id)) !== null) return id;
  const memberships = (await store.memberships(tenant, [id])).get(id) ?? [];
  if (memberships.length > 0) return id;
  // An id that was joined with another person's leads to that person.
  const [joined] = await store.identify(tenant, [{ namespace: "native", value: id }]);
  if (joined?.kind === "person") return joined.id;
  throw notFound(`There is no person ${id} in ${tenant}.`);
}

/** Whom an act is about that has locked `person/<id>`. */
export function personIn({ subject }: Pick<Act, "subject">): string {
  return subject.slice("person/".length);
}
