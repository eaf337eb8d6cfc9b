/** What is known of people and messages at a moment, in a form that outlives versions. */
import type { Alert, Delivery } from "../../server/core/delivery.ts";
import type { Incident } from "../../server/core/tenant.ts";
import type { PersonState, Timer, Tracked, Unit } from "../../server/core/unit.ts";
import type { Pipeline } from "../../server/flow/contract.ts";
import type { Store } from "../../server/store/contract.ts";

/** What somebody said, or what was said of them: none of it may be lost. */
export interface PersonFact
  extends Pick<
    PersonState,
    | "id"
    | "roles"
    | "timeZone"
    | "tier"
    | "reach"
    | "consent"
    | "stoppedAt"
    | "channelsOff"
    | "preferred"
    | "snoozedUntil"
    | "pausedUntil"
    | "muted"
    | "tickets"
  > {
  readonly tenant: string;
  readonly unit: string;
}

export type DeliveryFact = Pick<
  Delivery,
  | "id"
  | "tenant"
  | "unit"
  | "match"
  | "person"
  | "channel"
  | "step"
  | "status"
  | "notBefore"
  | "dueBy"
  | "attempts"
>;

/** What we do about a match, and when it is looked at again. */
export interface PursuitFact {
  readonly tenant: string;
  readonly unit: string;
  readonly match: string;
  readonly pattern: string;
  readonly isOpen: boolean;
  readonly state: string;
  readonly reason: string;
  readonly step: number;
  readonly sentSteps: readonly number[];
  readonly person: string | null;
  readonly timers: readonly Pick<Timer, "kind" | "due">[];
}

export type AlertFact = Pick<
  Alert,
  "id" | "tenant" | "unit" | "match" | "kind" | "state" | "assignee" | "snoozedUntil"
>;

export interface Facts {
  readonly persons: readonly PersonFact[];
  /** Those that are not final, or belong to a match that still counts. */
  readonly deliveries: readonly DeliveryFact[];
  readonly pursuits: readonly PursuitFact[];
  readonly alerts: readonly AlertFact[];
  readonly incidents: readonly Pick<Incident, "id" | "tenant" | "scope" | "endedAt" | "broadcast">[];
}

/** The facts with what it takes to check them: how the database was left. */
export interface Expected extends Facts {
  /** The version that wrote the database, and its engine. */
  readonly commit: string;
  readonly engine: string;
  /** What its clock said at the end. */
  readonly now: number;
  readonly lastSeq: number;
  /** Every input up to here is in a snapshot. */
  readonly checkpoint: number;
  /** Oldest event of the log: what came before is in the snapshots alone. */
  readonly oldestEvent: number;
  /** Deliveries that were handed to a provider, whatever came of it. */
  readonly handedOver: readonly string[];
}

export interface FactsDeps {
  readonly store: Pick<Store, "unitsBefore">;
  readonly pipeline: Pick<Pipeline, "peek" | "tenant"> & {
    readonly units: { values(): IterableIterator<Unit> };
  };
  readonly tenants: readonly string[];
}

export async function collectFacts({ store, pipeline, tenants }: FactsDeps): Promise<Facts> {
  const units: Unit[] = [];
  for (const tenant of tenants) {
    const asleep = await store.unitsBefore(tenant, {
      seq: Number.MAX_SAFE_INTEGER,
      after: "",
      limit: 10_000,
    });
    const awake = [...pipeline.units.values()].filter((unit) => unit.tenant === tenant).map(({ id }) => id);
    for (const id of [...new Set([...asleep, ...awake])].sort()) {
      const unit = await pipeline.peek(tenant, id);
      if (unit !== null) units.push(unit);
    }
  }
  return {
    persons: units.flatMap((unit) => [...unit.persons.values()].map((person) => personFact(unit, person))),
    deliveries: units.flatMap((unit) => [...unit.deliveries.values()].map(deliveryFact)),
    pursuits: units.flatMap((unit) =>
      [...unit.tracked.values()].flatMap((tracked) => pursuitFacts(unit, tracked)),
    ),
    alerts: units.flatMap((unit) => [...unit.alerts.values()].map(alertFact)),
    incidents: tenants.flatMap((tenant) => pipeline.tenant(tenant)?.incidents.map(incidentFact) ?? []),
  };
}

function personFact({ tenant, id: unit }: Unit, person: PersonState): PersonFact {
  const { id, roles, timeZone, tier, reach, consent, stoppedAt, channelsOff } = person;
  const { preferred, snoozedUntil, pausedUntil, muted, tickets } = person;
  return structuredClone({
    tenant,
    unit,
    id,
    roles,
    timeZone,
    tier,
    reach,
    consent,
    stoppedAt,
    channelsOff,
    preferred,
    snoozedUntil,
    pausedUntil,
    muted,
    tickets,
  });
}

export function deliveryFact(row: Delivery): DeliveryFact {
  const { id, tenant, unit, match, person, channel, step, status, notBefore, dueBy, attempts } = row;
  return { id, tenant, unit, match, person, channel, step, status, notBefore, dueBy, attempts };
}

function pursuitFacts(unit: Unit, { match, pursuit }: Tracked): readonly PursuitFact[] {
  if (pursuit === null) return [];
  const timers = unit.timers.filter(({ ref }) => ref === match.id);
  const { state, lastReason, step, sentSteps, person } = pursuit;
  return [
    {
      tenant: unit.tenant,
      unit: unit.id,
      match: match.id,
      pattern: match.pattern,
      isOpen: match.state === "open",
      state,
      reason: lastReason,
      step,
      sentSteps: [...sentSteps],
      person,
      timers: timers.map(({ kind, due }) => ({ kind, due })),
    },
  ];
}

function alertFact({ id, tenant, unit, match, kind, state, assignee, snoozedUntil }: Alert): AlertFact {
  return { id, tenant, unit, match, kind, state, assignee, snoozedUntil };
}

function incidentFact({ id, tenant, scope, endedAt, broadcast }: Incident) {
  return { id, tenant, scope, endedAt, broadcast };
}
