import type { Incoming } from "../../core/event.ts";
import type { TenantState } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import { type BacktestResult, createBacktest } from "../../flow/backtest.ts";
import { hashId } from "../../lib/ids.ts";
import { createEventMaker } from "./events.ts";
import { Seen } from "./seen.ts";
import { type Ticket, ticketOf } from "./tickets.ts";

export interface Played extends BacktestResult {
  readonly tickets: readonly Ticket[];
  readonly events: number;
  readonly duplicates: number;
  /** What scores and open matches were looked at; null when there was no event. */
  readonly at: Millis | null;
}

/**
 * Plays events through the engine. Each counts as received when it happened, or, where an earlier one stands behind a
 * later one, at the latest time seen so far; those after `until` are left out.
 */
export async function play(
  tenant: TenantState,
  events: AsyncIterable<readonly Incoming[]>,
  until: Millis = Number.POSITIVE_INFINITY,
): Promise<Played> {
  const backtest = createBacktest(tenant, hashId);
  const toEvent = createEventMaker();
  const seen = new Seen();
  const tickets: Ticket[] = [];
  let clock: Millis = Number.NEGATIVE_INFINITY;
  let played = 0;
  let duplicates = 0;
  for await (const batch of events) {
    for (const incoming of batch) {
      if (incoming.time > until) continue;
      if (seen.has(incoming.source, incoming.id)) {
        duplicates += 1;
        continue;
      }
      clock = Math.max(clock, incoming.time);
      const ticket = ticketOf(backtest.take(toEvent(incoming, clock)));
      if (ticket !== null) tickets.push(ticket);
      played += 1;
    }
  }
  const at = Number.isFinite(until) ? until : clock;
  if (played === 0)
    return { matches: [], decisions: [], scores: [], tickets, events: 0, duplicates, at: null };
  return { ...backtest.finish(at), tickets, events: played, duplicates, at };
}
