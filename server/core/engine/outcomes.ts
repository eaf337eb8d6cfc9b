/**
 * What became of a match: decided when its window has passed, corrected for a week, then forgotten. Which outcome it is
 * says the table in ../outcome.ts.
 */
import type { Delivery } from "../delivery.ts";
import type { Event } from "../event.ts";
import type { Match } from "../match.ts";
import { decideOutcome, handOffOf } from "../outcome.ts";
import { LEAST_POINTS } from "../score.ts";
import { DAY, type Millis } from "../time.ts";
import type { Tracked } from "../unit.ts";
import { stopRow } from "./decisions.ts";
import { issueOfCategory } from "./profile.ts";
import { closeOrphans } from "./recovery.ts";
import { schedule, type Turn, unscheduleMatch } from "./turn.ts";

/** A ticket that comes late may still correct an outcome for this long. */
const CORRECTIONS = 7 * DAY;
/** Our own proactive tickets foretell nothing. */
const OURS = "forestall";

/** A ticket may be what a match foretold: it decides, or corrects, the outcome. */
export function takeTicket(turn: Turn, event: Event): void {
  if (event.type !== "ticket.created" || event.data.channel === OURS) return;
  const id = handOffOf(event.data.channel) ?? String(event.data.ticket ?? event.id);
  for (const tracked of turn.unit.tracked.values()) {
    if (!foretells(turn, tracked, event)) continue;
    const earlier = tracked.ticket === null || event.time < tracked.ticket.at;
    if (earlier) tracked.ticket = { id, at: event.time };
    correctOutcome(turn, tracked);
  }
}

/** Opened within the match's window, by its person (of an account match: by anybody there), about its issue or unmapped. */
function foretells(turn: Turn, { match }: Tracked, event: Event): boolean {
  const pattern = turn.tenant.library.byId(match.pattern);
  if (pattern === undefined) return false;
  if (event.time <= match.firedAt || event.time > match.firedAt + pattern.window) return false;
  if (match.key.startsWith("person/") && event.person !== match.person) return false;
  const { category } = event.data;
  const issue = issueOfCategory(category, turn.tenant.settings);
  if (typeof category === "string" && pattern.categories.includes(category)) return true;
  return issue === null || issue === pattern.issue;
}

/** The window has passed: decide, and keep the match a week longer for late tickets. */
export function outcomeIsDue(turn: Turn, tracked: Tracked): void {
  writeOutcome(turn, tracked);
  schedule(turn, "settle", tracked.match.id, turn.now + CORRECTIONS);
}

/** Something was learned after the outcome was decided. */
export function correctOutcome(turn: Turn, tracked: Tracked): void {
  if (tracked.outcome !== null) writeOutcome(turn, tracked);
}

function writeOutcome(turn: Turn, tracked: Tracked): void {
  const row = decideOutcome(tracked, deliveriesOf(turn, tracked.match), turn.now);
  if (tracked.outcome === row.kind) return;
  tracked.outcome = row.kind;
  turn.effects.push({ kind: "outcome", row });
}

function deliveriesOf(turn: Turn, match: Match): Delivery[] {
  return [...turn.unit.deliveries.values()].filter((row) => row.match === match.id);
}

/**
 * Nothing can change any more: forgets the match and what belongs to it, unless it is still open or still counts in
 * the score.
 */
export function settle(turn: Turn, tracked: Tracked): void {
  const { match } = tracked;
  closeOrphans(turn);
  const until = tracked.match.state === "open" ? turn.now + DAY : countsUntil(turn, tracked);
  if (until > turn.now) return schedule(turn, "settle", match.id, until);
  unscheduleMatch(turn.unit, match.id);
  for (const row of deliveriesOf(turn, match)) {
    // Nobody fetched it in all this time; a place under the cap must not stay taken for ever.
    if (row.status === "queued") stopRow(turn, row, "stale");
    turn.unit.deliveries.delete(row.id);
  }
  for (const alert of [...turn.unit.alerts.values()]) {
    if (alert.match === match.id) turn.unit.alerts.delete(alert.id);
  }
  turn.unit.tracked.delete(match.id);
  turn.scoresTouched = true;
}

/** When the match is worth less than one point. */
function countsUntil(turn: Turn, { match, silenced }: Tracked): Millis {
  const pattern = turn.tenant.library.byId(match.pattern);
  if (silenced !== null || match.state === "retracted" || pattern === undefined) return turn.now;
  const points = Math.min(100, pattern.risk * pattern.confidence);
  if (points < LEAST_POINTS) return turn.now;
  return Math.ceil(match.lastSeen + pattern.halfLife * Math.log2(points / LEAST_POINTS)) + 1;
}
