import type { Incoming } from "../../core/event.ts";

/**
 * What is believed of an event that a browser sent with a public token. Anybody can read such a token and claim to be
 * anybody, so it may say what happened, but not who somebody is: an address, a role, a consent or another name would
 * let a stranger have somebody else's messages, or stop them.
 */
export function fromBrowser(incoming: Incoming): Incoming {
  const { contact: _contact, alsoPerson: _person, alsoAccount: _account, data, ...rest } = incoming;
  if (rest.type.startsWith("account.")) return { ...rest, data: {} };
  if (rest.type !== "person.identified") return { ...rest, data };
  const kept = Object.entries(data).filter(([name]) => name === "locale" || name === "timeZone");
  return { ...rest, data: Object.fromEntries(kept) };
}
