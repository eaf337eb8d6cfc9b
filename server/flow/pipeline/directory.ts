/**
 * Who an event is about. Turns the names a source uses into the tenant's own account and person, learns new names,
 * joins identities that turn out to be one person, and says to which unit the event belongs. What it learns is
 * written in the same commit as the event; after a failed commit it forgets everything and asks the store again.
 */
import type { UnitControl } from "../../core/control.ts";
import type { Event, EventData, Incoming, Ref } from "../../core/event.ts";
import type { Millis } from "../../core/time.ts";
import { accountOf, unitOf } from "../../core/unit-name.ts";
import { admit } from "../../core/vocabulary.ts";
import { companyDomain } from "../../lib/free-mail.ts";
import type {
  ContactWrite,
  IdentityWrite,
  MembershipWrite,
  Directory as StoreDirectory,
} from "../../store/contract.ts";
import { ByName, ByPerson } from "./remembered.ts";

export interface Learned {
  readonly identities: IdentityWrite[];
  readonly memberships: MembershipWrite[];
  readonly contacts: ContactWrite[];
}

export interface Attributed {
  readonly unit: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly data: EventData;
  /** Inputs that must come before the event, in other units or this one. */
  readonly before: readonly { readonly unit: string; readonly control: UnitControl }[];
}

type Known = { readonly kind: "person" | "account"; readonly id: string } | null;

/** A name for somebody whose own id is not known yet; reveals nothing about an address. */
export type Pseudonym = (tenant: string, ref: Ref) => string;

type DirectoryStore = Pick<StoreDirectory, "identify" | "memberships" | "erased" | "stopped">;

export class Directory {
  readonly #identities = new ByName<Known>();
  readonly #units = new ByPerson<readonly string[]>();
  /** Persons who came to a unit in this batch: which of their units is the newest, the store knows once it is written. */
  readonly #joined: { readonly tenant: string; readonly person: string }[] = [];
  readonly #erased = new Set<string>();
  readonly #stopped = new Set<string>();
  readonly #store: DirectoryStore;
  readonly #pseudonym: Pseudonym;

  constructor(store: DirectoryStore, pseudonym: Pseudonym) {
    this.#store = store;
    this.#pseudonym = pseudonym;
  }

  /** After a commit that failed, or an erasure: what is on disk counts. */
  forget(): void {
    this.#identities.clear();
    this.#units.clear();
    this.#joined.length = 0;
    this.#erased.clear();
    this.#stopped.clear();
  }

  /** Between two batches: within one, the cache also holds what is not written yet. */
  trim(): void {
    for (const { tenant, person } of this.#joined) {
      // There is nothing to order in one.
      if ((this.#units.get(tenant, person)?.length ?? 0) > 1) this.#units.delete(tenant, person);
    }
    this.#joined.length = 0;
  }

  /** An address that is being put on the stop list. */
  stop(tenant: string, ref: Ref): void {
    this.#stopped.add(keyOf(tenant, ref));
  }

  /** Asks the store for every name in these that is not known yet, in as few questions as possible. */
  async prepare(tenant: string, incoming: readonly Incoming[]): Promise<void> {
    const refs = new Map<string, Ref>();
    for (const one of incoming) {
      for (const ref of refsOf(one)) {
        if (!this.#identities.has(tenant, ref)) refs.set(keyOf(tenant, ref), ref);
      }
    }
    if (refs.size > 0) await this.#learnNames(tenant, [...refs.values()]);
    const persons = new Set<string>();
    for (const one of incoming) {
      for (const person of this.#personsOf(tenant, one)) {
        if (!this.#units.has(tenant, person)) persons.add(person);
      }
    }
    if (persons.size > 0) await this.#learnUnits(tenant, [...persons]);
  }

  /** The person it is about, and the stand-ins that may turn out to be them. */
  *#personsOf(tenant: string, incoming: Incoming): Generator<string> {
    if (incoming.person === undefined) return;
    yield this.#nameOf(tenant, incoming.person, "person");
    yield* this.#standInsOf(tenant, incoming);
  }

  /** Names under which the person was seen before anybody knew who they are. */
  #standInsOf(tenant: string, incoming: Incoming): readonly string[] {
    const names = namesOf(incoming);
    if (names.length === 0) return NOBODY;
    const known = names.map((ref) => [this.#identities.get(tenant, ref), ref] as const);
    return known.flatMap(([found, ref]) => {
      const standIn = this.#pseudonym(tenant, ref);
      return found?.id === standIn ? [standIn] : [];
    });
  }

  async #learnNames(tenant: string, refs: readonly Ref[]): Promise<void> {
    const found = await this.#store.identify(tenant, refs);
    const erased = await this.#store.erased(tenant, refs);
    const addresses = refs.filter(isAddress);
    const stopped = addresses.length === 0 ? NONE : await this.#store.stopped(tenant, addresses);
    refs.forEach((ref, i) => {
      this.#identities.set(tenant, ref, found[i] ?? null);
      mark(this.#erased, keyOf(tenant, ref), erased.has(`${ref.namespace}:${ref.value}`));
      mark(this.#stopped, keyOf(tenant, ref), stopped.has(`${ref.namespace}:${ref.value}`));
    });
  }

  async #learnUnits(tenant: string, persons: readonly string[]): Promise<void> {
    const found = await this.#store.memberships(tenant, persons);
    for (const person of persons) {
      // What was learned in the meantime is newer than the store's answer.
      if (this.#units.has(tenant, person)) continue;
      this.#units.set(tenant, person, withoutOwn(person, found.get(person) ?? []));
    }
  }

  /** The id that a person goes by now: a stand-in may have been joined with somebody. */
  async nameNow(tenant: string, person: string): Promise<string> {
    const ref = { namespace: "native", value: person };
    if (!this.#identities.has(tenant, ref)) await this.#learnNames(tenant, [ref]);
    return this.#nameOf(tenant, ref, "person");
  }

  async isErasedNow(tenant: string, person: string): Promise<boolean> {
    const ref = { namespace: "native", value: person };
    if (!this.#identities.has(tenant, ref)) await this.#learnNames(tenant, [ref]);
    return this.#isErased(tenant, ref);
  }

  /** As `unitsOf`, when it is known without asking. */
  knownUnitsOf(tenant: string, person: string): readonly string[] | undefined {
    return this.#units.get(tenant, person);
  }

  /** The units a person is in, newest first; asks the store when it has to. */
  async unitsOf(tenant: string, person: string): Promise<readonly string[]> {
    if (!this.#units.has(tenant, person)) await this.#learnUnits(tenant, [person]);
    return this.#units.get(tenant, person) ?? [];
  }

  /** Attributes one event; everything it needs was asked for by `prepare`. */
  attribute(tenant: string, incoming: Incoming, at: Millis, learned: Learned): Attributed {
    const data = withPresence(admit(incoming.type, incoming.data), incoming, (ref) =>
      this.#isNew(tenant, ref),
    );
    const person = this.#personOf(tenant, incoming);
    const account = this.#accountOf(tenant, incoming, data, person);
    const unit = unitOf(account, person);
    const before: { unit: string; control: UnitControl }[] = [];
    if (person !== null) {
      const isStopped = this.#startsStopped(tenant, person, incoming);
      this.#learnPerson(tenant, person, unit, incoming, at, learned, before);
      if (isStopped) before.push({ unit, control: stopOf(person) });
    }
    if (account !== null) this.#learnAccount(tenant, account, incoming, learned);
    if (account !== null) this.#learnDomain(tenant, account, incoming, learned);
    return { unit, account, person, data, before };
  }

  /** The unit the event will most likely belong to, as far as is known before it is attributed. */
  foresee(tenant: string, incoming: Incoming): string {
    const person = this.#personOf(tenant, incoming);
    const { account } = incoming.data;
    const data: EventData = typeof account === "string" ? { account } : {};
    return unitOf(this.#accountOf(tenant, incoming, data, person), person);
  }

  #personOf(tenant: string, incoming: Incoming): string | null {
    const { person } = incoming;
    if (person === undefined || this.#isErased(tenant, person)) return null;
    return this.#nameOf(tenant, person, "person");
  }

  #isErased(tenant: string, ref: Ref): boolean {
    return this.#erased.size > 0 && this.#erased.has(keyOf(tenant, ref));
  }

  #accountOf(tenant: string, incoming: Incoming, data: EventData, person: string | null): string | null {
    if (incoming.account !== undefined) return this.#nameOf(tenant, incoming.account, "account");
    if (typeof data.account === "string" && data.account !== "") return data.account;
    if (person === null) return null;
    for (const one of [person, ...this.#standInsOf(tenant, incoming)]) {
      const account = accountOf(this.#units.get(tenant, one)?.[0] ?? "");
      if (account !== null) return account;
    }
    return null;
  }

  /** An address on the stop list was nobody's until now, or its owner is seen for the first time. */
  #startsStopped(tenant: string, person: string, incoming: Incoming): boolean {
    if (this.#stopped.size === 0) return false;
    const isFirstSight = (this.#units.get(tenant, person) ?? []).length === 0;
    return namesOf(incoming).some(
      (ref) => this.#stopped.has(keyOf(tenant, ref)) && (isFirstSight || this.#isNew(tenant, ref)),
    );
  }

  #isNew(tenant: string, ref: Ref): boolean {
    return this.#identities.get(tenant, ref) == null;
  }

  #nameOf(tenant: string, ref: Ref, kind: "person" | "account"): string {
    const known = this.#identities.get(tenant, ref);
    if (known !== undefined && known !== null && known.kind === kind) return known.id;
    return ref.namespace === "native" ? ref.value : this.#pseudonym(tenant, ref);
  }

  #learnPerson(
    tenant: string,
    person: string,
    unit: string,
    incoming: Incoming,
    at: Millis,
    learned: Learned,
    before: { unit: string; control: UnitControl }[],
  ): void {
    this.#join(tenant, person, unit, at, learned, before);
    const { contact } = incoming;
    if (contact !== undefined) learned.contacts.push({ tenant, person, details: contact });
    for (const ref of namesOf(incoming)) this.#alias(tenant, ref, person, unit, at, learned, before);
  }

  /** The person is in this unit from now on; what another unit knows of them comes along. */
  #join(
    tenant: string,
    person: string,
    unit: string,
    at: Millis,
    learned: Learned,
    before: { unit: string; control: UnitControl }[],
  ): void {
    const units = this.#units.get(tenant, person) ?? NOBODY;
    if (units.includes(unit)) return;
    const alone = `person/${person}`;
    const [other] = units;
    if (units.includes(alone)) {
      before.push({ unit: alone, control: { kind: "handover", person, to: unit, as: person } });
    } else if (other !== undefined) {
      before.push({ unit: other, control: { kind: "share", person, to: unit } });
    }
    this.#units.set(tenant, person, [unit, ...units.filter((one) => one !== alone)]);
    this.#joined.push({ tenant, person });
    learned.memberships.push({ tenant, person, unit, at });
  }

  /** A name is now known to be this person; a stand-in under that name is joined with them. */
  #alias(
    tenant: string,
    ref: Ref,
    person: string,
    unit: string,
    at: Millis,
    learned: Learned,
    before: { unit: string; control: UnitControl }[],
  ): void {
    const known = this.#identities.get(tenant, ref);
    if (known?.id === person) return;
    const standIn = this.#pseudonym(tenant, ref);
    // Two people of the tenant's own may share a phone or mailbox: the first keeps the name.
    if (known !== undefined && known !== null && known.id !== standIn) return;
    this.#write(tenant, ref, { kind: "person", id: person }, learned);
    if (known === undefined || known === null || standIn === person) return;
    this.#write(tenant, { namespace: "native", value: standIn }, { kind: "person", id: person }, learned);
    for (const from of this.#units.get(tenant, standIn) ?? []) {
      // An account stays where the person was seen; somebody alone goes where the person is.
      const to = accountOf(from) === null ? unit : from;
      before.push({ unit: from, control: { kind: "handover", person: standIn, to, as: person } });
      if (to !== unit) this.#join(tenant, person, to, at, learned, []);
    }
    this.#units.set(tenant, standIn, []);
  }

  #learnAccount(tenant: string, account: string, incoming: Incoming, learned: Learned): void {
    const isNative = incoming.account === undefined || incoming.account.namespace === "native";
    if (isNative && incoming.alsoAccount === undefined) return;
    const names: Ref[] = [...(incoming.alsoAccount ?? [])];
    if (incoming.account !== undefined && incoming.account.namespace !== "native")
      names.push(incoming.account);
    for (const ref of names) {
      const known = this.#identities.get(tenant, ref);
      const isStandIn = known === undefined || known === null || known.id === this.#pseudonym(tenant, ref);
      if (known?.id === account || !isStandIn) continue;
      this.#write(tenant, ref, { kind: "account", id: account }, learned);
    }
  }

  /** Colleagues share a mail domain: it leads to the account of somebody whose own name is not known. */
  #learnDomain(tenant: string, account: string, incoming: Incoming, learned: Learned): void {
    const domain = domainRefOf(incoming);
    // The first account keeps it; free mail belongs to nobody.
    if (domain === null || this.#identities.get(tenant, domain) != null) return;
    this.#write(tenant, domain, { kind: "account", id: account }, learned);
  }

  #write(tenant: string, ref: Ref, known: NonNullable<Known>, learned: Learned): void {
    this.#identities.set(tenant, ref, known);
    learned.identities.push({ tenant, namespace: ref.namespace, value: ref.value, ...known });
  }
}

const NONE: ReadonlySet<string> = new Set();
const NO_REFS: readonly Ref[] = [];
const NOBODY: readonly string[] = [];
const isAddress = ({ namespace }: Ref) => namespace === "email" || namespace === "phone";

function stopOf(person: string): UnitControl {
  const reason = "this address was stopped before anybody knew whose it is";
  return { kind: "preference", person, change: { kind: "stop" }, actor: "system", reason };
}

function mark(marked: Set<string>, key: string, isIn: boolean): void {
  if (isIn) marked.add(key);
  else if (marked.size > 0) marked.delete(key);
}

function keyOf(tenant: string, { namespace, value }: Ref): string {
  return `${tenant}\u0000${namespace}\u0000${value}`;
}

function* refsOf(incoming: Incoming): Generator<Ref> {
  if (incoming.person !== undefined) yield incoming.person;
  if (incoming.account !== undefined && incoming.account.namespace !== "native") yield incoming.account;
  if (incoming.alsoPerson !== undefined) yield* incoming.alsoPerson;
  if (incoming.alsoAccount !== undefined) yield* incoming.alsoAccount;
  if (incoming.contact?.email !== undefined) yield { namespace: "email", value: incoming.contact.email };
  if (incoming.contact?.phone !== undefined) yield { namespace: "phone", value: incoming.contact.phone };
  const domain = domainRefOf(incoming);
  if (domain !== null) yield domain;
}

function domainRefOf({ contact }: Incoming): Ref | null {
  const domain = contact?.email === undefined ? null : companyDomain(contact.email);
  return domain === null ? null : { namespace: "domain", value: domain };
}

/** The event log keeps only that there is an address, and whether it was new; never the address. */
function withPresence(data: EventData, { contact }: Incoming, isNew: (ref: Ref) => boolean): EventData {
  if (contact === undefined) return data;
  const { email = "", phone = "" } = contact;
  return {
    ...data,
    ...(email === "" ? {} : { hasEmail: true }),
    ...(email !== "" && isNew({ namespace: "email", value: email }) ? { newEmail: true } : {}),
    ...(phone === "" ? {} : { hasPhone: true }),
    ...(phone !== "" && isNew({ namespace: "phone", value: phone }) ? { newPhone: true } : {}),
  };
}

/** Other names of the person than the tenant's own. */
function namesOf({ person, alsoPerson = NO_REFS, contact }: Incoming): readonly Ref[] {
  const isNative = person === undefined || person.namespace === "native";
  if (isNative && alsoPerson.length === 0 && contact === undefined) return NO_REFS;
  const names: Ref[] = [...alsoPerson];
  if (person !== undefined && person.namespace !== "native") names.push(person);
  if (contact?.email !== undefined) names.push({ namespace: "email", value: contact.email });
  if (contact?.phone !== undefined) names.push({ namespace: "phone", value: contact.phone });
  return names;
}

/** Once a person has an account, the unit they were alone in is empty. */
function withoutOwn(person: string, units: readonly string[]): readonly string[] {
  return units.length > 1 ? units.filter((unit) => unit !== `person/${person}`) : units;
}

/** An event as it enters the log. */
export function eventOf(
  tenant: string,
  incoming: Incoming,
  { account, person, data }: Attributed,
  receivedAt: Millis,
  clamped: boolean,
  reception: string | undefined,
): Event {
  return {
    tenant,
    source: incoming.source,
    id: incoming.id,
    type: incoming.type,
    time: clamped ? receivedAt : incoming.time,
    receivedAt,
    account,
    person,
    data,
    ...(clamped ? { clamped: true as const } : {}),
    ...(incoming.backfill === true ? { backfill: true as const } : {}),
    ...(reception === undefined ? {} : { reception }),
  };
}
