import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import type { UnitControl } from "../../../server/core/control.ts";
import type { Delivery } from "../../../server/core/delivery.ts";
import type { Match } from "../../../server/core/match.ts";
import { kindOf, type TenantState } from "../../../server/core/tenant.ts";
import { createInAppOutbox, type InAppDeps } from "../../../server/flow/deliver/in-app.ts";
import { createApp } from "../../../server/http/app.ts";
import { createTokenBook } from "../../../server/http/auth.ts";
import { createInAppApi, type InAppLimits } from "../../../server/http/in-app/index.ts";
import { sha256Hex } from "../../../server/lib/ids.ts";
import { createKeyedLock } from "../../../server/lib/keyed-lock.ts";
import { silentLogger } from "../../../server/lib/log.ts";
import type { TokenRole, TokenRow } from "../../../server/store/contract.ts";
import { aRunner } from "../../actions/runner.ts";
import { aMatch, aPattern, aTenant, NOON } from "../../builders.ts";
import { type FakeClock, fakeClock } from "../../fake-clock.ts";
import { createWorld, type World } from "../../flow/outbox-world.ts";

export const SECRET = "identity-secret-of-tenant-one-0123456789";
export const OTHER_SECRET = "identity-secret-of-tenant-two-0123456789";
export const SESSION = "session-aaaaaaaaaaaaaaaaaaaa";
export const PAGE = "https://app.cloud.test";

export interface InAppSite {
  readonly url: string;
  readonly clock: FakeClock;
  readonly world: World;
  /** Controls other than claims and attempts. */
  said(): readonly UnitControl[];
  /** Secrets of tenant t1. */
  secrets: string[];
  match: Match;
  rendered: Delivery[];
  notReady: string | null;
  add(changes?: Partial<Delivery>): Delivery;
  identity(person: string, claims?: { aud?: string; exp?: number }, secret?: string): Promise<string>;
  ask(path: string, options?: AskOptions): Promise<Response>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly token?: string | null;
  readonly person?: string;
  readonly identity?: string;
  readonly session?: string;
  readonly origin?: string;
  readonly method?: string;
  readonly body?: unknown;
}

const ROLES: { readonly [token: string]: readonly [string, TokenRole] } = {
  "public-token-1": ["t1", "public"],
  "public-token-2": ["t2", "public"],
  "write-token-1": ["t1", "write"],
  "admin-token-1": ["t1", "admin"],
};

const TOKENS: readonly TokenRow[] = Object.entries(ROLES).map(([token, [tenant, role]]) => {
  const row = { id: token, tenant, role, label: "", hash: sha256Hex(token), createdAt: NOON };
  return { ...row, expiresAt: null, revokedAt: null };
});

/** Tenants t1 and t2 with the same ids in both, one pattern for pages with login and one for pages without. */
export async function startInApp(limits: Partial<InAppLimits> = {}): Promise<InAppSite> {
  const clock = fakeClock(NOON);
  const world = createWorld(clock);
  const patterns = [aPattern(), aPattern({ id: "P-002", anonymous: true, urgent: true })];
  const library = {
    byId: (id: string) => patterns.find((each) => each.id === id),
  } as unknown as TenantState["library"];
  world.tenants.set("t1", { ...aTenant(), library });
  world.tenants.set("t2", { ...aTenant({ id: "t2" }), library });
  let server: Server;

  const store: InAppDeps["store"] = {
    ...world.store,
    waitingInApp: async (tenant, { person, session }, now) =>
      [...world.rows.values()].filter(
        (row) =>
          row.tenant === tenant &&
          kindOf(row.channel) === "in_app" &&
          ((row.status === "queued" && row.notBefore <= now) ||
            (row.status === "sent" && row.seenAt === null)) &&
          (person === undefined ? row.session === session : row.person === person),
      ),
    delivery: async (tenant, id) => {
      const row = world.rows.get(id);
      return row?.tenant === tenant ? row : null;
    },
    match: async () => site.match,
  };
  const outbox = createInAppOutbox({
    store,
    pipeline: world.pipeline,
    render: async (row) => {
      site.rendered.push(row);
      if (site.notReady !== null) return { reason: site.notReady };
      const content = { title: `Title of ${row.id}`, body: "Body", person: row.person };
      return { kind: "in_app", ...content };
    },
    personLock: createKeyedLock(),
    clock,
    log: silentLogger,
  });
  const site: InAppSite = {
    url: "",
    clock,
    world,
    secrets: [SECRET],
    match: aMatch(),
    rendered: [],
    notReady: null,
    said: () =>
      world.controls
        .map(({ control }) => control)
        .filter(({ kind }) => kind !== "claim" && kind !== "attempted"),
    add: (changes = {}) => world.add({ channel: "in_app.notification", ...changes }),
    identity: (person, { aud = "forestall", exp = clock.now() / 1_000 + 3_600 } = {}, secret = SECRET) =>
      new SignJWT({})
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(person)
        .setAudience(aud)
        .setExpirationTime(exp)
        .sign(new TextEncoder().encode(secret)),
    async ask(path, { token = "public-token-1", person, identity, session, origin, method, body } = {}) {
      const who = identity ?? (person === undefined ? undefined : await site.identity(person));
      return fetch(`${site.url}/in-app/v1${path}`, {
        method: method ?? "GET",
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(who === undefined ? {} : { "forestall-identity": who }),
          ...(session === undefined ? {} : { "forestall-session": session }),
          ...(origin === undefined ? {} : { origin }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const api = createInAppApi({
    outbox,
    pipeline: world.pipeline,
    actions: aRunner({ store, pipeline: world.pipeline, now: clock.now }),
    tokens: createTokenBook({ tokens: async () => TOKENS }, clock),
    identitySecrets: async (tenant) => (tenant === "t1" ? site.secrets : [OTHER_SECRET]),
    origins: async (tenant) => (tenant === "t1" ? [PAGE] : []),
    clock,
    log: silentLogger,
    limits,
  });
  const mounts = [{ path: "/in-app/v1", handler: api }];
  server = createServer(createApp({ mounts, log: silentLogger, trustProxy: false }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(site, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
