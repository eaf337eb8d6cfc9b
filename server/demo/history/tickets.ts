import { hash32 } from "../../core/hash.ts";
import type { Pattern } from "../../core/pattern.ts";
import { DAY, HOUR, MINUTE, type Millis, SECOND } from "../../core/time.ts";
import type { Random } from "../random.ts";
import type { DemoPerson } from "../world/people.ts";
import type { DemoAccount, World } from "../world/world.ts";
import type { Episode, Happening } from "./story.ts";

/** What the generator needs of a pattern: how often it leads to a ticket, how soon, and under which category. */
export type Facts = Pick<Pattern, "id" | "history" | "categories" | "issue" | "window">;

/**
 * What comes of the episodes: a share of them, the pattern's correlation, leads to a ticket after about its lead
 * time. The share is kept exactly (every episode adds its part, and a whole one writes), so that small numbers of
 * episodes show it too. The rest ends by itself.
 */
export function consequences(episodes: readonly Episode[], patterns: readonly Facts[], random: Random) {
  const factsOf = new Map(patterns.map((facts) => [facts.id, facts]));
  const owed = new Map<string, number>();
  const happenings: Happening[] = [];
  for (const episode of [...episodes].sort((a, b) => a.firedAt - b.firedAt)) {
    const facts = factsOf.get(episode.pattern);
    if (facts === undefined) continue;
    const own = random.fork(`${episode.pattern} ${episode.account.id} ${episode.firedAt}`);
    const share = (owed.get(episode.pattern) ?? 0.5) + facts.history.correlation;
    owed.set(episode.pattern, share >= 1 ? share - 1 : share);
    happenings.push(...(share >= 1 ? withTicket(episode, facts, own) : byItself(episode, facts, own)));
  }
  return happenings;
}

function withTicket(episode: Episode, facts: Facts, random: Random): Happening[] {
  const soonest = 20 * SECOND;
  const lead = Math.min(random.around(facts.history.leadTime, 0.45), facts.window * 0.9);
  const at = Math.round(episode.firedAt + Math.max(soonest, lead));
  const tickets = episode.writers.flatMap((writer, place) =>
    ticketOf(
      episode.account,
      writer,
      at + place * 2 * MINUTE,
      facts.categories[0] ?? facts.issue,
      `${facts.id.slice(2)}-${episode.firedAt.toString(36)}-${place}`,
      random,
    ),
  );
  const solved = Math.max(...tickets.map((ticket) => ticket.at));
  return [...tickets, ...episode.endingAt(solved + Math.round(random.between(1, 20) * MINUTE))];
}

/** Whoever does not write got on by themselves, or never was in trouble. */
function byItself(episode: Episode, { history }: Facts, random: Random): Happening[] {
  const after = Math.min(random.around(history.leadTime, 0.6), DAY);
  return [...episode.endingAt(Math.round(episode.firedAt + MINUTE + after))];
}

/** A help desk counts its tickets; here the number stands for what the ticket is about. */
const numberOf = (name: string): string => String(1_000_000 + (hash32(name) % 9_000_000));

/** A ticket from opening to solving, sometimes with an answer in between and a rating at the end. */
export function ticketOf(
  account: DemoAccount,
  person: DemoPerson,
  at: Millis,
  category: string,
  ticket: string,
  random: Random,
): Happening[] {
  const base = { ticket: numberOf(ticket), category, channel: random.pick(["email", "web", "chat"]) };
  const solved = at + Math.round(random.around(5 * HOUR, 0.7));
  const happened = (when: Millis, type: string, data: object = base): Happening => ({
    at: when,
    type,
    account,
    person,
    data: { ...data },
  });
  const story = [
    happened(at, "ticket.created"),
    happened(at + Math.round((solved - at) / 2), "ticket.updated"),
    happened(solved, "ticket.solved"),
  ];
  if (!random.chance(0.35)) return story;
  const rating = random.chance(0.82) ? "good" : "bad";
  return [
    ...story,
    happened(solved + Math.round(random.between(1, 40) * MINUTE), "ticket.rated", { ...base, rating }),
  ];
}

/** Questions that nobody could have foreseen. */
export function otherTickets(world: World, random: Random): Happening[] {
  const settled = world.accounts.filter(
    ({ beginning, silence }) => beginning === "long_ago" && silence === null,
  );
  return Array.from({ length: 36 }, (_, index) => {
    const account = random.pick(settled);
    const at = Math.round(random.between(world.start + 2 * DAY, world.end - DAY));
    return ticketOf(account, random.pick(account.people), at, "how_to", `other-${index}`, random);
  }).flat();
}
