/** Who did something, and when, for a sentence that people read. */
import type { Actor } from "../core/control.ts";
import type { Millis } from "../core/time.ts";

const ROLES: { readonly [role: string]: string } = {
  agent: "an agent",
  ops: "support operations",
  admin: "an admin",
  analyst: "an analyst",
  privacy: "the privacy team",
};

/** `agent:ana` is "ana (an agent)"; who gave no name is told by the token, `ops:token nightly` by "nightly". */
export function actorWords(actor: Actor): string {
  if (actor === "customer") return "the customer";
  if (actor === "system") return "Forestall itself";
  const colon = actor.indexOf(":");
  const role = ROLES[actor.slice(0, colon)];
  const name = actor.slice(colon + 1);
  if (role === undefined) return name;
  const token = /^token (.+)$/.exec(name)?.[1];
  return token === undefined ? `${name} (${role})` : `somebody with the token "${token}" (${role})`;
}

const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** "2 March 2026 at 12:00 UTC". */
export function momentWords(at: Millis): string {
  return `${MOMENT.format(at)} UTC`;
}
