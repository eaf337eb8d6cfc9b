import type { Millis } from "../../core/time.ts";
import type { Clock } from "../../lib/clock.ts";
import { randomId, sha256Hex } from "../../lib/ids.ts";
import type { Sealer } from "../../lib/sealed-text.ts";
import type { Caller, TokenBook } from "../auth.ts";
import type { Account, Entry } from "./entry.ts";

/** How long a bearer counts, and how long a page can be kept open by changing it for a new one. */
const BEARER_LASTS: Millis = 15 * 60_000;
const SESSION_LASTS: Millis = 8 * 3_600_000;

/** What a bearer says. It is sealed, so a server that was restarted still knows it. */
interface Claims {
  /** The same from the entry on, however often the bearer is changed. */
  readonly id: string;
  readonly tenant: string;
  readonly host: string;
  readonly installation: string;
  readonly user: string;
  readonly role: Entry["role"];
  readonly startedAt: Millis;
  readonly expiresAt: Millis;
}

export interface Session extends Claims {
  readonly bearer: string;
  readonly endsAt: Millis;
}

export interface Sessions {
  start(tenant: string, entry: Entry): Session;
  /** A fresh bearer for one that still counts; null when this session has lasted its time. */
  refresh(bearer: string): Promise<Session | null>;
  /** Tokens of the API, and the bearers of open pages. */
  with(book: TokenBook): TokenBook;
}

export interface SessionDeps {
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Whether the installation still belongs to the tenant: cutting it off ends its sessions. */
  isPaired(tenant: string, account: Account): Promise<boolean>;
}

/** Secret scanners know the prefix. */
const PREFIX = "fst_zendesk_";

export function createSessions({ sealer, clock, isPaired }: SessionDeps): Sessions {
  /** By session id, so that a stream that is open can ask how its session stands. */
  const seen = new Map<string, Caller>();

  const make = (claims: Omit<Claims, "expiresAt">): Session => {
    const endsAt = claims.startedAt + SESSION_LASTS;
    const expiresAt = Math.min(clock.now() + BEARER_LASTS, endsAt);
    const full: Claims = { ...claims, expiresAt };
    return { ...full, endsAt, bearer: PREFIX + sealer.seal(full) };
  };
  const read = async (bearer: string): Promise<Caller | undefined> => {
    const claims = bearer.startsWith(PREFIX) ? claimsOf(sealer.open(bearer.slice(PREFIX.length))) : null;
    if (claims === null || !(await isPaired(claims.tenant, claims))) return undefined;
    return callerOf(claims, bearer);
  };
  const remember = (row: Caller): Caller => {
    const before = seen.get(row.id);
    if ((before?.expiresAt ?? 0) < (row.expiresAt ?? 0)) seen.set(row.id, row);
    if (seen.size > 10_000) {
      for (const [id, { expiresAt }] of seen) if ((expiresAt ?? 0) <= clock.now()) seen.delete(id);
    }
    return row;
  };

  return {
    start: (tenant, { account, user, role }) =>
      make({ id: randomId(), tenant, ...account, user, role, startedAt: clock.now() }),
    async refresh(bearer) {
      const row = await read(bearer);
      const claims = row === undefined ? null : claimsOf(sealer.open(bearer.slice(PREFIX.length)));
      if (claims === null || claims.expiresAt <= clock.now()) return null;
      const { expiresAt: _old, ...rest } = claims;
      return make(rest);
    },
    with: (book) => ({
      reload: () => book.reload(),
      known: (token) => book.known(token),
      async find(token) {
        if (!token.startsWith(PREFIX)) return book.find(token);
        const row = await read(token);
        return row === undefined ? undefined : remember(row);
      },
      async byId(tenant, id) {
        const row = seen.get(id);
        if (row === undefined || row.tenant !== tenant || row.session === undefined)
          return book.byId(tenant, id);
        return (await isPaired(tenant, row.session)) ? row : undefined;
      },
    }),
  };
}

function callerOf(
  { id, tenant, host, installation, user, role, startedAt, expiresAt }: Claims,
  bearer: string,
): Caller {
  return {
    id: `zendesk-${id}`,
    tenant,
    role,
    label: `Zendesk user ${user}`,
    hash: sha256Hex(bearer),
    createdAt: startedAt,
    expiresAt,
    revokedAt: null,
    session: { host, installation, user },
  };
}

/** What was sealed here has this shape, unless an older version of ours sealed it. */
function claimsOf(value: unknown): Claims | null {
  if (typeof value !== "object" || value === null) return null;
  const { id, tenant, host, installation, user, role, startedAt, expiresAt } = value as Record<
    string,
    unknown
  >;
  const texts = [id, tenant, host, installation, user].every((each) => typeof each === "string");
  const known = role === "agent" || role === "admin";
  if (!texts || !known || typeof startedAt !== "number" || typeof expiresAt !== "number") return null;
  return value as Claims;
}
