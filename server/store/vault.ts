import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { RecentMap } from "../lib/recent-map.ts";

/*
 * What must not be readable in the database. Three keys are derived from FORESTALL_SECRET_KEY: one wraps secrets and
 * the persons' own keys, one makes look-up hashes, one makes pseudonyms.
 *
 * Each person has a random key of their own, kept only in wrapped form. Contact details and sent messages are sealed
 * with it, so that destroying this one key makes every copy of them unreadable, backups of the sealed rows included.
 *
 * A sealed value is: version (1 byte) | nonce (12) | tag (16) | ciphertext, AES-256-GCM. `place` says where it
 * belongs and is authenticated, so a value copied to another row, person or tenant does not open there.
 */

const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const KEY = 32;

/** A sealed value was changed, moved to another place, or belongs to another key. */
export class CannotUnseal extends Error {
  override readonly name = "CannotUnseal";
}

/** Where a sealed value belongs: tenant, kind of row, and the ids that name the row. */
export type Place = readonly string[];

export interface Vault {
  /** A new person's key, wrapped; only the wrapped form is kept. */
  newKey(place: Place): Uint8Array;
  /** Seals a JSON-able value with a person's wrapped key. */
  seal(wrappedKey: Uint8Array, keyPlace: Place, place: Place, value: unknown): Uint8Array;
  /** @throws CannotUnseal */
  unseal(wrappedKey: Uint8Array, keyPlace: Place, place: Place, sealed: Uint8Array): unknown;
  /** Seals bytes with the server's own key. */
  wrap(place: Place, bytes: Uint8Array): Uint8Array;
  /** @throws CannotUnseal */
  unwrap(place: Place, wrapped: Uint8Array): Uint8Array;
  wrapJson(place: Place, value: unknown): Uint8Array;
  /** @throws CannotUnseal */
  unwrapJson(place: Place, wrapped: Uint8Array): unknown;
  /** Keyed hash of a name of a person or account, for exact look-up; 32 bytes. */
  hashOf(tenant: string, namespace: string, value: string): Uint8Array;
  /** The same text for the same words, not reversible without the key; 24 characters of base64url. */
  pseudonym(tenant: string, ...words: readonly string[]): string;
}

const RECENT_NAMES = 2_000;

/** @param secretKey at least 32 bytes. */
export function createVault(secretKey: Uint8Array): Vault {
  if (secretKey.byteLength < KEY) throw new RangeError(`the secret key must have ${KEY} bytes or more`);
  const derived = (purpose: string) => Buffer.from(hkdfSync("sha256", secretKey, "forestall", purpose, KEY));
  const wrapping = derived("wrap");
  const lookup = derived("look-up");
  const naming = derived("pseudonym");

  // A name is looked up in several tables in a row.
  const recent = new RecentMap<string, Uint8Array>(RECENT_NAMES);

  const wrap = (place: Place, bytes: Uint8Array) => encrypt(wrapping, place, bytes);
  const unwrap = (place: Place, wrapped: Uint8Array) => decrypt(wrapping, place, wrapped);
  return {
    wrap,
    unwrap,
    newKey: (place) => wrap(place, randomBytes(KEY)),
    seal: (key, keyPlace, place, value) => encrypt(unwrap(keyPlace, key), place, toBytes(value)),
    unseal: (key, keyPlace, place, sealed) => fromBytes(decrypt(unwrap(keyPlace, key), place, sealed)),
    wrapJson: (place, value) => wrap(place, toBytes(value)),
    unwrapJson: (place, wrapped) => fromBytes(unwrap(place, wrapped)),
    hashOf: (tenant, namespace, value) => {
      const name = `${tenant}\u0000${namespace}\u0000${value}`;
      const known = recent.get(name);
      if (known !== undefined) return known;
      const made = createHmac("sha256", lookup)
        .update(framed([tenant, namespace, normalise(namespace, value)]))
        .digest();
      recent.set(name, made);
      return made;
    },
    pseudonym: (tenant, ...words) =>
      createHmac("sha256", naming)
        .update(framed([tenant, ...words]))
        .digest("base64url")
        .slice(0, 24),
  };
}

/** One spelling for each address: emails trimmed and in lower case, phone numbers as + and digits (E.164). */
export function normalise(namespace: string, value: string): string {
  const text = value.trim();
  if (namespace === "email") return text.toLowerCase();
  if (namespace !== "phone") return text;
  return `+${text.replace(/\D/g, "").replace(/^00/, "")}`;
}

function encrypt(key: Uint8Array, place: Place, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(framed(place));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body]);
}

function decrypt(key: Uint8Array, place: Place, sealed: Uint8Array): Uint8Array {
  if (sealed[0] !== VERSION || sealed.byteLength < 1 + NONCE + TAG) {
    throw new CannotUnseal("this is not a sealed value");
  }
  const nonce = sealed.subarray(1, 1 + NONCE);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG }).setAAD(framed(place));
  decipher.setAuthTag(sealed.subarray(1 + NONCE, 1 + NONCE + TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE + TAG)), decipher.final()]);
  } catch (cause) {
    throw new CannotUnseal("this sealed value does not belong here, or was changed", { cause });
  }
}

const toBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value), "utf8");
const fromBytes = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString("utf8"));

/** Each word with its length, so that ("ab", "c") and ("a", "bc") differ. */
function framed(words: readonly string[]): Uint8Array {
  return Buffer.from(words.map((word) => `${word.length}:${word}`).join(""), "utf8");
}
