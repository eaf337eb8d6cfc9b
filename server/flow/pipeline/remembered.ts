import type { Ref } from "../../core/event.ts";
import { RecentMap } from "../../lib/recent-map.ts";

/** Names, and persons, that are remembered of each tenant and namespace: at least so many, at most twice. */
const MOST = 100_000;

/**
 * What is known of people by tenant and id. Maps in maps instead of one map with long keys: the ids come with their
 * hashes, a text put together for every look would have to be hashed anew.
 */
export class ByPerson<Value extends NonNullable<unknown> | null> {
  readonly #tenants = new Map<string, RecentMap<string, Value>>();
  /** The tenant that was asked about last: the next question is nearly always about the same one. */
  #lately: { readonly tenant: string; readonly persons: RecentMap<string, Value> } | null = null;

  get(tenant: string, person: string): Value | undefined {
    if (this.#lately?.tenant === tenant) return this.#lately.persons.get(person);
    const persons = this.#tenants.get(tenant);
    if (persons === undefined) return undefined;
    this.#lately = { tenant, persons };
    return persons.get(person);
  }

  has(tenant: string, person: string): boolean {
    return this.get(tenant, person) !== undefined;
  }

  set(tenant: string, person: string, value: Value): void {
    let persons = this.#tenants.get(tenant);
    if (persons === undefined) {
      persons = new RecentMap(MOST);
      this.#tenants.set(tenant, persons);
    }
    persons.set(person, value);
  }

  delete(tenant: string, person: string): void {
    this.#tenants.get(tenant)?.delete(person);
  }

  clear(): void {
    this.#tenants.clear();
    this.#lately = null;
  }
}

/** The same by the name that some system gives somebody. */
export class ByName<Value extends NonNullable<unknown> | null> {
  readonly #spaces = new Map<string, ByPerson<Value>>();

  get(tenant: string, { namespace, value }: Ref): Value | undefined {
    return this.#spaces.get(namespace)?.get(tenant, value);
  }

  has(tenant: string, ref: Ref): boolean {
    return this.get(tenant, ref) !== undefined;
  }

  set(tenant: string, { namespace, value }: Ref, known: Value): void {
    let space = this.#spaces.get(namespace);
    if (space === undefined) {
      space = new ByPerson();
      this.#spaces.set(namespace, space);
    }
    space.set(tenant, value, known);
  }

  clear(): void {
    this.#spaces.clear();
  }
}
