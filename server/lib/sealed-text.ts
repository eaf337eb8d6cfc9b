import { createHmac, hkdfSync } from "node:crypto";
import { equalSecrets } from "./constant-time.ts";

/** Texts that nobody can make or change without the server's secret key. They are signed, not hidden. */
export interface Sealer {
  seal(value: unknown): string;
  /** What was sealed; undefined when it was not sealed by this server for this use. */
  open(text: string): unknown;
}

/** 256 bits in base64url. */
const MAC_LENGTH = 43;
const LONGEST = 4_000;

/**
 * base64url of the JSON, a dot, and an HMAC-SHA-256 of that text under a key derived for one use (HKDF, RFC 5869):
 * what was sealed for one use opens in no other.
 * @param use such as `forestall/zendesk-session/v1`
 */
export function createSealer(secretKey: Uint8Array, use: string): Sealer {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "", use, 32));
  const mac = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    seal(value) {
      const text = Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${text}.${mac(text)}`;
    },
    open(sealed) {
      const dot = sealed.indexOf(".");
      const [text, signature] = [sealed.slice(0, dot), sealed.slice(dot + 1)];
      if (dot < 1 || sealed.length > LONGEST || signature.length !== MAC_LENGTH) return undefined;
      if (!equalSecrets(signature, mac(text))) return undefined;
      return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    },
  };
}
