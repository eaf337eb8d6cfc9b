import type { Pattern } from "./pattern.ts";
import type { Population, Sighting } from "./population.ts";
import type { Incident, TenantState } from "./tenant.ts";
import { HOUR, MINUTE, type Millis } from "./time.ts";

const WINDOW = 10 * MINUTE;
/** Ten-minute windows of an hour of the week that are remembered: eight weeks of six. */
const REMEMBERED = 48;
/** An incident needs this many times the usual. */
const TIMES_USUAL = 3;

/** 0 = Monday 00:00 UTC. The epoch was a Thursday. */
export function hourOfWeek(at: Millis): number {
  return (Math.floor(at / HOUR) + 72) % 168;
}

/**
 * Closes a ten-minute window that has passed and remembers how many matches were usual. What an incident adds is not
 * usual: while one is running nothing is remembered.
 */
export function rotateWindow(population: Population, now: Millis, tenant: TenantState): void {
  const start = Math.floor(now / WINDOW) * WINDOW;
  // What a late timer reports counts where the counting is by now.
  if (population.window.start >= start) return;
  const { start: counted, count, passed } = population.window;
  const isOrdinary = tenant.incidents.every(
    ({ startedAt, endedAt }) => startedAt >= counted + WINDOW || (endedAt !== null && endedAt <= counted),
  );
  const ofHour = counted > 0 && isOrdinary ? [...passed, count] : passed;
  const isSameHour = Math.floor(counted / HOUR) === Math.floor(start / HOUR);
  if (!isSameHour) remember(population, hourOfWeek(counted), ofHour);
  population.window = { start, count: 0, passed: isSameHour ? ofHour : [] };
}

function remember({ usual }: Population, hour: number, counts: readonly number[]): void {
  if (counts.length > 0) usual.set(hour, [...(usual.get(hour) ?? []), ...counts].slice(-REMEMBERED));
}

export function noteSighting(population: Population, sighting: Sighting, within: Millis): void {
  population.window.count += 1;
  population.recent.push(sighting);
  const oldest = sighting.at - within;
  let gone = 0;
  while (gone < population.recent.length && (population.recent[gone]?.at ?? 0) < oldest) gone += 1;
  if (gone > 0) population.recent.splice(0, gone);
}

/** 50 matches in ten minutes, raised to three times the usual 99th percentile of that hour of the week. */
export function threshold(population: Population, tenant: TenantState, now: Millis): number {
  const counts = [...(population.usual.get(hourOfWeek(now)) ?? [])].sort((a, b) => a - b);
  const usual = counts.length === 0 ? 0 : (counts[Math.ceil(counts.length * 0.99) - 1] ?? 0);
  return Math.max(tenant.settings.incident.matches, TIMES_USUAL * usual);
}

export interface Start {
  readonly scope: Incident["scope"];
  readonly matches: number;
  readonly accounts: number;
  readonly threshold: number;
}

/**
 * Which incidents start with this sighting: over all patterns, for one pattern, or for one component, when more
 * than the threshold fired from at least ten accounts; and for one account, when more than ten of its persons are
 * affected. An incident that already covers it starts no other.
 */
export function incidentStarts(
  population: Population,
  latest: Sighting,
  tenant: TenantState,
  now: Millis,
): Start[] {
  const running = tenant.incidents.filter((one) => one.endedAt === null);
  if (running.some((one) => one.scope.kind === "all")) return [];
  const limit = threshold(population, tenant, now);
  const { accounts: leastAccounts, personsOfAccount } = tenant.settings.incident;
  const isRunning = (scope: Incident["scope"]) => runningOn(running, scope) !== undefined;
  const measure = (scope: Incident["scope"], belongs: (one: Sighting) => boolean): Start | null => {
    // Asked at every match: mostly the count alone says no, and often the length of the list.
    if (population.recent.length <= limit) return null;
    let matches = 0;
    for (const one of population.recent) if (belongs(one)) matches += 1;
    if (matches <= limit || isRunning(scope)) return null;
    const found = population.recent.filter(belongs);
    const accounts = new Set(found.map((one) => one.account ?? one.person)).size;
    return accounts < leastAccounts ? null : { scope, matches, accounts, threshold: limit };
  };
  const own = measure({ kind: "pattern", name: latest.pattern }, (one) => one.pattern === latest.pattern);
  if (own !== null) return [own];
  const component =
    latest.component === null
      ? null
      : measure({ kind: "component", name: latest.component }, (one) => one.component === latest.component);
  if (component !== null) return [component];
  const covered = (one: Sighting) => running.some(({ scope }) => isOf(scope, one));
  const all = measure({ kind: "all" }, (one) => !covered(one));
  if (all !== null) return [all];
  return accountIncident(population, latest, personsOfAccount, isRunning);
}

function accountIncident(
  population: Population,
  latest: Sighting,
  most: number,
  isRunning: (scope: Incident["scope"]) => boolean,
): Start[] {
  const { account } = latest;
  if (account === null || population.recent.length <= most) return [];
  const own = population.recent.filter((one) => one.account === account && one.person !== null);
  const persons = new Set(own.map((one) => one.person)).size;
  const scope = { kind: "account", name: account } as const;
  if (persons <= most || isRunning(scope)) return [];
  return [{ scope, matches: own.length, accounts: 1, threshold: most }];
}

/** Whether customers are told about it at this moment: it runs, and the broadcast was approved or went out by itself. */
export function isBroadcast({ endedAt, broadcast }: Incident): boolean {
  return endedAt === null && (broadcast === "approved" || broadcast === "automatic");
}

/** What decides whether an incident concerns a match. */
export type Concerned = Pick<Sighting, "pattern" | "family" | "component" | "account"> & {
  /** Urgent, or about billing: an incident over all patterns leaves it alone. */
  readonly isApart: boolean;
};

/** Whether matches of a pattern are left alone by an incident over all patterns. */
export function standsApart(pattern: Pattern | undefined): boolean {
  return pattern?.urgent === true || pattern?.issue === "billing";
}

/** The running incident of exactly this scope. */
export function runningOn(incidents: readonly Incident[], scope: Incident["scope"]): Incident | undefined {
  return incidents.find((one) => one.endedAt === null && JSON.stringify(one.scope) === JSON.stringify(scope));
}

/** True when a match is held by an incident of this scope, and counts as part of it. */
export function concerns(scope: Incident["scope"], one: Concerned): boolean {
  return scope.kind === "all" ? !one.isApart : isOf(scope, one);
}

function isOf(scope: Incident["scope"], one: Omit<Concerned, "isApart">): boolean {
  switch (scope.kind) {
    case "all":
      return true;
    case "pattern":
      return scope.name === one.pattern;
    case "component":
      return scope.name === one.component || scope.name === one.family;
    case "account":
      return scope.name === one.account;
  }
}

/** Over when the rate of its matches stays under a quarter of the threshold for half an hour. */
export function incidentEnds(
  population: Population,
  incident: Incident,
  tenant: TenantState,
  now: Millis,
): boolean {
  const { within, quietEnd } = tenant.settings.incident;
  const rate = population.recent.filter((one) => one.at > now - within && isOf(incident.scope, one)).length;
  if (rate >= Math.max(1, incident.threshold / 4)) {
    population.calmSince.delete(incident.id);
    return false;
  }
  const since = population.calmSince.get(incident.id) ?? now;
  population.calmSince.set(incident.id, since);
  return now - since >= quietEnd;
}
