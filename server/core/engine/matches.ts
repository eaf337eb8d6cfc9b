import { personKey } from "../keys.ts";
import { type Match, scoreKeyOf } from "../match.ts";
import type { MatchChange, MatchView } from "../matching/contract.ts";
import { newPursuit } from "../new-unit.ts";
import type { Pattern } from "../pattern.ts";
import { dueByOf } from "../policy/deadlines.ts";
import { DAY } from "../time.ts";
import type { Tracked } from "../unit.ts";
import { TENANT_UNIT } from "../unit-name.ts";
import { moreEvidence } from "./attempts.ts";
import { endPursuit, recover, withdraw } from "./decisions.ts";
import { startAnew } from "./incidents.ts";
import { emitMatch, schedule, type Turn } from "./turn.ts";

/** New product areas and new patterns are experimental for this long. */
const NEW_AREA = 90 * DAY;

/** Takes what the matcher noticed into the unit: new matches, longer ones, closed ones, undone ones. */
export function applyMatchChange(turn: Turn, change: MatchChange): void {
  const { pattern, key, episode } = change.kind === "retracted" ? change : change.match;
  // A person in two accounts has the same key in both: the unit tells their matches apart.
  const id = turn.hash("match", turn.unit.tenant, turn.unit.id, pattern.id, pattern.version, key, episode);
  const tracked = turn.unit.tracked.get(id);
  if (change.kind === "retracted") {
    if (tracked !== undefined) retract(turn, tracked);
    return;
  }
  if (tracked === undefined) {
    // A change of a match that was settled long ago changes nothing any more.
    if (change.kind === "fired") fire(turn, id, change.match);
    return;
  }
  revise(turn, tracked, change.match);
}

function fire(turn: Turn, id: string, view: MatchView): void {
  const { pattern } = view;
  const match: Match = { ...matchOf(turn, id, view), noticedAt: turn.now };
  const actable = !pattern.logOnly;
  const tracked: Tracked = {
    match,
    silenced: silenceOf(view),
    pursuit: actable ? newPursuit(dueByOf(pattern.timing, match.firedAt)) : null,
    outcome: null,
    ticket: null,
    helped: null,
  };
  turn.unit.tracked.set(id, tracked);
  turn.scoresTouched = true;
  turn.toJudge.add(id);
  schedule(turn, "outcome", id, match.firedAt + pattern.window);
  emitMatch(turn, tracked);
  if (actable && !turn.simulated) report(turn, match);
}

/** The tenant's own unit counts matches over all units, to tell an incident from many single troubles. */
function report(turn: Turn, match: Match): void {
  const { id, pattern, family, account, person } = match;
  const component = typeof match.data.component === "string" ? match.data.component : null;
  const sighting = { match: id, pattern, family, component, account, person, at: turn.now };
  turn.effects.push({ kind: "forward", unit: TENANT_UNIT, control: { kind: "sighting", sighting } });
}

function matchOf(turn: Turn, id: string, view: MatchView): Match {
  const { pattern } = view;
  return {
    id,
    tenant: turn.unit.tenant,
    unit: turn.unit.id,
    pattern: pattern.id,
    version: pattern.version,
    family: pattern.family,
    key: view.key,
    episode: view.episode,
    account: turn.unit.account?.id ?? null,
    person: view.person ?? personOfKey(turn, view.key),
    state: view.state,
    firstAt: view.firstAt,
    firedAt: view.firedAt,
    noticedAt: turn.now,
    lastSeen: view.lastSeen,
    closedAt: view.closedAt,
    closedBy: view.closedBy,
    count: view.count,
    events: [...view.events],
    data: view.data,
    experimental: isExperimental(turn, pattern),
    simulated: turn.simulated,
    incident: null,
  };
}

/** For a match without evidence of anybody: a person's key names them, with some characters encoded. */
function personOfKey({ unit }: Turn, key: string): string | null {
  const name = scoreKeyOf(key);
  if (!name.startsWith("person/")) return null;
  for (const id of unit.persons.keys()) if (personKey(id) === name) return id;
  return null;
}

function isExperimental(turn: Turn, pattern: Pattern): boolean {
  if (pattern.status === "experimental") return true;
  const { account } = turn.unit;
  if (account === null || account.productArea === null) return false;
  const since = turn.tenant.productAreas.get(account.productArea);
  return since !== undefined && turn.now - since < NEW_AREA;
}

/** Only what ends the trouble silences a match; going quiet lets it fade. */
export function silenceOf({ state, closedBy }: Pick<Match, "state" | "closedBy">): Tracked["silenced"] {
  return state === "closed" && closedBy !== "quiet" ? "recovery" : null;
}

function revise(turn: Turn, tracked: Tracked, view: MatchView): void {
  const before = tracked.match;
  const revived = before.state === "retracted";
  tracked.match = revised(turn, tracked, view);
  turn.scoresTouched = true;
  const silence = silenceOf(view);
  if (tracked.silenced === null || tracked.silenced === "recovery") {
    if (silence === "recovery" && tracked.silenced === null) recover(turn, tracked);
    else if (silence === null && tracked.silenced === "recovery") reopen(turn, tracked);
  }
  if (revived) reopen(turn, tracked);
  emitMatch(turn, tracked);
  if (tracked.match.state !== "open" || tracked.match.lastSeen <= before.lastSeen) return;
  startAnew(turn, tracked);
  moreEvidence(turn, tracked);
}

/** What people and incidents have added to a match stays when its evidence changes. */
function revised(turn: Turn, { match: before, adopted }: Tracked, view: MatchView): Match {
  const { noticedAt, incident, simulated, experimental, person } = before;
  const next = { ...matchOf(turn, before.id, view), noticedAt, incident, simulated, experimental };
  const { editedText } = before.data;
  return {
    ...next,
    ...(adopted === true && before.key.startsWith("person/") ? { person } : {}),
    data: editedText === undefined ? next.data : { ...next.data, editedText },
  };
}

function reopen(turn: Turn, tracked: Tracked): void {
  tracked.silenced = null;
  const { pursuit } = tracked;
  if (pursuit === null || pursuit.sentSteps.length > 0) return;
  if (pursuit.lastReason !== "resolved" && pursuit.lastReason !== "retracted") return;
  pursuit.state = "held";
  turn.toJudge.add(tracked.match.id);
}

/** A late event undid it: its share is 0, what is not sent stops, what was sent stays sent and gets no further step. */
export function retract(turn: Turn, tracked: Tracked): void {
  if (tracked.match.state === "retracted") return;
  tracked.match = { ...tracked.match, state: "retracted", closedAt: turn.now, closedBy: null };
  turn.scoresTouched = true;
  withdraw(turn, tracked, "retracted");
  endPursuit(turn, tracked, "retracted");
  emitMatch(turn, tracked);
}
