import type { Event, Field } from "../event.ts";
import { newPerson } from "../new-unit.ts";
import { type IssueType, TICKET_ISSUES } from "../pattern.ts";
import { messagesCountFor } from "../policy/spacing.ts";
import { isRecord } from "../record.ts";
import type { TenantSettings } from "../tenant.ts";
import { LATE } from "../time.ts";
import type { AccountState, PersonState, PersonTicket } from "../unit.ts";
import { CONSENTS } from "../vocabulary.ts";
import type { Turn } from "./turn.ts";

/** Bounds what one person may make us remember. */
const MOST_TICKETS = 20;

/** The person of an event, created at first sight. */
export function personOf(turn: Turn, id: string): PersonState {
  const known = turn.unit.persons.get(id);
  if (known !== undefined) return known;
  const person = newPerson(id);
  turn.unit.persons.set(id, person);
  return person;
}

/**
 * Folds what an event says about its account and person into their profiles, and answers whether they changed. What
 * is too late on arrival fills gaps, but overrides nothing that is known.
 */
export function foldProfile(turn: Turn, event: Event): boolean {
  const isOld = turn.now - event.time > LATE;
  const { account } = turn.unit;
  const accountChanged = event.account !== null && account !== null && foldAccount(account, event, isOld);
  if (accountChanged) {
    turn.effects.push({
      kind: "account",
      tenant: turn.unit.tenant,
      unit: turn.unit.id,
      row: { ...account },
    });
  }
  if (event.person === null) return accountChanged;
  const known = turn.unit.persons.get(event.person);
  const isNew = known === undefined;
  const person = known ?? personOf(turn, event.person);
  if (person.lastEventAt === null || event.time > person.lastEventAt) person.lastEventAt = event.time;
  const changed = saysWhoTheyAre(event) && foldPerson(person, event, isOld);
  if (isNew || changed) emitPerson(turn, person);
  return accountChanged || changed;
}

/** Any event may bring an address along; only `person.identified` says more. */
function saysWhoTheyAre({ type, data }: Event): boolean {
  return type === "person.identified" || data.hasEmail === true || data.hasPhone === true;
}

export function emitPerson(turn: Turn, person: PersonState): void {
  turn.effects.push({
    kind: "person",
    tenant: turn.unit.tenant,
    unit: turn.unit.id,
    row: structuredPerson(person),
  });
}

/** A copy that later changes of the live state do not reach. */
export function structuredPerson(person: PersonState): PersonState {
  return {
    ...person,
    reach: { ...person.reach },
    consent: { ...person.consent },
    muted: { ...person.muted },
    messages: person.messages.map((message) => ({ ...message })),
    tickets: person.tickets.map((ticket) => ({ ...ticket })),
  };
}

const ACCOUNT_TEXTS = [
  "name",
  "plan",
  "segment",
  "region",
  "industry",
  "owner",
  "timeZone",
  "productArea",
] as const;

/** The types that say something about the account itself: every other event leaves at once. */
const ABOUT_ACCOUNTS: ReadonlySet<string> = new Set([
  "account.signed_up",
  "account.updated",
  "onboarding.completed",
  "plan.changed",
]);

function foldAccount(account: AccountState, event: Event, isOld: boolean): boolean {
  if (!ABOUT_ACCOUNTS.has(event.type)) return false;
  const before = JSON.stringify(account);
  if (event.type === "account.signed_up" || event.type === "account.updated") {
    for (const name of ACCOUNT_TEXTS) {
      const value = event.data[name];
      if (typeof value === "string" && !(isOld && account[name] !== null)) account[name] = value;
    }
    if (typeof event.data.mrr === "number" && !(isOld && account.mrr !== null)) account.mrr = event.data.mrr;
    if (isRecord(event.data.contacts)) {
      const named = contactsOf(event.data.contacts);
      account.contacts = isOld ? { ...named, ...account.contacts } : named;
    }
  }
  if (event.type === "account.signed_up") account.signedUpAt = earliest(account.signedUpAt, event.time);
  if (event.type === "onboarding.completed") account.onboardedAt = earliest(account.onboardedAt, event.time);
  if (
    event.type === "plan.changed" &&
    typeof event.data.to === "string" &&
    !(isOld && account.plan !== null)
  ) {
    account.plan = event.data.to;
  }
  return JSON.stringify(account) !== before;
}

function contactsOf(field: { readonly [name: string]: unknown }): AccountState["contacts"] {
  const contacts: AccountState["contacts"] = {};
  for (const role of ["admin", "technical", "billing"]) {
    const ids = field[role];
    const list = Array.isArray(ids) ? ids : [ids];
    const texts = list.filter((id): id is string => typeof id === "string");
    if (texts.length > 0) contacts[role] = texts;
  }
  return contacts;
}

function foldPerson(person: PersonState, event: Event, isOld: boolean): boolean {
  const before = JSON.stringify(person);
  const { data } = event;
  for (const name of ["timeZone", "locale", "tier"] as const) {
    const value = data[name];
    if (typeof value === "string" && !(isOld && person[name] !== null)) person[name] = value;
  }
  if (Array.isArray(data.roles) && !(isOld && person.roles.length > 0)) {
    person.roles = data.roles.filter((role): role is string => typeof role === "string");
  }
  // A new address is a new chance: what bounced was the old one. One that is only repeated is not new.
  const { bouncedEmail, bouncedPhone } = person.reach;
  if (data.hasEmail === true) {
    person.reach = { ...person.reach, email: true, bouncedEmail: bouncedEmail && data.newEmail !== true };
  }
  if (data.hasPhone === true) {
    person.reach = { ...person.reach, phone: true, bouncedPhone: bouncedPhone && data.newPhone !== true };
  }
  if (isRecord(data.consent)) {
    for (const kind of CONSENTS) {
      const given = data.consent[kind];
      if (isOld && person.consent[kind] !== undefined) continue;
      if (typeof given === "boolean") person.consent = { ...person.consent, [kind]: given };
    }
  }
  return JSON.stringify(person) !== before;
}

function earliest(known: number | null, time: number): number {
  return known === null ? time : Math.min(known, time);
}

/** Which issue a ticket's category stands for: the tenant's own map, or the issue's own name. */
export function issueOfCategory(category: Field | undefined, settings: TenantSettings): IssueType | null {
  if (typeof category !== "string") return null;
  const mapped = settings.categories[category];
  if (mapped !== undefined) return mapped;
  return TICKET_ISSUES.find((issue) => issue === category) ?? null;
}

/** Remembers a ticket for cooldown. Our own proactive tickets (channel `forestall`) start none. */
export function foldTicket(turn: Turn, event: Event): void {
  if (event.person === null || event.data.channel === "forestall") return;
  const person = personOf(turn, event.person);
  const id = String(event.data.ticket ?? event.id);
  const ticket = person.tickets.find((one) => one.id === id) ?? addTicket(person, id, event);
  if (event.type === "ticket.created" || event.type === "ticket.reopened") {
    ticket.open = true;
    ticket.at = Math.max(ticket.at, event.time);
  }
  if (event.type === "ticket.solved") ticket.open = false;
  const issue = issueOfCategory(event.data.category, turn.tenant.settings);
  if (issue !== null) ticket.issue = issue;
  emitPerson(turn, person);
}

function addTicket(person: PersonState, id: string, event: Event): PersonTicket {
  const ticket: PersonTicket = { id, issue: null, openedAt: event.time, at: event.time, open: false };
  person.tickets = newestTickets([...person.tickets, ticket]);
  return ticket;
}

/** Those that are kept of a person's tickets, oldest first. */
export function newestTickets(tickets: readonly PersonTicket[]): PersonTicket[] {
  return tickets.toSorted((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1)).slice(-MOST_TICKETS);
}

/** Drops messages that no guard looks at any more. */
export function forgetOldMessages(person: PersonState, now: number, settings: TenantSettings): void {
  if (person.messages.length === 0) return;
  const countFor = messagesCountFor(settings);
  person.messages = person.messages.filter(
    (message) => message.state === "reserved" || message.state === "in_doubt" || now - message.at < countFor,
  );
}
