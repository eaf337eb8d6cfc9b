import type { Delivery, Outcome, OutcomeKind } from "./delivery.ts";
import type { Millis } from "./time.ts";
import type { Tracked } from "./unit.ts";

/** What became of a match: the first row of the table that fits. */
export function decideOutcome(tracked: Tracked, deliveries: readonly Delivery[], at: Millis): Outcome {
  const { match } = tracked;
  const delivered = deliveries.some(isDelivered);
  return {
    match: match.id,
    tenant: match.tenant,
    pattern: match.pattern,
    account: match.account,
    person: match.person,
    kind: kindOf(tracked, delivered, deliveries),
    decidedAt: at,
    delivered,
    unassisted: !delivered,
    ticket: tracked.ticket?.id ?? null,
    ticketAt: tracked.ticket?.at ?? null,
    simulated: match.simulated,
  };
}

/**
 * Reached the person as far as we know. A dry run or a message stopped on the way did not, nor did a preview, unless
 * somebody looked at it.
 */
function isDelivered(row: Delivery): boolean {
  if (row.simulated || (row.preview && row.seenAt === null && row.clickedAt === null)) return false;
  return row.status === "sent" || row.status === "in_doubt" || row.status === "unknown";
}

function kindOf(tracked: Tracked, delivered: boolean, deliveries: readonly Delivery[]): OutcomeKind {
  const { match, silenced, ticket, helped } = tracked;
  if (silenced === "false_alarm" || silenced === "not_mine") return "false_alarm";
  if (match.incident !== null || match.state === "retracted" || match.simulated) return "excluded";
  if (ticket !== null) return openedFromOurs(ticket.id, deliveries) ? "handoff" : "not_prevented";
  const recovered = silenced === "recovery";
  if (delivered) return recovered || helped !== null ? "prevented" : "unknown";
  return recovered ? "self_resolved" : "no_ticket";
}

const HAND_OFF = "forestall:";

/** A ticket opened from our message came by the channel `forestall:<delivery>`; that stands for the ticket's id. */
export function handOffOf(channel: unknown): string | null {
  return typeof channel === "string" && channel.startsWith(HAND_OFF) ? channel : null;
}

function openedFromOurs(ticket: string, deliveries: readonly Delivery[]): boolean {
  return deliveries.some((row) => ticket === `${HAND_OFF}${row.id}`);
}
