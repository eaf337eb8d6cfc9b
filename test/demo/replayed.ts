import type { Event, EventData, Incoming } from "../../server/core/event.ts";
import { isJourney, journeyKeyOf, takeTally } from "../../server/core/journey.ts";
import { compileLibrary } from "../../server/core/matching/compile.ts";
import type { Pattern } from "../../server/core/pattern.ts";
import { newPopulation } from "../../server/core/population.ts";
import { MINUTE, type Millis } from "../../server/core/time.ts";
import { admit } from "../../server/core/vocabulary.ts";
import { createHistory, type History } from "../../server/demo/generator.ts";
import { type BacktestResult, createBacktest } from "../../server/flow/backtest.ts";
import { hashId } from "../../server/lib/ids.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import { aTenant } from "../builders.ts";

/** An event as the pipeline would keep it, received at its own time. */
export function kept({ source, id, type, time, account, person, contact, data }: Incoming): Event {
  const presence: { [name: string]: boolean } = {};
  if (contact?.email !== undefined) presence.hasEmail = true;
  if (contact?.phone !== undefined) presence.hasPhone = true;
  const all: EventData = { ...admit(type, data), ...presence };
  const [accountId, personId] = [account?.value ?? null, person?.value ?? null];
  return {
    tenant: "t1",
    source,
    id,
    type,
    time,
    receivedAt: time,
    account: accountId,
    person: personId,
    data: all,
  };
}

export interface Replayed {
  readonly history: History;
  readonly patterns: ReadonlyMap<string, Pattern>;
  readonly events: readonly Event[];
  readonly result: BacktestResult;
  /** Journey signals that opened, with the minute. */
  readonly journeys: readonly { readonly pattern: string; readonly at: Millis }[];
}

/** The whole history through the same engine as the server, without a store. */
export function replay(seed: string, end: Millis): Replayed {
  const { patterns } = loadShipped();
  const history = createHistory({ seed, end, patterns });
  const backtest = createBacktest(aTenant({ library: compileLibrary(patterns, "test") }), hashId);
  const signals = patterns.filter(isJourney);
  const population = newPopulation();
  const journeys: { pattern: string; at: Millis }[] = [];
  const events: Event[] = [];
  for (const incoming of history.events()) {
    const event = kept(incoming);
    events.push(event);
    backtest.take(event);
    for (const pattern of signals) {
      const key = journeyKeyOf(pattern, event);
      if (key === null) continue;
      const minute = Math.floor(event.time / MINUTE) * MINUTE;
      const changes = takeTally(population, pattern, { pattern: pattern.id, key, minute, count: 1 });
      if (changes.some(({ kind }) => kind === "opened")) journeys.push({ pattern: pattern.id, at: minute });
    }
  }
  return {
    history,
    patterns: new Map(patterns.map((pattern) => [pattern.id, pattern])),
    events,
    result: backtest.finish(end),
    journeys,
  };
}
