import type { ContactDetails, Ref } from "../../core/event.ts";
import type {
  ContactWrite,
  Directory,
  IdentityWrite,
  MembershipWrite,
  StopWrite,
  Unlink,
} from "../contract.ts";
import { readIdentityKind } from "../shapes/columns.ts";
import { readContact, writeContact } from "../shapes/personal.ts";
import { type Base, unitNo } from "./base.ts";
import { type Body, bodyOf } from "./bodies.ts";
import type { Query } from "./durability/connection.ts";
import { opened } from "./sealed.ts";

export interface DirectoryWriter {
  readonly contact: (tenant: number, row: ContactWrite) => void;
  readonly identity: (tenant: number, row: IdentityWrite) => void;
  readonly membership: (tenant: number, row: MembershipWrite) => void;
  readonly stop: (tenant: number, row: StopWrite) => void;
  readonly unlink: (tenant: number, row: Unlink) => void;
}

/** Where a person's key is wrapped to, and what is sealed with it. */
export const keyPlace = (tenant: string, person: string) => [tenant, "person-key", person] as const;
const contactPlace = (tenant: string, person: string) => [tenant, "contact", person] as const;

export interface PersonKeys {
  find(tenant: number, person: string): Uint8Array | null;
  /** Inside a transaction: the person's key, made now if there is none. Null for an erased person, for ever. */
  give(tenant: number, tenantId: string, person: string): Uint8Array | null;
}

export function personKeys({ connection, vault }: Base): PersonKeys {
  const select = connection.query<{ wrapped: Uint8Array }>(
    "SELECT k.wrapped FROM person_keys k WHERE k.tenant = ? AND k.person = ?",
  );
  const erased = connection.query("SELECT 1 FROM erased e WHERE e.tenant = ? AND e.hash = ?");
  const insert = connection.query("INSERT INTO person_keys (tenant, person, wrapped) VALUES (?, ?, ?)");
  const find = (tenant: number, person: string) => select.get(tenant, person)?.wrapped ?? null;
  return {
    find,
    give: (tenant, tenantId, person) => {
      const known = find(tenant, person);
      if (known !== null) return known;
      if (erased.get(tenant, vault.hashOf(tenantId, "native", person)) !== undefined) return null;
      const wrapped = vault.newKey(keyPlace(tenantId, person));
      insert.run(tenant, person, wrapped);
      return wrapped;
    },
  };
}

export function contactReader(
  base: Base,
): (tenant: number, tenantId: string, person: string) => ContactDetails | null {
  const { connection, vault } = base;
  const keys = personKeys(base);
  const select = connection.query<{ sealed: Uint8Array }>(
    "SELECT c.sealed FROM contacts c WHERE c.tenant = ? AND c.person = ?",
  );
  return (tenant, tenantId, person) => {
    const key = keys.find(tenant, person);
    const sealed = key === null ? undefined : select.get(tenant, person)?.sealed;
    if (key === null || sealed === undefined) return null;
    const place = contactPlace(tenantId, person);
    const details = opened("contacts", () => vault.unseal(key, keyPlace(tenantId, person), place, sealed));
    return readContact(details, "contacts");
  };
}

/**
 * Contact details add up: what a write does not mention stays. Those that cannot be read stay as they are, for the
 * version that can: the commit is everybody's, and goes on without the write.
 */
export function directoryWriter(base: Base): DirectoryWriter {
  const { connection, vault, unreadable } = base;
  const keys = personKeys(base);
  const read = contactReader(base);
  const keepContact = connection.query(
    `INSERT INTO contacts (tenant, person, sealed) VALUES (?, ?, ?)
     ON CONFLICT (tenant, person) DO UPDATE SET sealed = excluded.sealed`,
  );
  const keepIdentity = connection.query(
    `INSERT INTO identities (tenant, hash, namespace, kind, id) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (tenant, hash) DO UPDATE SET kind = excluded.kind, id = excluded.id`,
  );
  const keepMembership = connection.query(
    `INSERT INTO memberships (tenant, person, unit, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (tenant, person, unit) DO UPDATE SET at = max(at, excluded.at)`,
  );
  const dropIdentity = connection.query(
    "DELETE FROM identities WHERE tenant = ? AND hash = ? AND kind = 'person' AND id = ?",
  );
  const keepStop = connection.query("INSERT OR IGNORE INTO stop_list (tenant, hash, at) VALUES (?, ?, ?)");
  return {
    stop: (tenant, { tenant: id, namespace, value, at }) => {
      keepStop.run(tenant, vault.hashOf(id, namespace, value), at);
    },
    unlink: (tenant, { person, names }) => {
      for (const name of names) dropIdentity.run(tenant, Buffer.from(name, "hex"), person);
    },
    contact: (tenant, row) => {
      const key = keys.give(tenant, row.tenant, row.person);
      if (key === null) return;
      const [known] = unreadable.among([row], () => read(tenant, row.tenant, row.person));
      if (known === undefined) return;
      const details = { ...known, ...row.details };
      const place = contactPlace(row.tenant, row.person);
      const sealed = vault.seal(key, keyPlace(row.tenant, row.person), place, writeContact(details));
      keepContact.run(tenant, row.person, sealed);
    },
    identity: (tenant, row) => {
      const hash = vault.hashOf(row.tenant, row.namespace, row.value);
      keepIdentity.run(tenant, hash, row.namespace, row.kind, row.id);
    },
    membership: (tenant, row) => {
      keepMembership.run(tenant, row.person, unitNo(base, tenant, row.tenant, row.unit), row.at);
    },
  };
}

export function directory(base: Base): Directory {
  const { connection, names, vault, unreadable } = base;
  const contactOf = contactReader(base);
  const identified = connection.query<{ kind: string; id: string }>(
    "SELECT i.kind, i.id FROM identities i WHERE i.tenant = ? AND i.hash = ?",
  );
  // Sorted here, and named from memory: joined and sorted by SQLite it takes four times as long.
  const unitsOf = connection.query<{ unit: number; at: number }>(
    "SELECT m.unit, m.at FROM memberships m WHERE m.tenant = ? AND m.person = ?",
  );
  const newestFirst = (tenant: number, person: string): readonly string[] => {
    const found = unitsOf
      .all(tenant, person)
      .map(({ unit, at }) => ({ at, name: names.unitName(unit).name }));
    if (found.length > 1) found.sort((a, b) => b.at - a.at || (a.name < b.name ? -1 : 1));
    return found.map(({ name }) => name);
  };
  const isErased = connection.query("SELECT 1 FROM erased e WHERE e.tenant = ? AND e.hash = ?");
  const isStopped = connection.query("SELECT 1 FROM stop_list s WHERE s.tenant = ? AND s.hash = ?");
  const thoseOn = (list: Query<unknown>, tenant: string, refs: readonly Ref[]) => {
    const no = names.tenant(tenant);
    const found = refs.filter(
      ({ namespace, value }) => list.get(no, vault.hashOf(tenant, namespace, value)) !== undefined,
    );
    return new Set(found.map(({ namespace, value }) => `${namespace}:${value}`));
  };
  // The state in the person's default unit, the newest one; without a membership, in any.
  const personState = connection.query<Body>(
    `SELECT p.no, p.body FROM persons p
     LEFT JOIN memberships m ON m.tenant = p.tenant AND m.person = p.person AND m.unit = p.unit
     WHERE p.tenant = ? AND p.person = ? ORDER BY m.at DESC, p.no DESC LIMIT 1`,
  );
  const accountState = connection.query<Body>(
    "SELECT a.no, a.body FROM accounts a WHERE a.tenant = ? AND a.id = ?",
  );
  return {
    async identify(tenant, refs) {
      const no = names.tenant(tenant);
      return refs.map(({ namespace, value }) => {
        const found = identified.get(no, vault.hashOf(tenant, namespace, value));
        return found === undefined
          ? null
          : { kind: readIdentityKind(found.kind, "identities"), id: found.id };
      });
    },
    async nameKeys(tenant, refs) {
      return refs.map(({ namespace, value }) =>
        Buffer.from(vault.hashOf(tenant, namespace, value)).toString("hex"),
      );
    },
    async memberships(tenant, persons) {
      const no = names.tenant(tenant);
      return new Map(persons.map((person) => [person, newestFirst(no, person)]));
    },
    async contact(tenant, person) {
      return unreadable.only(() => contactOf(names.tenant(tenant), tenant, person));
    },
    erased: async (tenant, refs) => thoseOn(isErased, tenant, refs),
    stopped: async (tenant, refs) => thoseOn(isStopped, tenant, refs),
    async person(tenant, id) {
      const found = personState.get(names.tenant(tenant), id);
      return found === undefined ? null : unreadable.only(() => bodyOf("persons")(found));
    },
    async account(tenant, id) {
      const found = accountState.get(names.tenant(tenant), id);
      return found === undefined ? null : unreadable.only(() => bodyOf("accounts")(found));
    },
  };
}
