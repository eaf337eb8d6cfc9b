import { scoredFor } from "../../../core/engine/scores.ts";
import { scoredUnder } from "../../../core/match.ts";
import { bandOf, scoreOf } from "../../../core/score.ts";
import type { Unit } from "../../../core/unit.ts";
import type * as wire from "../../wire.ts";
import { iso, whyOf } from "../present.ts";
import { type About, counts, unitsOf } from "./about.ts";

const TICKETS = 20;
const COLLEAGUES = 10;

/** Open tickets of the person and of those in the same account, newest first. */
export function openTickets(about: About): readonly wire.OpenTicketBody[] {
  const self = about.person?.state.id;
  const all = unitsOf(about).flatMap((unit) =>
    [...unit.persons.values()].flatMap(({ id, tickets }) =>
      tickets.filter(({ open }) => open).map((ticket) => ({ person: id, ...ticket })),
    ),
  );
  const once = new Map(all.map((ticket) => [ticket.id, ticket]));
  return [...once.values()]
    .filter(({ id }) => id !== about.ticket)
    .sort((a, b) => b.openedAt - a.openedAt)
    .slice(0, TICKETS)
    .map(({ id, person, issue, openedAt }) => ({
      ticket: id,
      person,
      own: person === self,
      issue,
      openedAt: iso(openedAt),
    }));
}

/** Others of the account whom something has happened to, worst first; names for those who are shown. */
export async function colleagues(
  about: About,
): Promise<{ readonly shown: readonly wire.ColleagueBody[]; readonly more: number }> {
  const { deps, tenant } = about;
  const others = (about.account?.units ?? [])
    .flatMap((unit) => othersIn(about, unit).map((person) => scoreIn(about, unit, person)))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.person < b.person ? -1 : 1));
  const shown = await Promise.all(
    others.slice(0, COLLEAGUES).map(async ({ person, score, why }) => {
      const contact = await deps.store.contact(tenant.id, person);
      const name = contact?.name ?? contact?.preferredName ?? null;
      return { person, name, score, band: bandOf(score, tenant.settings.bands), why };
    }),
  );
  return { shown, more: others.length - shown.length };
}

/** A large account has thousands of persons; only those with a match that counts are looked at. */
function othersIn({ person }: About, unit: Unit): readonly string[] {
  const keys = [...unit.tracked.values()].filter(counts).map(({ match }) => scoredUnder(match));
  const persons = keys.flatMap((key) => (key.startsWith("person/") ? [key.slice("person/".length)] : []));
  return [...new Set(persons)].filter((id) => id !== person?.state.id).slice(0, 200);
}

function scoreIn({ tenant, now }: About, unit: Unit, person: string) {
  const items = scoredFor(unit, `person/${person}`, (id) => tenant.library.byId(id));
  const { score, contributions } = scoreOf(items, now);
  const top = items.find(({ match }) => match.id === contributions[0]?.match);
  return { person, score, why: top === undefined ? "" : whyOf(tenant, top.match) };
}
