import { anyMatches, checkAge, digest, refuse, type Signed, type Verified } from "../../lib/signature.ts";

/** Stripe's own libraries refuse what is older; a clock that runs ahead is given the same. */
const TOLERANCE = { unit: "s", past: 300_000, future: 300_000 } as const;
const SCHEME = { algorithm: "sha256", encoding: "hex" } as const;
const SIGNATURE_LENGTH = 64;
const MOST_SIGNATURES = 10;

/**
 * `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>]`: HMAC of `<t>.<body>`, the secret used as it is, `whsec_`
 * included. While a secret is rolled over there is a `v1` for each; other versions are ignored.
 */
export function verify(request: Signed, secrets: readonly string[]): Verified {
  const header = request.headers["stripe-signature"];
  if (header === undefined || header === "") return refuse("missing");
  const read = readHeader(header);
  if (read === null) return refuse("malformed");
  const age = checkAge(read.time, TOLERANCE, request.receivedAt);
  const pieces = [`${read.time}.`, request.body];
  const found = anyMatchesOf(read.signatures, secrets, (secret) => digest(SCHEME, secret, pieces));
  return found ? age : refuse("mismatch");
}

function anyMatchesOf(
  signatures: readonly string[],
  secrets: readonly string[],
  expected: (secret: string) => string,
): boolean {
  const hashes = secrets.filter((secret) => secret !== "").map(expected);
  let found = false;
  for (const signature of signatures) {
    if (anyMatches(signature, hashes, (each) => each)) found = true;
  }
  return found;
}

/** Null when there is no time, more than one (two headers joined), or no signature of version 1. */
function readHeader(
  header: string,
): { readonly time: string; readonly signatures: readonly string[] } | null {
  if (header.length > 2_000 || header.includes(" ")) return null;
  const pairs = header.split(",").map((pair) => pair.split("=", 2));
  const valuesOf = (name: string) => pairs.flatMap(([key, value]) => (key === name && value ? [value] : []));
  const [time, ...more] = valuesOf("t");
  const signatures = valuesOf("v1").filter((value) => value.length === SIGNATURE_LENGTH);
  if (time === undefined || more.length > 0) return null;
  return signatures.length === 0 || signatures.length > MOST_SIGNATURES ? null : { time, signatures };
}
