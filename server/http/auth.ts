import type { Clock } from "../lib/clock.ts";
import { sha256Hex } from "../lib/ids.ts";
import { shareRead } from "../lib/shared-read.ts";
import type { Tenancy, TokenRow } from "../store/contract.ts";
import { forbidden, invalid, sessionExpired, unauthorized } from "./problem.ts";

/** Roles that may use the read and write API. `write` and `public` tokens belong to ingest and the snippet. */
export const API_ROLES = ["agent", "ops", "admin", "analyst", "privacy"] as const;
export type ApiRole = (typeof API_ROLES)[number];

/** How old the tokens in memory may get: what another process revoked stops working within this time. */
const FRESH_FOR = 5_000;
/** Unknown tokens ask the store at most this often, so that guessing costs the store nothing. */
const ASK_AGAIN = 1_000;

/** Whose token it is. A session of a page in Zendesk is a token too; its user is certain, unlike a name that is sent. */
export interface Caller extends TokenRow {
  readonly session?: { readonly host: string; readonly installation: string; readonly user: string };
}

/** The tokens of all tenants, by hash. Holds no token itself, so there is nothing to compare in constant time. */
export interface TokenBook {
  /** By the token as it was sent; also finds expired and revoked ones. */
  find(token: string): Promise<Caller | undefined>;
  /** The token as it is now. */
  byId(tenant: string, id: string): Promise<Caller | undefined>;
  /** What `find` would say from memory alone. */
  known(token: string): TokenRow | undefined;
  /** To be called after a token was made or revoked in this process. */
  reload(): Promise<void>;
}

export function createTokenBook(store: Pick<Tenancy, "tokens">, clock: Clock): TokenBook {
  const byHash = shareRead(
    async (): Promise<ReadonlyMap<string, TokenRow>> =>
      new Map((await store.tokens()).map((row) => [row.hash, row])),
    clock,
  );
  const known = (token: string) => byHash.last()?.get(sha256Hex(token));

  return {
    known,
    reload: () => byHash.reload(),
    async byId(tenant, id) {
      const rows = (await byHash.within(FRESH_FOR)).values();
      return [...rows].find((row) => row.tenant === tenant && row.id === id);
    },
    async find(token) {
      const row = known(token);
      if (byHash.isFresh(row === undefined ? ASK_AGAIN : FRESH_FOR)) return row;
      await byHash.read();
      return known(token);
    },
  };
}

/**
 * The token of a request.
 * @throws Problem 401, saying whether it is missing, unknown, expired or revoked
 */
export async function authenticate(
  authorization: string | undefined,
  tokens: TokenBook,
  now: number,
): Promise<Caller> {
  if (authorization === undefined) {
    throw unauthorized("Send a token: `Authorization: Bearer <token>`. `forestall token` makes one.");
  }
  const token = /^Bearer +([A-Za-z0-9._~+/=-]{8,2048})$/i.exec(authorization)?.[1];
  if (token === undefined) throw unauthorized("The header Authorization has to read `Bearer <token>`.");
  const row = await tokens.find(token);
  if (row === undefined) throw unauthorized("This token is not known.", "invalid_token");
  const dead = whyDead(row, now);
  if (dead !== null && row.session !== undefined) throw sessionExpired();
  if (dead !== null) throw unauthorized(dead, "invalid_token");
  return row;
}

/** Why a token that exists does not count any more; null while it does. */
export function whyDead(row: TokenRow, now: number): string | null {
  if (row.revokedAt !== null) return "This token was revoked; ask for a new one.";
  if (row.expiresAt !== null && row.expiresAt <= now) return "This token has expired; ask for a new one.";
  return null;
}

/** @throws Problem 403 */
export function authorize(row: TokenRow, allowed: readonly ApiRole[]): void {
  if (!(allowed as readonly string[]).includes(row.role)) throw forbidden(row.role, allowed);
}

/** Printable, no line breaks: it ends up in audit rows and on screens. */
const ACTOR = /^[^\p{C}]{1,200}$/u;

/**
 * Who acts: the role of the token, which is certain, with the name the client gives, which is its word. `agent:ana@…`.
 * @param given header `Forestall-Actor`, or the body's `actor`
 */
export function actorOf(row: Caller, given: string | undefined): string {
  const name = given?.trim();
  if (row.session !== undefined) return agentOf(row, row.session.user, name);
  if (name === undefined || name === "") return `${row.role}:token ${row.label === "" ? row.id : row.label}`;
  if (!ACTOR.test(name)) throw invalid("Forestall-Actor has to be a name or address of 1 to 200 characters.");
  const prefix = `${row.role}:`;
  return name.startsWith(prefix) ? name : prefix + name;
}

/** The Zendesk user is certain and always there; the name beside it is the client's word. */
function agentOf({ role }: TokenRow, user: string, name: string | undefined): string {
  const spoken = name?.replace(/[()]/g, "").slice(0, 150).trim() ?? "";
  if (spoken === "" || !ACTOR.test(spoken)) return `${role}:zendesk ${user}`;
  return `${role}:${spoken} (zendesk ${user})`;
}
