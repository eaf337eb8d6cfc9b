/**
 * What the matcher does not see: the recovery of a match that has gone quiet, which still counts in the score; and
 * how one ends that came from another unit or name, or whose pattern has been changed since.
 */
import type { Event } from "../event.ts";
import { personKey } from "../keys.ts";
import type { ClosedBy } from "../match.ts";
import { type Match, scoreKeyOf } from "../match.ts";
import type { Pattern, Selector } from "../pattern.ts";
import { LATE, type Millis, ON_TIME } from "../time.ts";
import type { Tracked } from "../unit.ts";
import { satisfies } from "../where.ts";
import { recover } from "./decisions.ts";
import { emitMatch, type Turn } from "./turn.ts";

export function recoverFaded(turn: Turn, event: Event): void {
  if (turn.now - event.time > LATE) return;
  for (const tracked of turn.unit.tracked.values()) {
    const { match, silenced } = tracked;
    const isOpen = match.state === "open" && isOrphan(turn, tracked);
    const hasFaded = match.closedBy === "quiet";
    if (silenced !== null || !(isOpen || hasFaded) || event.time < match.lastSeen) continue;
    const pattern = turn.tenant.library.byId(match.pattern);
    const by = pattern === undefined ? null : endedBy(pattern, event);
    if (by === null || !isAbout(turn, match, event)) continue;
    if (isOpen) close(turn, tracked, event.time, by);
    recover(turn, tracked);
    turn.scoresTouched = true;
  }
}

/** Nobody else says of these that they have gone quiet. */
export function closeOrphans(turn: Turn): void {
  for (const tracked of turn.unit.tracked.values()) {
    const { match } = tracked;
    const pattern = turn.tenant.library.byId(match.pattern);
    if (match.state !== "open" || pattern === undefined || !endsQuietly(pattern.when.kind)) continue;
    // The same grace as the matcher gives to what comes out of order.
    const isOver = match.lastSeen + pattern.quiet + ON_TIME <= turn.now;
    if (isOver && isOrphan(turn, tracked)) goQuiet(turn, tracked);
  }
}

/** The matcher works on it under another name, or with another version of its pattern, or not at all. */
function isOrphan({ tenant: { library } }: Turn, { match, adopted }: Tracked): boolean {
  return adopted === true || library.rules.get(`${match.pattern}@${match.version}`)?.active !== true;
}

/** A match goes quiet as its pattern says. */
export function goQuiet(turn: Turn, tracked: Tracked): void {
  if (tracked.match.state !== "open") return;
  const quiet = turn.tenant.library.byId(tracked.match.pattern)?.quiet ?? 0;
  close(turn, tracked, tracked.match.lastSeen + quiet, "quiet");
}

function close(turn: Turn, tracked: Tracked, at: Millis, by: ClosedBy): void {
  tracked.match = { ...tracked.match, state: "closed", closedAt: at, closedBy: by };
  emitMatch(turn, tracked);
}

function endedBy({ when, recovers }: Pattern, event: Event): ClosedBy | null {
  if (recovers !== undefined && hears(recovers, event)) return "recovery";
  if (when.kind === "consecutive" && hears(when.brokenBy, event)) return "broken";
  return when.kind === "absence" && hears(when.missing, event) ? "answered" : null;
}

function hears({ of, where }: Selector, { type, data }: Event): boolean {
  return of.includes(type) && satisfies(where, data);
}

/** Whether the event has the match's key, under the name that its person has now. */
function isAbout({ tenant, unit }: Turn, { key, person, pattern, version }: Match, event: Event): boolean {
  const keying = tenant.library.rules.get(`${pattern}@${version}`)?.keying;
  const part = keying?.partOf(event.account, event);
  if (keying === undefined || part === undefined) return false;
  const owner = scoreKeyOf(key);
  const current =
    owner.startsWith("person/") && person !== null ? personKey(person) + key.slice(owner.length) : key;
  return keying.keyOf(unit.id, part) === current;
}

/** The others are closed by what they wait for. */
export function endsQuietly(kind: string): boolean {
  return kind !== "absence" && kind !== "level" && kind !== "spike" && kind !== "drop";
}
