import type { Channel, Pattern } from "../pattern.ts";
import { type Incident, kindOf } from "../tenant.ts";
import { HOUR, MINUTE, type Millis } from "../time.ts";
import type { PersonTicket } from "../unit.ts";
import { firstZone } from "../wall-clock.ts";
import { type Asked, hold, type Refusal, stop } from "./guard.ts";
import { callableFrom, quietUntil, weekendUntil } from "./quiet.ts";

/** A running incident has no known end: ask again. */
const INCIDENT_AGAIN: Millis = 10 * MINUTE;
/** Nor has an open ticket. Solving it judges at once, so this is only the net below; hourly keeps the log short. */
const OPEN_TICKET_AGAIN: Millis = HOUR;
/** An urgent SMS may break the night only for somebody who was there this recently. */
const STILL_THERE: Millis = 10 * MINUTE;

/** Many customers at once: one message for all, not one each. */
export function incident(asked: Asked): Refusal | null {
  const { tenant, now } = asked;
  const covered = tenant.incidents.some((one) => isRunning(one, now) && covers(one, asked));
  return covered ? hold("incident", now + INCIDENT_AGAIN) : null;
}

function isRunning({ startedAt, endedAt }: Incident, now: Millis): boolean {
  return startedAt <= now && (endedAt === null || endedAt > now);
}

function covers({ scope }: Incident, { pattern, match }: Asked): boolean {
  switch (scope.kind) {
    case "all":
      return !pattern.urgent && pattern.issue !== "billing";
    case "pattern":
      return pattern.id === scope.name;
    case "component":
      return match.family === scope.name || match.data.component === scope.name;
    case "account":
      return match.account === scope.name;
  }
}

/** Somebody who has just written to support is being helped already: by a person, who sees what we hold. */
export function cooldown(asked: Asked): Refusal | null {
  const { now, pattern, tenant } = asked;
  const { cooldown: length } = tenant.settings;
  const tickets = ticketsThatCool(asked);
  const until = Math.max(...tickets.map((ticket) => ticket.at + length), now);
  if (until > now) return hold("cooldown", until);
  const open = tickets.some((ticket) => ticket.open && ticket.issue === pattern.issue);
  return open ? hold("cooldown", now + OPEN_TICKET_AGAIN) : null;
}

/** The recipient's own tickets, whatever they are about, and colleagues' of the same issue type. */
function ticketsThatCool({ recipient, unit, pattern }: Asked): readonly PersonTicket[] {
  const colleagues = [...unit.persons.values()].filter((person) => person.id !== recipient?.id);
  return [
    ...(recipient?.tickets ?? []),
    ...colleagues.flatMap((person) => person.tickets.filter((ticket) => ticket.issue === pattern.issue)),
  ];
}

/** A human approves what we are not sure of, or what is delicate; without an answer by `dueBy` it is not sent. */
export function review({ approved, pattern, tenant, pursuit, now }: Asked): Refusal | null {
  if (approved || !needsReview(pattern, tenant.settings.reviewUnder)) return null;
  return now < pursuit.dueBy ? hold("review", pursuit.dueBy) : stop("review_expired");
}

function needsReview(pattern: Pattern, under: number): boolean {
  return pattern.sensitive || pattern.confidence < under;
}

/** The night of the recipient. In-app passes, as only somebody who is there sees it; calls rest on weekends too. */
export function quiet(asked: Asked, channel: Channel): Refusal | null {
  const kind = kindOf(channel);
  if (kind === "in_app" || (asked.pattern.urgent && mayWake(asked, kind))) return null;
  const untilOf = kind === "voice" ? callableFrom : quietUntil;
  const until = untilOf(asked.now, zoneOf(asked), asked.tenant.settings.quiet);
  return until === null ? null : hold("quiet", until);
}

/** Urgent email lies and waits; urgent SMS may ring when its person did something just now; a call never may. */
function mayWake({ recipient, now }: Asked, kind: string): boolean {
  if (kind === "email") return true;
  const last = recipient?.lastEventAt ?? null;
  return kind === "sms" && last !== null && now - last < STILL_THERE;
}

/** Who calls or writes by hand does so on working days; looking into a problem need not wait. */
export function weekend(asked: Asked, channel: Channel): Refusal | null {
  if (channel !== "human.phone" && channel !== "human.csm") return null;
  const until = weekendUntil(asked.now, zoneOf(asked), asked.tenant.settings.quiet);
  return until === null ? null : hold("quiet", until);
}

/** The recipient's zone: the person's, else the account's, else the tenant's; one that does not exist is skipped. */
function zoneOf({ recipient, unit, tenant }: Asked): string {
  return firstZone(recipient?.timeZone, unit.account?.timeZone, tenant.settings.timeZone);
}

/** Held for so long in all that it would only confuse. */
export function stale({ pursuit, now, tenant }: Asked): Refusal | null {
  const running = pursuit.heldSince === null ? 0 : now - pursuit.heldSince;
  return pursuit.heldFor + running >= tenant.settings.stale ? stop("stale") : null;
}
