import type { Delivery } from "../../../core/delivery.ts";
import type { Match } from "../../../core/match.ts";
import { DAY, type Millis } from "../../../core/time.ts";
import type { PersonTicket, Tracked } from "../../../core/unit.ts";
import type * as wire from "../../wire.ts";
import { iso, whyOf } from "../present.ts";
import { type About, counts, matchesAbout, unitsOf } from "./about.ts";
import { sentMessage } from "./messages.ts";

interface Found {
  readonly match: Match;
  readonly ticketAt: Millis;
  readonly certainty: wire.PredictionBody["certainty"];
}

/** Whether the ticket on the screen had been seen coming: what was recorded of it, else what fits best. */
export async function prediction(about: About): Promise<wire.PredictionBody | null> {
  const { ticket, tenant, deps } = about;
  if (ticket === null) return null;
  const found = recorded(about, ticket) ?? (await remembered(about, ticket)) ?? likely(about, ticket);
  if (found === null) return null;
  const { match, ticketAt, certainty } = found;
  const row = await messageOf(about, match);
  return {
    ticket,
    match: match.id,
    pattern: match.pattern,
    name: tenant.library.byId(match.pattern)?.name ?? match.pattern,
    why: whyOf(tenant, match),
    firedAt: iso(match.firedAt),
    ticketAt: iso(ticketAt),
    leadMs: Math.max(0, ticketAt - match.firedAt),
    certainty,
    message: row === null ? null : await sentMessage(deps, row),
  };
}

/** The ticket that was taken as this match's, while its outcome is not settled. */
function recorded(about: About, ticket: string): Found | null {
  const found = matchesAbout(about).find((tracked) => tracked.ticket?.id === ticket);
  if (found?.ticket == null || found.ticket.at < found.match.firedAt) return null;
  return { match: found.match, ticketAt: found.ticket.at, certainty: "recorded" };
}

/** The same for a match whose outcome was settled. */
async function remembered({ deps, tenant, person }: About, ticket: string): Promise<Found | null> {
  if (person === null) return null;
  const { rows } = await deps.store.outcomes(tenant.id, { person: person.state.id, limit: 50 });
  const outcome = rows.find((row) => row.ticket === ticket);
  const match = outcome === undefined ? null : await deps.store.match(tenant.id, outcome.match);
  if (match === null || outcome?.ticketAt == null || outcome.ticketAt < match.firedAt) return null;
  return { match, ticketAt: outcome.ticketAt, certainty: "recorded" };
}

/** The ticket is newer than what we have heard of it: the strongest match that was there when it came. */
function likely(about: About, ticket: string): Found | null {
  const known = ticketOf(about, ticket);
  const ticketAt = known?.openedAt ?? about.ticketAt ?? about.now;
  const weight = ({ match }: Tracked) => {
    const pattern = about.tenant.library.byId(match.pattern);
    const fits = known?.issue != null && pattern?.issue === known.issue ? 1_000 : 0;
    return fits + (pattern?.risk ?? 0) * (pattern?.confidence ?? 0);
  };
  const [best] = matchesAbout(about)
    .filter((tracked) => counts(tracked) && foresaw(about, tracked, ticketAt))
    .sort((a, b) => weight(b) - weight(a));
  return best === undefined ? null : { match: best.match, ticketAt, certainty: "likely" };
}

function foresaw({ tenant }: About, { match }: Tracked, ticketAt: Millis): boolean {
  const pattern = tenant.library.byId(match.pattern);
  if (pattern === undefined || pattern.logOnly) return false;
  const window = pattern.window > 0 ? pattern.window : DAY;
  return match.firedAt <= ticketAt && ticketAt - match.firedAt <= window;
}

function ticketOf(about: About, ticket: string): PersonTicket | undefined {
  return unitsOf(about)
    .flatMap((unit) => [...unit.persons.values()])
    .flatMap(({ tickets }) => tickets)
    .find(({ id }) => id === ticket);
}

async function messageOf(about: About, match: Match): Promise<Delivery | null> {
  const { rows } = await about.deps.store.deliveries(about.tenant.id, { match: match.id, limit: 5 });
  return rows.find(({ status }) => status !== "suppressed") ?? rows[0] ?? null;
}
