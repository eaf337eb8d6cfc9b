import type { Channel } from "../pattern.ts";
import { type ChannelKind, kindOf } from "../tenant.ts";
import type { PersonState } from "../unit.ts";
import { type Asked, hold, type Refusal, stop } from "./guard.ts";

/** They stopped everything, or switched this channel off. */
export function optedOut({ recipient }: Asked, channel: Channel): Refusal | null {
  if (recipient === null) return null;
  const off = recipient.stoppedAt !== null || recipient.channelsOff.includes(kindOf(channel));
  return off ? stop("opted_out") : null;
}

/** SMS, calls and push need a recorded yes; email and what is shown in the product only must not be refused. */
export function noConsent({ recipient }: Asked, channel: Channel): Refusal | null {
  if (recipient === null) return null;
  return agreed(recipient.consent, kindOf(channel)) ? null : stop("no_consent");
}

/** Whether what they answered lets messages of this kind go: without an answer, only where a no is needed to keep them. */
export function agreed(consent: PersonState["consent"], kind: ChannelKind): boolean {
  switch (kind) {
    case "sms":
      return consent.sms === true;
    case "voice":
      return consent.phone === true;
    case "push":
      return consent.push === true;
    case "email":
      return consent.email !== false;
    default:
      return true;
  }
}

/** No address, or a bounced one. A hold until the match is due, as the identity may still arrive. */
export function unreachable(asked: Asked, channel: Channel): Refusal | null {
  if (reachable(asked, kindOf(channel))) return null;
  const { now, pursuit } = asked;
  return now < pursuit.dueBy ? hold("unreachable", pursuit.dueBy) : stop("unreachable");
}

function reachable({ recipient, ...asked }: Asked, kind: ChannelKind): boolean {
  if (recipient === null) return kind === "in_app" && hasAnonymousSession(asked);
  const { reach } = recipient;
  switch (kind) {
    case "email":
      return reach.email && !reach.bouncedEmail;
    case "sms":
    case "voice":
      return reach.phone && !reach.bouncedPhone;
    case "push":
      return reach.push;
    default:
      return true;
  }
}

/**
 * Who cannot log in has no identity, but the page without login has a session. Only when nobody is known: a person who
 * is known and stopped, or a delivery made for one, is not reached around the corner.
 */
function hasAnonymousSession({ pattern, match, person }: Omit<Asked, "recipient">): boolean {
  return pattern.anonymous && person === undefined && typeof match.data.session === "string";
}
