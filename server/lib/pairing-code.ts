import { randomInt } from "node:crypto";
import { sha256Hex } from "./ids.ts";

/** Crockford's base 32: without letters that look like digits. */
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 60 bits: far from guessing at the few tries an installation has. */
const LENGTH = 12;

/** A code that a person can read out and type: `4K7Q-X2MD-9TRB`. */
export function newPairingCode(): string {
  const letters = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}

/** What is kept of a code. Blanks, hyphens and case do not matter, nor do letters that look like digits. */
export function pairingCodeHash(typed: string): string {
  const plain = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return sha256Hex(plain);
}
