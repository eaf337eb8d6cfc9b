/* Who is who: names, memberships, contact data, and what is known of a person or account now. */

import type { ContactDetails, Ref } from "../../core/event.ts";
import type { AccountState, PersonState } from "../../core/unit.ts";

/**
 * Names are looked up by keyed hashes of a normal form: an address counts the same in any case. Whoever is not known is
 * null, absent from the map, or not in the set; nothing here fails because of an unknown name.
 */
export interface Directory {
  /** Whom each of these names means, in the order asked for. */
  identify(
    tenant: string,
    refs: readonly Ref[],
  ): Promise<readonly ({ kind: "person" | "account"; id: string } | null)[]>;
  /** What stands for these names where a name itself must not: keyed hashes, hex, in the order asked for. */
  nameKeys(tenant: string, refs: readonly Ref[]): Promise<readonly string[]>;
  /** The units of each person, the newest membership first; an empty list for a person without any. */
  memberships(tenant: string, persons: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Opened contact details; null for a person without any, and for an erased one. */
  contact(tenant: string, person: string): Promise<ContactDetails | null>;
  /** Which of these names belonged to an erased person: `namespace:value`. */
  erased(tenant: string, refs: readonly Ref[]): Promise<ReadonlySet<string>>;
  /** Which of these addresses are on the stop list: `namespace:value`. Erasing a stopped person leaves theirs on it. */
  stopped(tenant: string, refs: readonly Ref[]): Promise<ReadonlySet<string>>;
  /** The person's state in the unit of their newest membership; without a membership, in any. */
  person(tenant: string, id: string): Promise<PersonState | null>;
  account(tenant: string, id: string): Promise<AccountState | null>;
}
