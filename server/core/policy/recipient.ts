import type { Match } from "../match.ts";
import type { Pattern, Recipient } from "../pattern.ts";
import type { PersonState, Unit } from "../unit.ts";

/** Of one role the person chosen is tried, and one more when that one is unreachable or stopped. */
const TRIED_PER_ROLE = 2;

/**
 * Who may be written to about a match, in the order in which they are tried: the one chosen, one more of the same
 * role, then the same for the pattern's fallback role. Whether the next one is tried at all is the judge's decision.
 */
export function recipientsOf(match: Match, pattern: Pattern, unit: Unit): PersonState[] {
  const chosen = new Set(peopleOf(pattern.recipient, match, unit));
  if (pattern.recipientFallback !== undefined) {
    for (const person of peopleOf(pattern.recipientFallback, match, unit)) chosen.add(person);
  }
  return [...chosen];
}

function peopleOf(role: Recipient, match: Match, unit: Unit): PersonState[] {
  const ids = role === "actor" ? [match.person] : holdersOf(role, unit);
  return ids
    .map((id) => (id === null ? undefined : unit.persons.get(id)))
    .filter((person) => person !== undefined)
    .slice(0, TRIED_PER_ROLE);
}

/**
 * Whom the account names for the role come first, in its order; then who says so of themselves, by id, so that the
 * choice does not depend on the order in which people were first seen.
 */
export function holdersOf(role: string, unit: Unit): readonly string[] {
  const named = unit.account?.contacts[role] ?? [];
  const holders = [...unit.persons.values()].filter((person) => person.roles.includes(role));
  return [...new Set([...named, ...holders.map((person) => person.id).sort()])];
}
