import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";

/** The key pair of an app in Zendesk: Zendesk has the private one, our server the public one. */
export interface AppKeys {
  readonly privateKey: KeyObject;
  /** PEM, as Zendesk's `public_key.pem` gives it. */
  readonly publicPem: string;
}

export function createAppKeys(): AppKeys {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { privateKey, publicPem: publicKey.export({ type: "spki", format: "pem" }).toString() };
}

export interface EntryWish {
  readonly subdomain: string;
  readonly installation: number;
  readonly user: number;
  readonly role?: "agent" | "admin";
  readonly location: "ticket_sidebar" | "new_ticket_sidebar" | "user_sidebar" | "nav_bar";
  readonly now: number;
}

/** The claims of a token as Zendesk makes it for one load of a page. */
export function entryClaims({ subdomain, installation, user, role, location, now }: EntryWish): JWTPayload {
  const second = Math.floor(now / 1_000);
  const host = `https://${subdomain}.zendesk.com`;
  return {
    iss: host,
    aud: `${host}/api/v2/apps/installations/${installation}.json`,
    sub: `${host}/api/v2/users/${user}.json`,
    iat: second,
    nbf: second,
    exp: second + 120,
    // No two loads have the same token.
    jti: crypto.randomUUID(),
    ...(role === undefined ? {} : { role }),
    context: { product: "support", location },
  };
}

export function signEntry(keys: AppKeys, claims: JWTPayload): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", typ: "JWT" }).sign(keys.privateKey);
}
