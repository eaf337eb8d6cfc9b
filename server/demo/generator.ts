/**
 * The declared generator of the demo's history. Everything it tells is invented: companies, people, addresses under
 * example.com, numbers that are kept for fiction. The same seed, end and figures give the same bytes, on every
 * machine: time and chance come in as arguments, and nothing else does.
 */
import type { Incoming } from "../core/event.ts";
import { DAY, type Millis } from "../core/time.ts";
import { beginnings } from "./history/beginnings.ts";
import { pastIncident } from "./history/incident.ts";
import { INTRODUCED, introductions, lastSync, type Unnumbered } from "./history/introductions.ts";
import { journeys } from "./history/journeys.ts";
import { ordinaryDay } from "./history/noise.ts";
import { plant } from "./history/planting.ts";
import type { Episode, Happening } from "./history/story.ts";
import { consequences, type Facts, otherTickets } from "./history/tickets.ts";
import { TROUBLES } from "./history/troubles.ts";
import { createRandom } from "./random.ts";
import { createWorld, type World } from "./world/world.ts";

export interface GeneratorOptions {
  readonly seed: string;
  /** History ends here; it begins 90 days before. */
  readonly end: Millis;
  /** How often each pattern leads to a ticket, and how soon: the library's own figures. */
  readonly patterns: readonly Facts[];
}

export interface History {
  readonly world: World;
  /** What was planted, for tests and for the curious. */
  readonly episodes: readonly Episode[];
  /** In order of time, marked as brought in on purpose. */
  events(): Generator<Incoming>;
}

export function createHistory({ seed, end, patterns }: GeneratorOptions): History {
  const world = createWorld(seed, end);
  const random = createRandom(`${seed}/history`);
  const begun = beginnings(world, random.fork("beginnings"));
  const episodes = [...plant(world, TROUBLES, random.fork("troubles")), ...begun.episodes];
  const planned = [
    ...begun.happenings,
    ...episodes.flatMap(({ happenings }) => happenings),
    ...consequences(episodes, patterns, random.fork("tickets")),
    ...otherTickets(world, random.fork("other tickets")),
    ...pastIncident(world, random.fork("incident")),
    ...journeys(world, random.fork("journeys")),
  ];
  return { world, episodes, events: () => tell(world, planned, random) };
}

/** Day by day, so that no more than a day is held; what was told for later waits for its day. */
function* tell(
  world: World,
  planned: readonly Happening[],
  random: ReturnType<typeof createRandom>,
): Generator<Incoming> {
  const days = new Map<number, Unnumbered[]>();
  const keep = (event: Unnumbered) => {
    const day = Math.floor(event.time / DAY);
    const known = days.get(day);
    if (known === undefined) days.set(day, [event]);
    else known.push(event);
  };
  for (const event of [...introductions(world), ...lastSync(world)]) keep(event);
  for (const happening of planned) keep(eventOf(happening));
  const first = Math.floor(world.start / DAY);
  const last = Math.floor(world.end / DAY);
  const earliest = world.start + INTRODUCED;
  let number = 0;
  // Days lie up to half a day apart over the zones of the world, so a day is complete when the next one is told.
  for (let day = first; day <= last + 1; day++) {
    for (const happening of ordinaryDay(world, day * DAY, random.fork(`day ${day}`))) {
      if (happening.at >= earliest) keep(eventOf(happening));
    }
    const told = days.get(day - 1) ?? [];
    days.delete(day - 1);
    for (const event of told.sort(inOrder)) {
      number += 1;
      if (event.time <= world.end) yield { ...event, id: `${world.seed}-${number}`, backfill: true };
    }
  }
}

function inOrder(a: Unnumbered, b: Unnumbered): number {
  return a.time - b.time;
}

const SOURCES: readonly (readonly [prefix: string, source: string])[] = [
  ["api.", "api-gateway"],
  ["webhook.", "api-gateway"],
  ["usage.", "metering"],
  ["billing.", "payments"],
  ["order.", "shop"],
  ["checkout.", "shop"],
  ["ticket.", "help-desk"],
  ["health.", "success-platform"],
  ["service.", "monitoring"],
  ["security.", "identity"],
  ["auth.", "identity"],
];

function eventOf({ at, type, account, person, data }: Happening): Unnumbered {
  const source = SOURCES.find(([prefix]) => type.startsWith(prefix))?.[1] ?? "product";
  return {
    source,
    type,
    time: at,
    account: { namespace: "native", value: account.id },
    ...(person === null ? {} : { person: { namespace: "native", value: person.id } }),
    data,
  };
}
