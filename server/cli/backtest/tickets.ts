import { issueOfCategory } from "../../core/engine/profile.ts";
import type { Event } from "../../core/event.ts";
import type { Match } from "../../core/match.ts";
import type { IssueType, Pattern } from "../../core/pattern.ts";
import { DEFAULT_SETTINGS } from "../../core/tenant.ts";
import { type Millis, SECOND } from "../../core/time.ts";

export interface Ticket {
  readonly at: Millis;
  readonly account: string | null;
  readonly person: string | null;
  readonly category: string | null;
  /** Null when its category maps to nothing: it may be about anything. */
  readonly issue: IssueType | null;
}

/** The ticket an event opens; null for every other event. */
export function ticketOf({ type, time, account, person, data }: Event): Ticket | null {
  if (type !== "ticket.created") return null;
  const category = typeof data.category === "string" ? data.category : null;
  return { at: time, account, person, category, issue: issueOfCategory(data.category, DEFAULT_SETTINGS) };
}

export interface PatternFigures {
  /** Matches, those that were retracted left out. */
  readonly fired: number;
  /** Tickets of the pattern's issue or of no known one: what it could have foretold. */
  readonly tickets: number;
  /** Share of matches that a ticket followed within the pattern's window; null when none fired. */
  readonly precision: number | null;
  /** Share of those tickets that a match came before; null when there are none. */
  readonly recall: number | null;
  /** Half of the foretold tickets came later than this after the match, in seconds; null when none was foretold. */
  readonly leadTimeMedianS: number | null;
}

/** How well each pattern foretells tickets; what an outcome in the running system goes by, on recorded events. */
export function figuresOf(
  patterns: readonly Pattern[],
  matches: readonly Match[],
  tickets: readonly Ticket[],
): { readonly [pattern: string]: PatternFigures } {
  const byOwner = groupedByOwner(tickets);
  const fired = Map.groupBy(
    matches.filter(({ state }) => state !== "retracted"),
    ({ pattern }) => pattern,
  );
  return Object.fromEntries(
    patterns.map((pattern) => [
      pattern.id,
      figuresOfOne(pattern, fired.get(pattern.id) ?? [], tickets, byOwner),
    ]),
  );
}

type ByOwner = ReadonlyMap<string, readonly Ticket[]>;

function figuresOfOne(
  pattern: Pattern,
  matches: readonly Match[],
  tickets: readonly Ticket[],
  byOwner: ByOwner,
): PatternFigures {
  const foretold = new Set<Ticket>();
  const leads: number[] = [];
  for (const match of matches) {
    const followed = (byOwner.get(ownerOf(match)) ?? []).filter((ticket) => follows(ticket, match, pattern));
    for (const ticket of followed) foretold.add(ticket);
    const [first] = followed;
    if (first !== undefined) leads.push((first.at - match.firedAt) / SECOND);
  }
  const possible = tickets.filter((ticket) => isAbout(ticket, pattern)).length;
  return {
    fired: matches.length,
    tickets: possible,
    precision: shareOf(leads.length, matches.length),
    recall: shareOf(foretold.size, possible),
    leadTimeMedianS: median(leads),
  };
}

/** After the match, and within the pattern's window. */
function follows(ticket: Ticket, match: Match, pattern: Pattern): boolean {
  const after = ticket.at - match.firedAt;
  return after > 0 && after <= pattern.window && isAbout(ticket, pattern);
}

function isAbout({ category, issue }: Ticket, pattern: Pattern): boolean {
  if (category !== null && pattern.categories.includes(category)) return true;
  return issue === null || issue === pattern.issue;
}

/** A person's match is followed by that person's ticket, an account's by anybody's of the account. */
function ownerOf({ key, account, person }: Match): string {
  return key.startsWith("person/") ? `person/${person}` : `account/${account}`;
}

function groupedByOwner(tickets: readonly Ticket[]): ByOwner {
  const owners = new Map<string, Ticket[]>();
  const put = (owner: string, ticket: Ticket) => {
    const known = owners.get(owner);
    if (known === undefined) owners.set(owner, [ticket]);
    else known.push(ticket);
  };
  for (const ticket of tickets.toSorted((a, b) => a.at - b.at)) {
    if (ticket.account !== null) put(`account/${ticket.account}`, ticket);
    if (ticket.person !== null) put(`person/${ticket.person}`, ticket);
  }
  return owners;
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [left, right] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return left === undefined || right === undefined ? null : (left + right) / 2;
}
