import { boundedKeyValue, keyValue } from "../keys.ts";
import type { KeyPart, Pattern } from "../pattern.ts";
import type { Signal } from "./signal.ts";

/** How a pattern tells its keys apart within one unit. */
export interface Keying {
  /**
   * The part of the key that differs within a unit: null when the unit's account says it all, undefined when the
   * signal lacks a part and the pattern ignores it.
   */
  partOf(account: string | null, signal: Signal): string | null | undefined;
  /** The key as people read it: `account/acme;endpoint=/v1/export`. */
  keyOf(unit: string, part: string | null): string;
}

const ACCOUNT = "account/";

/** Null for a pattern that is not kept per account or person: it counts over all units, elsewhere. */
export function keyingOf({ per, id }: Pattern): Keying | null {
  const head = per.find((part) => part === "account" || part === "person");
  if (head === undefined) {
    if (per.includes("tenant")) return null;
    throw new RangeError(`${id}: a data field never stands alone; its key needs account or person`);
  }
  const [first, ...more] = per.filter((part) => part !== head);
  if (first === undefined) return head === "account" ? BY_ACCOUNT : BY_PERSON;
  if (head === "account" && more.length === 0) return byAccountAnd(first);
  return byMany(head, [first, ...more]);
}

const BY_ACCOUNT: Keying = {
  partOf: (account) => (account === null || account === "" ? undefined : null),
  keyOf: (unit) => ACCOUNT + keyValue(accountOf(unit)),
};

const BY_PERSON: Keying = {
  partOf: (_, { person }) => (person === null || person === "" ? undefined : person),
  keyOf: (_, part) => `person/${keyValue(part ?? "")}`,
};

function byAccountAnd(name: KeyPart): Keying {
  const readValue = reader(name);
  return {
    partOf(account, signal) {
      if (account === null || account === "") return undefined;
      return readValue(account, signal);
    },
    keyOf: (unit, part) => `${BY_ACCOUNT.keyOf(unit, null)};${name}=${keyValue(part ?? "")}`,
  };
}

/** The part is the whole key, but for the account, which the unit knows. */
function byMany(head: "account" | "person", names: readonly KeyPart[]): Keying {
  const values = names.map((name) => ({ name, readValue: reader(name) }));
  return {
    partOf(account, signal) {
      const owner = head === "account" ? account : signal.person;
      if (owner === null || owner === "") return undefined;
      let part = head === "account" ? "" : `person/${keyValue(owner)}`;
      for (const { name, readValue } of values) {
        const value = readValue(account, signal);
        if (value === undefined) return undefined;
        part += `;${name}=${keyValue(value)}`;
      }
      return part;
    },
    keyOf: (unit, part) => (head === "account" ? BY_ACCOUNT.keyOf(unit, null) : "") + (part ?? ""),
  };
}

function accountOf(unit: string): string {
  return unit.startsWith(ACCOUNT) ? unit.slice(ACCOUNT.length) : unit;
}

type Reader = (account: string | null, signal: Signal) => string | undefined;

/** Reads a key part, or the field that `distinct` counts: an account, a person, or a scalar of the data. */
export function reader(name: KeyPart): Reader {
  if (name === "account") return (account) => textOf(account);
  if (name === "person") return (_, { person }) => textOf(person);
  return (_, { data }) => textOf(Object.hasOwn(data, name) ? data[name] : undefined);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : boundedKeyValue(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
