import {
  createHmac,
  createPublicKey,
  hash,
  type KeyObject,
  timingSafeEqual,
  verify as verifyAsymmetric,
} from "node:crypto";

/**
 * How senders prove who they are. A scheme is a declaration: what is signed, with which hash, where the signature
 * stands. Everything works on the bytes as they came, before anything is parsed, and compares in constant time.
 */

/** The parts of a request that can be signed. */
export interface Signed {
  readonly method: string;
  readonly url: string;
  /** Names in lower case; a header that came twice is joined with ", ". */
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: Uint8Array;
  /** Milliseconds since 1970: what the age of a timestamp is measured against. */
  readonly receivedAt: number;
}

export type Refusal = "missing" | "malformed" | "mismatch" | "expired" | "future";
export type Verified = { readonly ok: true } | { readonly ok: false; readonly reason: Refusal };

export const VERIFIED: Verified = { ok: true };
export const refuse = (reason: Refusal): Verified => ({ ok: false, reason });

type Place = "method" | "url" | "body" | "timestamp";
const PLACES: ReadonlySet<string> = new Set<Place>(["method", "url", "body", "timestamp"]);

export interface HmacScheme {
  readonly algorithm: "sha1" | "sha256";
  readonly encoding: "hex" | "base64";
  /** The header with the signature, in lower case. */
  readonly header: string;
  /** What stands in front of the signature, such as `sha1=`. */
  readonly prefix?: string;
  /** What is signed, with `{method}`, `{url}`, `{body}` and `{timestamp}` for parts of the request. */
  readonly template: string;
  readonly timestamp?: TimestampRule;
}

export interface TimestampRule {
  /** In lower case. */
  readonly header: string;
  readonly unit: "s" | "ms" | "iso";
  /** How old and how far ahead it may be, in milliseconds. */
  readonly past: number;
  readonly future: number;
}

/** A function that verifies requests by this scheme. Any of the secrets may match, so that they can be rotated. */
export function hmacVerifier(scheme: HmacScheme): (request: Signed, secrets: readonly string[]) => Verified {
  const parts = partsOf(scheme.template);
  const prefix = scheme.prefix ?? "";
  const length = prefix.length + digestLength(scheme);
  return (request, secrets) => {
    const given = request.headers[scheme.header];
    if (given === undefined || given === "") return refuse("missing");
    // Two headers arrive as one long text, so they end here too.
    if (given.length !== length || !given.startsWith(prefix)) return refuse("malformed");
    const stamp = scheme.timestamp === undefined ? "" : request.headers[scheme.timestamp.header];
    if (stamp === undefined) return refuse("missing");
    const age =
      scheme.timestamp === undefined ? VERIFIED : checkAge(stamp, scheme.timestamp, request.receivedAt);
    const signature = given.slice(prefix.length);
    const pieces = parts.map((part) =>
      part.place === null ? part.text : pieceOf(request, part.place, stamp),
    );
    const same = anyMatches(signature, secrets, (secret) => digest(scheme, secret, pieces));
    return same ? age : refuse("mismatch");
  };
}

/** HMAC of the pieces in their order, as text. The key is the secret's characters, never decoded. */
export function digest(
  scheme: Pick<HmacScheme, "algorithm" | "encoding">,
  secret: string,
  pieces: readonly (string | Uint8Array)[],
): string {
  const mac = createHmac(scheme.algorithm, secret);
  for (const piece of pieces) mac.update(piece);
  return mac.digest(scheme.encoding);
}

/** Whether the signature is the expected one for any secret. Tries all, so that the time does not say which. */
export function anyMatches(
  given: string,
  secrets: readonly string[],
  expected: (secret: string) => string,
): boolean {
  let found = false;
  for (const secret of secrets) {
    if (secret !== "" && sameText(given, expected(secret))) found = true;
  }
  return found;
}

/**
 * Whether two signatures are the same characters. The length is public (it follows from the algorithm), and
 * `timingSafeEqual` throws on unequal ones, so it is looked at first.
 */
export function sameText(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false;
  const a = Buffer.from(given, "latin1");
  const b = Buffer.from(expected, "latin1");
  // A character beyond Latin-1 is cut to one byte and might then look equal.
  return timingSafeEqual(a, b) && given === a.toString("latin1");
}

/** Whether a timestamp is readable and within its bounds, inclusive. */
export function checkAge(stamp: string, rule: Omit<TimestampRule, "header">, now: number): Verified {
  const at = readStamp(stamp, rule.unit);
  if (at === null) return refuse("malformed");
  if (now - at > rule.past) return refuse("expired");
  return at - now > rule.future ? refuse("future") : VERIFIED;
}

function readStamp(stamp: string, unit: TimestampRule["unit"]): number | null {
  if (unit === "iso") {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(stamp)) return null;
    const at = Date.parse(stamp);
    return Number.isNaN(at) ? null : at;
  }
  if (!/^\d{1,14}$/.test(stamp)) return null;
  return unit === "s" ? Number(stamp) * 1_000 : Number(stamp);
}

interface Part {
  readonly place: Place | null;
  readonly text: string;
}

function partsOf(template: string): readonly Part[] {
  return template
    .split(/(\{[a-z]+\})/)
    .filter((text) => text !== "")
    .map((text) => {
      const name = text.slice(1, -1);
      if (!text.startsWith("{")) return { place: null, text };
      if (!PLACES.has(name)) throw new RangeError(`a signature template has no part ${text}`);
      return { place: name as Place, text };
    });
}

function pieceOf(request: Signed, place: Place, stamp: string): string | Uint8Array {
  switch (place) {
    case "method":
      return request.method;
    case "url":
      return request.url;
    case "timestamp":
      return stamp;
    case "body":
      return request.body;
  }
}

function digestLength({ algorithm, encoding }: HmacScheme): number {
  const bytes = algorithm === "sha1" ? 20 : 32;
  return encoding === "hex" ? bytes * 2 : Math.ceil(bytes / 3) * 4;
}

/** SHA-256 of bytes, in hex. */
export function sha256Of(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

// ---- ECDSA

/** A signature over P-256 in DER has at most 72 bytes, 96 characters of base64. */
const LONGEST_ECDSA = 96;
/** Keys are the tenants' own and few; the bound only keeps a mistake from growing for ever. */
const MOST_KEYS = 1_000;
const keys = new Map<string, KeyObject | null>();

/**
 * Whether an ECDSA signature (P-256, SHA-256, DER in base64) over the pieces was made by one of the public keys.
 * @param publicKeys base64 of SPKI DER, or the same as PEM
 */
export function verifyEcdsa(
  signature: string,
  publicKeys: readonly string[],
  pieces: readonly (string | Uint8Array)[],
): Verified {
  if (signature.length > LONGEST_ECDSA || signature === "") return refuse("malformed");
  const der = Buffer.from(signature, "base64");
  // Node skips what is not base64; one signature must have one spelling only.
  if (der.toString("base64") !== signature) return refuse("malformed");
  const data = Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
  const found = publicKeys.some((text) => {
    const key = keyOf(text);
    return key !== null && verifyAsymmetric("sha256", data, key, der);
  });
  return found ? VERIFIED : refuse("mismatch");
}

/** Whether a text is a public key that `verifyEcdsa` can use. */
export function isEcdsaKey(text: string): boolean {
  return keyOf(text) !== null;
}

function keyOf(text: string): KeyObject | null {
  const known = keys.get(text);
  if (known !== undefined) return known;
  if (keys.size >= MOST_KEYS) keys.clear();
  const key = readKey(text);
  keys.set(text, key);
  return key;
}

function readKey(text: string): KeyObject | null {
  const base64 = text.replace(/-----[A-Z ]+-----/g, "").replace(/\s+/g, "");
  try {
    const key = createPublicKey({ key: Buffer.from(base64, "base64"), format: "der", type: "spki" });
    const curve = key.asymmetricKeyDetails?.namedCurve;
    return key.asymmetricKeyType === "ec" && curve === "prime256v1" ? key : null;
  } catch {
    return null;
  }
}
