import { newCells } from "./matching/matcher.ts";
import { newPopulation } from "./population.ts";
import type { AccountState, PersonState, Pursuit, Unit } from "./unit.ts";

/** The unit for inputs that name neither an account nor a person. */
export const TENANT_UNIT = "tenant";

export function newUnit(tenant: string, id: string): Unit {
  return {
    tenant,
    id,
    seq: 0,
    clock: 0,
    account: id.startsWith("account/") ? newAccount(id.slice("account/".length)) : null,
    persons: new Map(),
    cells: newCells(),
    tracked: new Map(),
    deliveries: new Map(),
    alerts: new Map(),
    population: id === TENANT_UNIT ? newPopulation() : null,
    timers: [],
    scores: new Map(),
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
    contacts: {},
  };
}

export function newPerson(id: string): PersonState {
  return {
    id,
    timeZone: null,
    locale: null,
    roles: [],
    tier: null,
    reach: { email: false, phone: false, push: false, bouncedEmail: false, bouncedPhone: false },
    consent: {},
    stoppedAt: null,
    channelsOff: [],
    preferred: null,
    snoozedUntil: null,
    pausedUntil: null,
    muted: {},
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
