import { createHmac, hash, randomBytes, randomFillSync } from "node:crypto";

/**
 * Identity and chance. What takes part in a decision has a hashed id, so that the same input gives the same id on
 * every run and every store; only what outsiders must not guess (tokens, secrets) is random.
 */

/** 22 base64url characters carry 132 bits: two ids meet by accident after some 10^19 of them. */
const ID_LENGTH = 22;

/**
 * One id from several parts, the same for the same parts, for ever: 22 characters of base64url of SHA-256.
 * Each part goes in with its length, so `("ab", "c")` and `("a", "bc")` differ.
 */
export function hashId(...parts: readonly (string | number)[]): string {
  return hash("sha256", framed(parts), "base64url").slice(0, ID_LENGTH);
}

/** SHA-256 of text or bytes in hex, 64 characters. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

/**
 * HMAC-SHA-256 of the parts in base64url, 43 characters: an exact look-up of something that must not be readable,
 * such as an email address. Without the key it can be neither reversed nor guessed.
 */
export function keyedHash(key: Uint8Array, ...parts: readonly (string | number)[]): string {
  return createHmac("sha256", key).update(framed(parts)).digest("base64url");
}

/** Asking the system for chance costs as much as for 4 KB of it. Every byte is used once. */
const pool = Buffer.alloc(17 * 240);
let used = pool.length;

/** A random id of 22 characters, for things no decision depends on. */
export function randomId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 17;
  return pool.toString("base64url", used - 17, used).slice(0, ID_LENGTH);
}

/** A secret to hand out, such as `fst_write_...`: 256 random bits behind a prefix that secret scanners can know. */
export function randomToken(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString("base64url")}`;
}

function framed(parts: readonly (string | number)[]): string {
  let text = "";
  for (const part of parts) {
    const word = String(part);
    text += `${word.length}:${word}`;
  }
  return text;
}
