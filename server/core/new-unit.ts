import { newCells } from "./matching/matcher.ts";
import { newPopulation } from "./population.ts";
import { SmallMap } from "./small-map.ts";
import type { AccountState, PersonState, Pursuit, Unit } from "./unit.ts";
import { accountOf, TENANT_UNIT } from "./unit-name.ts";

export function newUnit(tenant: string, id: string): Unit {
  const account = accountOf(id);
  return {
    tenant,
    id,
    seq: 0,
    clock: 0,
    toldAt: 0,
    patternsAsOf: 0,
    account: account === null ? null : newAccount(account),
    persons: new SmallMap(),
    cells: newCells(),
    tracked: new SmallMap(),
    deliveries: new SmallMap(),
    alerts: new SmallMap(),
    population: id === TENANT_UNIT ? newPopulation() : null,
    timers: [],
    scores: new SmallMap(),
  };
}

export function newAccount(id: string): AccountState {
  return {
    id,
    name: null,
    plan: null,
    segment: null,
    region: null,
    industry: null,
    mrr: null,
    owner: null,
    timeZone: null,
    productArea: null,
    signedUpAt: null,
    onboardedAt: null,
    contacts: NO_ENTRIES,
  };
}

// What is replaced as a whole and never changed in place is one and the same for all who have nothing there.
const NO_ENTRIES = Object.freeze({});
const NOTHING: readonly never[] = Object.freeze([]);
const NOT_REACHED: PersonState["reach"] = Object.freeze({
  email: false,
  phone: false,
  push: false,
  bouncedEmail: false,
  bouncedPhone: false,
});

export function newPerson(id: string): PersonState {
  return {
    id,
    timeZone: null,
    locale: null,
    roles: NOTHING,
    tier: null,
    reach: NOT_REACHED,
    consent: NO_ENTRIES,
    stoppedAt: null,
    channelsOff: NOTHING,
    preferred: null,
    snoozedUntil: null,
    pausedUntil: null,
    muted: NO_ENTRIES,
    messages: [],
    tickets: [],
    lastEventAt: null,
  };
}

export function newPursuit(dueBy: number): Pursuit {
  return {
    state: "held",
    step: 0,
    sentSteps: [],
    deliveries: [],
    person: null,
    dueBy,
    heldSince: null,
    heldFor: 0,
    judgements: 0,
    approved: false,
    humanDone: false,
    alerted: false,
    lastReason: "",
  };
}
