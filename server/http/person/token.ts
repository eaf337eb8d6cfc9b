import { createHmac, hkdfSync } from "node:crypto";
import type { Millis } from "../../core/time.ts";
import { equalSecrets } from "../../lib/constant-time.ts";
import { keyedHash } from "../../lib/ids.ts";

/**
 * What a link may be used for. `page` opens the person's page; `unsubscribe` stands in the headers of an email, where
 * every mail program and scanner on the way reads it, and can do nothing but stop (and undo that).
 */
export type Purpose = "page" | "unsubscribe";

/** Whose page it is, and which message it was in. */
export interface PersonClaims {
  readonly tenant: string;
  readonly person: string;
  readonly delivery: string;
  readonly match: string;
  readonly purpose: Purpose;
  readonly expiresAt: Millis;
}

export type TokenReading =
  | { readonly kind: "valid"; readonly claims: PersonClaims }
  | { readonly kind: "expired" }
  | { readonly kind: "bad" };

export interface PersonTokens {
  /** The short name of the page of one message, for an SMS: 22 characters of base64url, the same each time. */
  short(tenant: string, delivery: string): string;
  sign(claims: PersonClaims): string;
  read(token: string, now: Millis): TokenReading;
}

/** Links work this long after the message. */
export const LINK_LASTS = 90 * 24 * 3_600_000;

const LONGEST = 2_000;
/** 132 bits: no shorter than what a signature here has. */
const SHORT_LENGTH = 22;
const PURPOSES: readonly Purpose[] = ["page", "unsubscribe"];

/**
 * Links that nobody can guess or change: base64url of the claims, a dot, and an HMAC-SHA-256 of that text, cut to
 * 128 bits. The key is derived from the server's secret key, for this use alone (HKDF, RFC 5869).
 *
 * A short name says nothing by itself: it is a keyed hash of the message's id, cut to 132 bits, and the store keeps the
 * hash of it beside the copy of the message.
 */
export function createPersonTokens(secretKey: Uint8Array): PersonTokens {
  const derived = (use: string) => Buffer.from(hkdfSync("sha256", secretKey, "", use, 32));
  const key = derived("forestall/person-page/v1");
  const shortKey = derived("forestall/short-link/v1");
  const mac = (text: string) => createHmac("sha256", key).update(text).digest("base64url").slice(0, 22);
  return {
    short: (tenant, delivery) => keyedHash(shortKey, tenant, delivery).slice(0, SHORT_LENGTH),
    sign({ tenant, person, delivery, match, purpose, expiresAt }) {
      const seconds = Math.floor(expiresAt / 1_000);
      const list = [tenant, person, delivery, match, purpose, seconds];
      const text = Buffer.from(JSON.stringify(list)).toString("base64url");
      return `${text}.${mac(text)}`;
    },
    read(token, now) {
      const found = token.length <= LONGEST ? /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{22})$/.exec(token) : null;
      const [, text = "", signature = ""] = found ?? [];
      if (found === null || !equalSecrets(signature, mac(text))) return { kind: "bad" };
      const claims = claimsIn(text);
      if (claims === null) return { kind: "bad" };
      return claims.expiresAt <= now ? { kind: "expired" } : { kind: "valid", claims };
    },
  };
}

function claimsIn(text: string): PersonClaims | null {
  const list: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  if (!Array.isArray(list) || list.length !== 6) return null;
  const [tenant, person, delivery, match, purpose, seconds] = list as readonly unknown[];
  const known = PURPOSES.find((each) => each === purpose);
  const texts = [tenant, person, delivery, match].every((each) => typeof each === "string");
  if (!texts || known === undefined || typeof seconds !== "number") return null;
  return {
    tenant: String(tenant),
    person: String(person),
    delivery: String(delivery),
    match: String(match),
    purpose: known,
    expiresAt: seconds * 1_000,
  };
}
