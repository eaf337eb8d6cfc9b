import { decodeJwt, importSPKI, type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "../../lib/clock.ts";
import { type Account, BadEntry, type Entry, type View } from "./entry.ts";

/**
 * The token with which Zendesk loads a page of ours: a JWT, signed RS256 with the key pair of the app.
 *
 * `iss` is the Zendesk account (an address or the bare host), `aud` the installation's address on the same host, `sub`
 * the user (a number, or an address that ends in it). No claim is guaranteed to name the role or language: where
 * `role` is missing the user counts as an agent.
 */
export interface TokenKeys {
  /** The PEM texts that count for this account: its own ones, else those of the app. */
  keysFor(account: Account): Promise<readonly string[]>;
}

export interface EntryRequest {
  readonly token: string;
  readonly view: View;
  /** The `origin` that Zendesk appended to the page's address. */
  readonly origin: string | undefined;
  /** Where the Zendesk account's pages come from, such as `https://acme.zendesk.com`. */
  originOf(host: string): string;
}

/** How far our clock and Zendesk's may be apart. */
const SKEW_S = 30;
/** Zendesk's tokens live minutes. One that was signed longer ago is refused, whatever `exp` says. */
const OLDEST_S = 600;
/** Real ones have about 1,000 characters. */
const LONGEST = 8_000;

const LOCATIONS: { readonly [view in View]: readonly string[] } = {
  ticket: ["ticket_sidebar", "new_ticket_sidebar"],
  user: ["user_sidebar"],
  dashboard: ["nav_bar"],
};

/** @throws BadEntry */
export async function readEntry(
  { token, view, origin, originOf }: EntryRequest,
  keys: TokenKeys,
  clock: Clock,
): Promise<Entry> {
  const claimed = accountIn(unverified(token));
  const payload = await verified(token, await keys.keysFor(claimed), clock.now());
  // What was signed is what counts; it is the same text, so this cannot differ.
  const account = accountIn(payload);
  if (origin !== originOf(account.host)) throw new BadEntry("the origin is not that of the Zendesk account");
  checkContext(payload, view);
  return {
    account,
    user: userIn(payload),
    role: roleIn(payload),
    locale: textAt(payload, "locale"),
    view,
    endsAt: (payload.exp ?? 0) * 1_000,
  };
}

function unverified(token: string): JWTPayload {
  if (token.length > LONGEST) throw new BadEntry("the token is too long");
  try {
    return decodeJwt(token);
  } catch {
    throw new BadEntry("this is no token");
  }
}

async function verified(token: string, keys: readonly string[], now: number): Promise<JWTPayload> {
  if (keys.length === 0) throw new BadEntry("no key of the Zendesk app is known here", "no_key");
  let reason = "the signature is not that of the app";
  for (const pem of keys) {
    try {
      const { payload } = await jwtVerify(token, await importSPKI(pem, "RS256"), {
        // RS256 alone: neither none nor HS256, which would take the public key for a shared secret.
        algorithms: ["RS256"],
        clockTolerance: SKEW_S,
        currentDate: new Date(now),
        requiredClaims: ["exp", "iat", "iss", "aud", "sub"],
        maxTokenAge: OLDEST_S,
      });
      return payload;
    } catch (error) {
      reason = reasonOf(error) ?? reason;
    }
  }
  throw new BadEntry(reason);
}

function reasonOf(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ERR_JWT_EXPIRED") return "the token has expired";
  if (code === "ERR_JWT_CLAIM_VALIDATION_FAILED" && error instanceof Error) {
    return `a claim is missing or not valid: ${String("claim" in error ? error.claim : "")}`;
  }
  if (code === "ERR_JOSE_ALG_NOT_ALLOWED") return "the token is not signed with RS256";
  return null;
}

const HOST = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.zendesk\.com$/;
const AUDIENCE = /^https:\/\/([^/]+)\/api\/v2\/apps\/installations\/(\d{1,20})\.json$/;

/** @throws BadEntry when issuer and audience do not name one account of Zendesk */
function accountIn({ iss, aud }: JWTPayload): Account {
  const host = typeof iss === "string" ? iss.replace(/^https:\/\//, "") : "";
  if (!HOST.test(host)) throw new BadEntry("the issuer is no Zendesk account");
  const only = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  const found = typeof only === "string" ? AUDIENCE.exec(only) : null;
  if (found === null) throw new BadEntry("the audience is no installation of an app");
  if (found[1] !== host) throw new BadEntry("issuer and audience are not the same account");
  return { host, installation: found[2] ?? "" };
}

/** `123`, or `https://acme.zendesk.com/api/v2/users/123.json`. */
function userIn({ sub }: JWTPayload): string {
  const found = /^(?:https:\/\/[^\s]{1,200}\/)?(\d{1,20})(?:\.json)?$/.exec(sub ?? "");
  if (found?.[1] === undefined) throw new BadEntry("the subject is no Zendesk user");
  return found[1];
}

/** Only what says admin is an admin; customers have no business here. */
function roleIn(payload: JWTPayload): Entry["role"] {
  const role = textAt(payload, "role")?.toLowerCase() ?? "agent";
  if (role === "end-user" || role === "end_user") throw new BadEntry("this user is no agent", "no_agent");
  return role === "admin" || role === "owner" ? "admin" : "agent";
}

function checkContext(payload: JWTPayload, view: View): void {
  const product = contextOf(payload).product;
  if (product !== undefined && product !== "support") throw new BadEntry("this is another product's token");
  const location = contextOf(payload).location;
  if (location === undefined) return;
  if (typeof location !== "string" || !LOCATIONS[view].includes(location)) {
    throw new BadEntry("the token belongs to another place of the app");
  }
}

function contextOf({ context }: JWTPayload): { readonly [name: string]: unknown } {
  return typeof context === "object" && context !== null ? { ...context } : {};
}

/** A claim at the top or in `context`. */
function textAt(payload: JWTPayload, name: string): string | null {
  const value = payload[name] ?? contextOf(payload)[name];
  return typeof value === "string" && value.length <= 40 ? value : null;
}
