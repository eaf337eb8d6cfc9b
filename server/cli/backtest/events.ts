import type { Event, Incoming, Ref } from "../../core/event.ts";
import type { Millis } from "../../core/time.ts";
import { admit } from "../../core/vocabulary.ts";
import { hashId } from "../../lib/ids.ts";
import { BACKTEST_TENANT } from "../backtest-tenant.ts";

/**
 * Makes events as they would have entered the log. It learns other names of persons and accounts as it goes, and uses
 * them from then on; what happened under a name before it was known stays with that name.
 */
export function createEventMaker(): (incoming: Incoming, receivedAt: Millis) => Event {
  const known = new Map<string, string>();
  const nameOf = (ref: Ref | undefined): string | null =>
    ref === undefined ? null : (known.get(keyOf(ref)) ?? standIn(ref));
  const learn = (id: string | null, names: readonly Ref[] = []) => {
    if (id === null) return;
    for (const ref of names) if (!known.has(keyOf(ref))) known.set(keyOf(ref), id);
  };

  return (incoming, receivedAt) => {
    const { source, id, type, time, data } = incoming;
    const account = nameOf(incoming.account);
    const person = nameOf(incoming.person);
    learn(account, incoming.alsoAccount);
    learn(person, incoming.alsoPerson);
    return {
      tenant: BACKTEST_TENANT,
      source,
      id,
      type,
      time,
      receivedAt,
      account,
      person,
      data: admit(type, data),
    };
  };
}

const keyOf = ({ namespace, value }: Ref) => `${namespace}\u0000${value}`;

/** Whoever is known by an address only gets a name that does not show it. */
function standIn({ namespace, value }: Ref): string {
  if (namespace === "native") return value;
  const personal = namespace === "email" || namespace === "phone";
  return `${namespace}:${personal ? hashId(value.trim().toLowerCase()) : value}`;
}
