import { jwtVerify } from "jose";
import type { Visitor } from "../../flow/deliver/in-app.ts";
import type { Clock } from "../../lib/clock.ts";
import { unauthorized } from "../problem.ts";

/** A page without login: made by the snippet from at least 128 random bits, so that nobody can guess another's. */
const SESSION = /^[A-Za-z0-9_-]{22,128}$/;
/** How long a signed identity may last. */
const IDENTITY_LASTS_S = 24 * 3_600;
const SKEW_S = 60;

/**
 * Who is in front of the page.
 *
 * `Forestall-Identity` is a JWT (HS256) that the tenant's own server signed with the identity secret: `sub` is the
 * person's id, `aud` is `forestall`, `exp` at most 24 hours ahead. `Forestall-Session` is an anonymous session. With
 * both, the identity counts.
 * @param secrets the tenant's identity secret; two while it is changed
 * @throws Problem 401
 */
export async function visitorOf(
  headers: { readonly identity: string | undefined; readonly session: string | undefined },
  secrets: readonly string[],
  clock: Clock,
): Promise<Visitor> {
  const { identity, session } = headers;
  if (identity !== undefined) return { person: await personIn(identity, secrets, clock) };
  if (session === undefined) {
    throw unauthorized(
      "Send Forestall-Identity (signed by your server) or Forestall-Session (on pages without login).",
    );
  }
  if (!SESSION.test(session)) {
    throw unauthorized("Forestall-Session has to be 22 to 128 random characters of A-Z, a-z, 0-9, - and _.");
  }
  return { session };
}

async function personIn(token: string, secrets: readonly string[], clock: Clock): Promise<string> {
  const now = clock.now();
  for (const secret of secrets) {
    const claims = await claimsIn(token, secret, now);
    if (claims === null) continue;
    if ((claims.exp ?? 0) > now / 1_000 + IDENTITY_LASTS_S + SKEW_S) {
      throw unauthorized(
        "This identity is valid for too long: set exp to 24 hours from now at most.",
        "invalid_token",
      );
    }
    if (claims.sub !== undefined && claims.sub !== "" && claims.sub.length <= 256) return claims.sub;
  }
  throw unauthorized(
    'This identity is not valid: sign {sub, aud: "forestall", exp} with HS256 and the identity secret.',
    "invalid_token",
  );
}

async function claimsIn(token: string, secret: string, now: number) {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ["HS256"],
      audience: "forestall",
      requiredClaims: ["sub", "exp"],
      currentDate: new Date(now),
      clockTolerance: SKEW_S,
    });
    return payload;
  } catch {
    return null;
  }
}
