import type { Event, Incoming, Ref } from "../../core/event.ts";
import type { Millis } from "../../core/time.ts";
import { admit } from "../../core/vocabulary.ts";
import { BACKTEST_TENANT } from "../backtest-tenant.ts";

/**
 * An event as it would have entered the log. There is no directory of names here: a person known under another
 * system's name only is a person of that name.
 */
export function toEvent(incoming: Incoming, receivedAt: Millis): Event {
  const { source, id, type, time, account, person, data } = incoming;
  return {
    tenant: BACKTEST_TENANT,
    source,
    id,
    type,
    time,
    receivedAt,
    account: nameOf(account),
    person: nameOf(person),
    data: admit(type, data),
  };
}

function nameOf(ref: Ref | undefined): string | null {
  if (ref === undefined) return null;
  return ref.namespace === "native" ? ref.value : `${ref.namespace}:${ref.value}`;
}
