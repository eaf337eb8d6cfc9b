import { renamedKey } from "./keys.ts";
import { decodeCells, encodeCells } from "./matching/matcher.ts";
import type { Population } from "./population.ts";
import { smallMap } from "./small-map.ts";
import type { Unit } from "./unit.ts";
import { type EncodedUnit, type Engine, THIS_ENGINE, UnreadableUnit, upgraded } from "./unit-upgrades.ts";

/** A unit's state as JSON text: equal states give equal bytes. */
export function encodeUnit(unit: Unit): string {
  return JSON.stringify({
    tenant: unit.tenant,
    id: unit.id,
    seq: unit.seq,
    clock: unit.clock,
    ...(unit.toldAt === 0 ? {} : { toldAt: unit.toldAt }),
    ...(unit.patternsAsOf === 0 ? {} : { patternsAsOf: unit.patternsAsOf }),
    account: unit.account,
    persons: [...unit.persons.values()],
    cells: encodeCells(unit.cells),
    tracked: [...unit.tracked.values()],
    deliveries: [...unit.deliveries.values()],
    alerts: [...unit.alerts.values()],
    population: unit.population === null ? null : encodePopulation(unit.population),
    timers: unit.timers,
    scores: [...unit.scores],
  });
}

/**
 * A unit's state from its text.
 * @param from the engine that wrote it; this one unless said
 * @throws UnreadableUnit when a newer engine wrote it, or the text is no unit's state
 */
export function decodeUnit(
  text: string,
  from: number = THIS_ENGINE.version,
  engine: Engine = THIS_ENGINE,
): Unit {
  const state = upgraded(objectOf(text), from, engine);
  try {
    return decode(state as EncodedUnit & Encoded);
  } catch (cause) {
    throw new UnreadableUnit("a customer's saved state cannot be read; restore the newest backup", { cause });
  }
}

/** @throws UnreadableUnit */
function objectOf(text: string): EncodedUnit {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw new UnreadableUnit("a customer's saved state is no JSON; restore the newest backup", { cause });
  }
  if (typeof state === "object" && state !== null && !Array.isArray(state)) return { ...state };
  throw new UnreadableUnit("a customer's saved state is no object; restore the newest backup");
}

function decode(state: Encoded): Unit {
  return {
    tenant: state.tenant,
    id: state.id,
    seq: state.seq,
    clock: state.clock,
    toldAt: state.toldAt ?? 0,
    patternsAsOf: state.patternsAsOf ?? 0,
    account: state.account,
    persons: smallMap(state.persons.map((person) => [person.id, person])),
    cells: decodeCells(state.cells),
    tracked: smallMap(state.tracked.map((tracked) => [tracked.match.id, tracked])),
    deliveries: smallMap(state.deliveries.map((row) => [row.id, row])),
    alerts: smallMap(state.alerts.map((row) => [row.id, row])),
    population: state.population === null ? null : decodePopulation(state.population),
    timers: state.timers,
    scores: smallMap(state.scores),
  };
}

type ValueOf<Held> = Held extends Map<string, infer Value> ? Value : never;
interface Encoded extends Pick<Unit, "tenant" | "id" | "seq" | "clock" | "account" | "timers"> {
  /** Both absent in most. */
  readonly toldAt?: number;
  readonly patternsAsOf?: number;
  readonly persons: ValueOf<Unit["persons"]>[];
  readonly cells: unknown;
  readonly tracked: ValueOf<Unit["tracked"]>[];
  readonly deliveries: ValueOf<Unit["deliveries"]>[];
  readonly alerts: ValueOf<Unit["alerts"]>[];
  readonly population: EncodedPopulation | null;
  readonly scores: [string, ValueOf<Unit["scores"]>][];
}

interface EncodedPopulation extends Pick<Population, "recent" | "window"> {
  readonly usual: [number, number[]][];
  readonly journeys: [string, ValueOf<Population["journeys"]>][];
  readonly calmSince: [string, number][];
  readonly broken?: [string, string][];
  /** Both absent in snapshots of before. */
  readonly affected?: [string, { readonly units: string[]; readonly told: number }][];
}

function encodePopulation(population: Population): EncodedPopulation {
  const { recent, usual, window, journeys, calmSince, affected, broken } = population;
  return {
    recent,
    window,
    usual: [...usual],
    journeys: [...journeys],
    calmSince: [...calmSince],
    broken: [...broken],
    affected: [...affected].map(([incident, { units, told }]) => [incident, { units: [...units], told }]),
  };
}

function decodePopulation(state: EncodedPopulation): Population {
  return {
    recent: state.recent,
    window: state.window,
    usual: new Map(state.usual),
    journeys: new Map(state.journeys),
    calmSince: new Map(state.calmSince),
    broken: new Map(state.broken ?? []),
    affected: new Map(
      (state.affected ?? []).map(([incident, { units, told }]) => [
        incident,
        { units: new Set(units), told },
      ]),
    ),
  };
}

/**
 * The same state with a person's id replaced everywhere it stands (as a value, and in keys such as `person/u1` or
 * `person/u1;endpoint=...`): what is left after an erasure cannot be led back to the person. Whoever has an id that is
 * also a word of ours (`email`, `stoppedAt`, `sent`) is replaced where an id stands, and nobody else's word is.
 */
export function renamePerson(encoded: string, person: string, pseudonym: string): string {
  const inKey = (text: string): string => renamedKey(text, person, pseudonym);
  const rename = (value: unknown, place: Place): unknown => {
    if (typeof value === "string") return place.holdsIds && value === person ? pseudonym : inKey(value);
    if (Array.isArray(value)) return value.map((item) => rename(item, place));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([name, item]) => [inKey(name), rename(item, within(place, name))]),
    );
  };
  return JSON.stringify(rename(JSON.parse(encoded), { part: "", holdsIds: false }));
}

/** Where a value stands: below which part of the unit, and whether a person's id can be there as it is. */
interface Place {
  readonly part: string;
  readonly holdsIds: boolean;
}

/** What is below these came from outside, or is counted by person. */
const IDS_BELOW = new Set(["contacts", "data", "values", "signals", "cells"]);
/** Among those: the unit's own name, and what is known of its account. */
const OURS_BELOW = new Set(["unit", "facts"]);

function within({ part, holdsIds }: Place, name: string): Place {
  const isBelow = IDS_BELOW.has(part);
  const isId = name === "person" || (part === "persons" && name === "id");
  const holds = isId || IDS_BELOW.has(name) || (isBelow && holdsIds);
  return { part: isBelow ? part : name, holdsIds: holds && !OURS_BELOW.has(name) };
}
