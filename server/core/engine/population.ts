/**
 * The second reducer: what is true of many customers at once. It works on the tenant's own unit, fed by records of
 * matches (`sighting`) and counts of the journey signals (`tally`).
 */
import type { ControlOf } from "../control.ts";
import type { Event } from "../event.ts";
import {
  concerns,
  incidentEnds,
  incidentStarts,
  noteSighting,
  rotateWindow,
  runningOn,
  standsApart,
} from "../incident.ts";
import { type JourneyChange, journeyDue, passJourneys, takeTally } from "../journey.ts";
import type { Pattern } from "../pattern.ts";
import type { Population, Sighting } from "../population.ts";
import type { Incident } from "../tenant.ts";
import { MINUTE } from "../time.ts";
import { unitOf } from "../unit-name.ts";
import { FRESH, ownerOf, putAlert, resolveAlert } from "./alerts.ts";
import { noteAffected, tellAnswer, tellEnd } from "./broadcast.ts";
import { tellAdmin } from "./incidents.ts";
import { schedule, type Turn } from "./turn.ts";

/** Without an answer for this long, the in-app banner of an incident goes out by itself. */
const BANNER_AFTER = 10 * MINUTE;
const CHECK_EVERY = MINUTE;

export function takeSighting(turn: Turn, { sighting }: ControlOf<"sighting">): void {
  const population = populationOf(turn);
  rotateWindow(population, sighting.at, turn.tenant);
  noteSighting(population, sighting, turn.tenant.settings.incident.within);
  for (const incident of turn.tenant.incidents) {
    if (incident.endedAt === null) tellAffected(turn, incident, [sighting]);
  }
  for (const scope of incidentStarts(population, sighting, turn.tenant, sighting.at)) {
    start(turn, scope.scope, "rate", scope.matches, scope.accounts, scope.threshold);
  }
}

/** By hand, by a monitoring system, or (in the unit of an account) because most of its people are affected. */
export function declare(turn: Turn, control: ControlOf<"declare">): void {
  if (turn.unit.population === null) return tellAdmin(turn, control);
  const running = runningOn(turn.tenant.incidents, control.scope);
  if (control.running && running === undefined) start(turn, control.scope, control.actor, 0, 0, 0);
  if (!control.running && running !== undefined) end(turn, running, control.actor);
}

/**
 * A monitoring system says that a component is gravely disturbed for everybody, or well again. What it says of one
 * account goes to that account's unit, and is a pattern like any other.
 */
export function takeServiceEvent(turn: Turn, { type, data, source }: Event): void {
  if (turn.unit.population === null || typeof data.component !== "string" || turn.simulated) return;
  const scope = { kind: "component", name: data.component } as const;
  const running = runningOn(turn.tenant.incidents, scope);
  const isGrave = type === "service.degraded" && data.severity === "critical";
  if (isGrave && running === undefined) start(turn, scope, `system:${source}`, 0, 0, 0);
  if (type === "service.recovered" && running !== undefined) end(turn, running, `system:${source}`);
}

function start(
  turn: Turn,
  scope: Incident["scope"],
  startedBy: string,
  matches: number,
  accounts: number,
  threshold: number,
): void {
  const name = scope.kind === "all" ? "" : scope.name;
  const incident: Incident = {
    id: turn.hash("incident", turn.unit.tenant, scope.kind, name, turn.now),
    tenant: turn.unit.tenant,
    scope,
    startedAt: turn.now,
    endedAt: null,
    startedBy,
    endedBy: null,
    matches,
    accounts,
    threshold,
    broadcast: "waiting",
    simulated: turn.simulated,
  };
  change(turn, incident);
  alertOps(turn, incident);
  schedule(turn, "incident", incident.id, turn.now + CHECK_EVERY);
  tellAffected(turn, incident, recentOf(turn));
  if (scope.kind !== "account") return;
  noteAffected(turn, incident.id, `account/${scope.name}`);
  tellAccount(turn, scope.name, startedBy);
}

/** Of the minutes before now: the list itself is only cut when something is added. */
function recentOf(turn: Turn): readonly Sighting[] {
  const oldest = turn.now - turn.tenant.settings.incident.within;
  return populationOf(turn).recent.filter(({ at }) => at >= oldest);
}

/** Its matches are marked, also those of the minutes before it was noticed. */
function tellAffected(turn: Turn, { id, scope }: Incident, sightings: readonly Sighting[]): void {
  for (const sighting of sightings) {
    const { pattern, account, person, match } = sighting;
    const isApart = standsApart(turn.tenant.library.byId(pattern));
    if (!concerns(scope, { ...sighting, isApart })) continue;
    const unit = unitOf(account, person);
    noteAffected(turn, id, unit);
    turn.effects.push({ kind: "forward", unit, control: { kind: "affected", match, incident: id } });
  }
}

function tellAccount(turn: Turn, name: string, actor: string): void {
  const scope = { kind: "account", name } as const;
  const control = { kind: "declare", scope, running: true, actor, reason: "many of its people" } as const;
  turn.effects.push({ kind: "forward", unit: `account/${name}`, control });
}

function alertOps(turn: Turn, incident: Incident): void {
  const what =
    incident.scope.kind === "all" ? "all patterns" : `${incident.scope.kind} ${incident.scope.name}`;
  putAlert(turn, {
    id: turn.hash("alert", incident.id, "incident"),
    tenant: incident.tenant,
    unit: turn.unit.id,
    match: null,
    pattern: null,
    incident: incident.id,
    account: incident.scope.kind === "account" ? incident.scope.name : null,
    person: null,
    kind: "incident",
    title: `Incident: ${what}`,
    why:
      incident.matches > 0
        ? `${incident.matches} matches from ${incident.accounts} accounts within ten minutes (threshold ${incident.threshold}).`
        : `Declared by ${incident.startedBy}.`,
    firstAction: "Check what these customers have in common, then approve or decline the broadcast.",
    playbook:
      "Individual help is held while the incident runs. Confirm the cause with engineering, approve one broadcast that says what is known, and end the incident once it is over.",
    owner: ownerOf(turn, "support-ops"),
    score: 100,
    createdAt: turn.now,
    dueBy: turn.now + 5 * MINUTE,
    ...FRESH,
    simulated: turn.simulated,
  });
}

/** Every minute of an incident: is it over, and has anybody answered about the banner? */
export function checkIncident(turn: Turn, id: string): void {
  const incident = turn.tenant.incidents.find((one) => one.id === id);
  if (incident === undefined || incident.endedAt !== null) return;
  const population = populationOf(turn);
  rotateWindow(population, turn.now, turn.tenant);
  if (incident.startedBy === "rate" && incidentEnds(population, incident, turn.tenant, turn.now)) {
    return end(turn, incident, "rate");
  }
  if (incident.broadcast === "waiting" && turn.now - incident.startedAt >= BANNER_AFTER) {
    answer(turn, incident, "automatic");
  }
  schedule(turn, "incident", id, turn.now + CHECK_EVERY);
}

export function answerBroadcast(turn: Turn, control: ControlOf<"broadcast">): void {
  const incident = turn.tenant.incidents.find((one) => one.id === control.incident);
  if (incident === undefined || incident.endedAt !== null) return;
  answer(turn, incident, control.answer);
}

function answer(turn: Turn, incident: Incident, broadcast: Incident["broadcast"]): void {
  const answered: Incident = { ...incident, broadcast };
  change(turn, answered);
  tellAnswer(turn, incident, answered);
}

function end(turn: Turn, incident: Incident, endedBy: string): void {
  populationOf(turn).calmSince.delete(incident.id);
  const ended: Incident = { ...incident, endedAt: turn.now, endedBy };
  change(turn, ended);
  tellEnd(turn, incident, ended);
  const alert = turn.unit.alerts.get(turn.hash("alert", incident.id, "incident"));
  if (alert !== undefined) {
    resolveAlert(turn, alert);
    turn.unit.alerts.delete(alert.id);
  }
}

function change(turn: Turn, incident: Incident): void {
  turn.effects.push({ kind: "tenant", control: { kind: "incident", incident } });
}

/** Counts of the journey signals: a spike or drop of the whole population is an alert, never a message. */
export function takeTallies(turn: Turn, { counts }: ControlOf<"tally">): void {
  const population = populationOf(turn);
  for (const tally of counts) {
    const pattern = turn.tenant.library.byId(tally.pattern);
    if (pattern === undefined) continue;
    for (const signal of takeTally(population, pattern, tally))
      alertJourney(turn, pattern, tally.key, signal);
  }
  scheduleJourneys(turn);
}

/** A bucket is complete: a signal that has fallen silent shows only now. */
export function checkJourneys(turn: Turn): void {
  const patternOf = (id: string) => turn.tenant.library.byId(id);
  for (const { pattern, key, change: signal } of passJourneys(populationOf(turn), patternOf, turn.now)) {
    alertJourney(turn, pattern, key, signal);
  }
  scheduleJourneys(turn);
}

function scheduleJourneys(turn: Turn): void {
  const due = journeyDue(populationOf(turn), (id) => turn.tenant.library.byId(id));
  schedule(turn, "journey", "", due);
}

function alertJourney(turn: Turn, pattern: Pattern, key: string, signal: JourneyChange): void {
  const id = turn.hash("journey", turn.unit.tenant, pattern.id, key, signal.episode);
  if (signal.kind === "closed") return resolveJourney(turn, id);
  putAlert(turn, {
    id,
    tenant: turn.unit.tenant,
    unit: turn.unit.id,
    match: null,
    pattern: pattern.id,
    incident: null,
    account: null,
    person: null,
    kind: "journey",
    title: pattern.name,
    why: `${signal.count} in ${signal.bucket}, usually ${signal.usual}${whereOf(key)}.`,
    firstAction: pattern.firstAction,
    playbook: pattern.playbookText,
    owner: ownerOf(turn, pattern.owner.role),
    score: pattern.risk,
    createdAt: turn.now,
    dueBy: turn.now + 60 * MINUTE,
    ...FRESH,
    simulated: turn.simulated,
  });
}

/** ` (step=invite)` */
function whereOf(key: string): string {
  const at = key.indexOf(";");
  return at < 0 ? "" : ` (${key.slice(at + 1).replaceAll(";", ", ")})`;
}

/** Ordinary again: nobody needs to look any more, and the alert need not be remembered. */
function resolveJourney(turn: Turn, id: string): void {
  const alert = turn.unit.alerts.get(id);
  if (alert === undefined) return;
  if (alert.state !== "resolved") {
    resolveAlert(turn, alert);
  }
  turn.unit.alerts.delete(id);
}

function populationOf(turn: Turn): Population {
  const { population } = turn.unit;
  if (population === null) throw new TypeError(`unit ${turn.unit.id} counts no population`);
  return population;
}
