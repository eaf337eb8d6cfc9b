/**
 * The tenant's side of a broadcast: which units an incident affects, and giving them the newest word about it. An
 * incident may affect very many, so they are told a few hundred at a time, and those who join later at once (by
 * `affected`).
 */
import { isBroadcast } from "../incident.ts";
import type { Affected } from "../population.ts";
import type { Incident } from "../tenant.ts";
import { SECOND } from "../time.ts";
import { schedule, type Turn, unschedule } from "./turn.ts";

/** Units told in one commit: few enough not to hold the others up. */
const AT_ONCE = 200;

export function noteAffected(turn: Turn, incident: string, unit: string): void {
  affectedBy(turn, incident).units.add(unit);
}

function affectedBy({ unit: { population } }: Turn, incident: string): Affected {
  const known = population?.affected.get(incident);
  if (known !== undefined) return known;
  const made: Affected = { units: new Set(), told: 0 };
  population?.affected.set(incident, made);
  return made;
}

/** The broadcast was answered: every unit hears it, except that there was nothing before and is nothing now. */
export function tellAnswer(turn: Turn, before: Incident, after: Incident): void {
  if (isBroadcast(before) || isBroadcast(after)) tellFromStart(turn, after);
}

/** It is over: what was told is taken back, and nobody needs to be remembered. */
export function tellEnd(turn: Turn, before: Incident, after: Incident): void {
  if (isBroadcast(before)) return tellFromStart(turn, after);
  turn.unit.population?.affected.delete(after.id);
  unschedule(turn.unit, "notice", after.id);
}

function tellFromStart(turn: Turn, incident: Incident): void {
  affectedBy(turn, incident.id).told = 0;
  tellSome(turn, incident.id, incident.endedAt !== null);
}

/** The next units; what they make of it they read from the tenant's state. */
export function tellNext(turn: Turn, id: string): void {
  const incident = turn.tenant.incidents.find((one) => one.id === id);
  tellSome(turn, id, incident === undefined || incident.endedAt !== null);
}

function tellSome(turn: Turn, incident: string, isOver: boolean): void {
  const affected = affectedBy(turn, incident);
  for (const unit of [...affected.units].slice(affected.told, affected.told + AT_ONCE)) {
    turn.effects.push({ kind: "forward", unit, control: { kind: "notice", incident } });
  }
  affected.told = Math.min(affected.units.size, affected.told + AT_ONCE);
  if (affected.told < affected.units.size) schedule(turn, "notice", incident, turn.now + SECOND);
  else if (isOver) turn.unit.population?.affected.delete(incident);
}
