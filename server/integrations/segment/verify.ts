import { equalSecrets } from "../../lib/constant-time.ts";
import { firstElement } from "../../lib/json.ts";
import { hmacVerifier, refuse, type Signed, VERIFIED, type Verified } from "../../lib/signature.ts";

const signed = hmacVerifier({
  algorithm: "sha1",
  encoding: "hex",
  header: "x-signature",
  template: "{body}",
});

/** A header that an admin adds to the destination; with it the whole request is vouched for. */
const SECRET_HEADER = "x-forestall-secret";

/**
 * `X-Signature` is HMAC-SHA-1 of the body. In batches Segment signs the first element alone, so the others count
 * only when the extra header is there; `coversAll` tells.
 */
export function verify(request: Signed, secrets: readonly string[]): Verified {
  const extra = request.headers[SECRET_HEADER];
  if (extra !== undefined && !secrets.some((secret) => secret !== "" && equalSecrets(secret, extra))) {
    return refuse("mismatch");
  }
  if (extra !== undefined && request.headers["x-signature"] === undefined) return VERIFIED;
  const whole = signed(request, secrets);
  const first = whole.ok ? null : firstElement(request.body);
  return first === null ? whole : signed({ ...request, body: first }, secrets);
}

/** Whether more than the first element of a batch is vouched for. */
export function coversAll(headers: Signed["headers"]): boolean {
  return headers[SECRET_HEADER] !== undefined;
}
