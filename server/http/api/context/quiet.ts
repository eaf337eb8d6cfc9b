import { ABOUT_PERSON, guardsFor } from "../../../actions/by-hand-guards.ts";
import type { Pattern } from "../../../core/pattern.ts";
import type { PersonTicket, Tracked, Unit } from "../../../core/unit.ts";
import type * as wire from "../../wire.ts";
import type { About } from "./about.ts";

/** Why an email to this person would not go out now: what ends it for good, else what holds it longest. */
export function quietNow(about: About, top: Tracked | null): wire.QuietBody | null {
  const { tenant, person, now } = about;
  const unit = person?.units.find(({ id }) => id === top?.match.unit) ?? person?.units[0];
  if (person === null || unit === undefined) return null;
  const pattern = top === null ? null : (tenant.library.byId(top.match.pattern) ?? null);
  const state = unit.persons.get(person.state.id) ?? person.state;
  const tracked = top?.match.unit === unit.id ? top : null;
  const template = pattern?.message ?? "";
  const asked = { tenant, unit, person: state, channel: "email", template, tracked, pattern, now } as const;
  const guards = guardsFor(asked).filter(({ reason }) => ABOUT_PERSON.some((each) => each === reason));
  const stop = guards.find(({ kind }) => kind === "stop");
  const longest = guards.toSorted((a, b) => (b.until ?? "").localeCompare(a.until ?? ""))[0];
  const found = stop ?? longest;
  if (found === undefined) return null;
  const { reason, kind, until, detail } = found;
  const ticket = reason === "cooldown" ? coolingTicket(state.id, unit, pattern) : null;
  return { reason, kind, until, detail, ticket };
}

/** The newest of the person's own tickets, else of a colleague's about the same issue. */
function coolingTicket(person: string, unit: Unit, pattern: Pattern | null): string | null {
  const own = unit.persons.get(person)?.tickets ?? [];
  const others = [...unit.persons.values()].flatMap(({ tickets }) =>
    tickets.filter(({ issue }) => issue !== null && issue === pattern?.issue),
  );
  return newest(own) ?? newest(others);
}

function newest(tickets: readonly PersonTicket[]): string | null {
  return tickets.toSorted((a, b) => b.at - a.at)[0]?.id ?? null;
}
