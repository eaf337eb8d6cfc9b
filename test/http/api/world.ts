import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Incoming } from "../../../server/core/event.ts";
import { compileLibrary } from "../../../server/core/matching/compile.ts";
import type { Pattern } from "../../../server/core/pattern.ts";
import type { ChannelKind, Readiness } from "../../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import type { Pipeline } from "../../../server/flow/contract.ts";
import { createPipeline } from "../../../server/flow/pipeline.ts";
import { type Api, createApi } from "../../../server/http/api/index.ts";
import type { Quotas } from "../../../server/http/api/router.ts";
import { createApp, type Mount } from "../../../server/http/app.ts";
import { createTokenBook, type TokenBook } from "../../../server/http/auth.ts";
import { hashId, sha256Hex } from "../../../server/lib/ids.ts";
import { silentLogger } from "../../../server/lib/log.ts";
import type { Store, TokenRole, TokenRow } from "../../../server/store/contract.ts";
import { aRunner } from "../../actions/runner.ts";
import { aPattern, aSettings, NOON } from "../../builders.ts";
import { type FakeClock, fakeClock } from "../../fake-clock.ts";
import { fakeStore } from "../fakes.ts";

/** What the API is tested on: two tenants with the same native ids and different contents, behind a real server. */
export interface World {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly clock: FakeClock;
  readonly tokens: TokenBook;
  readonly api: Api;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly a: Populated;
  readonly b: Populated;
  close(): Promise<void>;
}

export interface Populated {
  readonly tenant: string;
  /** Occurs in names and evidence of this tenant, and nowhere else. */
  readonly canary: string;
  readonly tokens: { readonly [role in TokenRole]: string };
  /** In both tenants. */
  readonly person: "u1";
  readonly account: "acme";
  /** In this tenant alone. */
  readonly ownPerson: string;
  readonly ownAccount: string;
  readonly email: string;
  readonly zendeskId: string;
  readonly externalId: string;
  readonly match: string;
  readonly decision: string;
  /** Held for review. */
  readonly review: string;
  readonly reviewMatch: string;
  readonly delivery: string;
  readonly alert: string;
  readonly incident: string;
  readonly action: string;
}

export const PATTERNS: readonly Pattern[] = [
  aPattern({ clue: "{count} rate-limit errors{ on endpoint}", tags: ["frustration"] }),
  aPattern({
    id: "P-900",
    name: "Security alert",
    family: "security",
    issue: "account_lockout",
    when: { kind: "once", of: ["security.alert"], where: {} },
    per: ["person"],
    quiet: DAY,
    risk: 90,
    halfLife: 12 * HOUR,
    channels: ["email"],
    sensitive: true,
    message: "security-notice",
    clue: "a security alert",
  }),
];

const EVERYTHING_LIVE: { readonly [kind in ChannelKind]: Readiness } = {
  email: "live",
  sms: "live",
  voice: "live",
  push: "live",
  chat: "live",
  in_app: "live",
  human: "live",
  broadcast: "live",
};

export interface WorldOptions {
  readonly quotas?: Quotas;
  readonly mounts?: readonly Mount[];
  readonly trustProxy?: false | number;
  readonly heartbeatMs?: number;
}

export async function createWorld(store: Store = fakeStore(), options: WorldOptions = {}): Promise<World> {
  const clock = fakeClock(NOON);
  const pipeline = createPipeline({
    store,
    now: clock.now,
    tools: { hash: hashId, assume: "real" },
    libraryOf: (version) => compileLibrary(PATTERNS, version),
    // As the application names them: an address is not to be read out of it.
    pseudonym: (tenant, { namespace, value }) =>
      `${namespace}:${namespace === "email" ? hashId(tenant, value) : value}`,
  });
  await pipeline.start();
  const a = await populate(store, pipeline, clock, "t-one", "1001");
  const b = await populate(store, pipeline, clock, "t-two", "2002");
  return openWorld(store, pipeline, clock, a, b, options);
}

/** The server itself, for any store and pipeline that hold two populated tenants. */
export async function openWorld(
  store: Store,
  pipeline: Pipeline,
  clock: FakeClock,
  a: Populated,
  b: Populated,
  options: WorldOptions = {},
): Promise<World> {
  const tokens = createTokenBook(store, clock);
  let ids = 0;
  const newId = () => `action-${++ids}`;
  const api = createApi({
    deps: {
      store,
      pipeline,
      clock,
      actions: aRunner({ store, pipeline, now: clock.now, newId }),
      render: async ({ template, person }) => ({ template, to: person.id }),
    },
    tokens,
    timers: clock,
    version: "0.0.0-test",
    ...(options.quotas === undefined ? {} : { quotas: options.quotas }),
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
  });
  const app = createApp({
    mounts: [...(options.mounts ?? []), { path: "/api/v1", handler: api.router }],
    log: silentLogger,
    trustProxy: options.trustProxy ?? false,
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return { store, pipeline, clock, tokens, api, origin, a, b, close: () => shut(server, api) };
}

function shut(server: Server, api: Api): Promise<void> {
  api.live.close();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

export function aToken(tenant: string, role: TokenRole, changes: Partial<TokenRow> = {}): [string, TokenRow] {
  const token = `fst_${role}_${tenant}_${"0123456789abcdef".repeat(2)}${changes.id ?? ""}`;
  const row: TokenRow = {
    id: `token-${role}`,
    tenant,
    role,
    label: `${role} token`,
    createdAt: NOON,
    expiresAt: null,
    revokedAt: null,
    ...changes,
    hash: sha256Hex(token),
  };
  return [token, row];
}

/** A delivery that could not be read, and an event whose type means nothing. */
async function unusable(pipeline: Pipeline, clock: FakeClock, tenant: string, canary: string): Promise<void> {
  const time = clock.now();
  const deadLetter = {
    ...{ id: `letter-${tenant}`, tenant, system: "stripe", sourceId: "default", receivedAt: time },
    ...{ reason: `no JSON: ${canary}`, body: new TextEncoder().encode(`{"${canary}": `) },
  };
  const odd = { source: canary, id: `odd-${tenant}`, type: `${canary}.sneezed`, time, data: {} };
  await pipeline.receive(tenant, [odd], { deadLetter });
}

async function populate(
  store: Store,
  pipeline: Pipeline,
  clock: FakeClock,
  tenant: string,
  zendeskId: string,
): Promise<Populated> {
  const canary = `canary-${tenant}`;
  const rows = ROLES.map((role) => [role, ...aToken(tenant, role)] as const);
  await store.createTenant(
    { id: tenant, createdAt: NOON, identitySecret: `identity-secret-of-${tenant}` },
    rows.map(([, , row]) => row),
  );
  await setUp(pipeline, tenant, canary);
  await pipeline.receive(tenant, history(tenant, canary, zendeskId, clock.now()));
  await unusable(pipeline, clock, tenant, canary);
  await pipeline.control(
    tenant,
    { unit: "tenant" },
    {
      kind: "declare",
      scope: { kind: "component", name: canary },
      running: true,
      actor: "ops:ana",
      reason: "seen",
    },
  );
  const action = `setup-${tenant}`;
  await pipeline.control(
    tenant,
    { person: `only-${tenant}` },
    { ...preference(`only-${tenant}`), change: { kind: "pause", until: clock.now() + DAY } },
    { audit: pauseAudit(tenant, action, clock.now() - MINUTE) },
  );
  const [match, reviewMatch] = await Promise.all(
    ["P-001", "P-900"].map(async (pattern) => (await store.matches(tenant, { pattern })).rows[0]?.id ?? ""),
  );
  const decisions = (await store.decisions(tenant, {})).rows;
  const delivery = (await store.deliveries(tenant, {})).rows[0]?.id ?? "";
  await store.saveSentCopy({
    ...{ tenant, delivery, person: "u1", at: clock.now() },
    rendered: { subject: `About ${canary}`, text: "Here is what helps." },
  });
  return {
    tenant,
    canary,
    tokens: Object.fromEntries(rows.map(([role, token]) => [role, token])) as Populated["tokens"],
    person: "u1",
    account: "acme",
    ownPerson: `only-${tenant}`,
    ownAccount: `only-${tenant}-account`,
    email: emailOf(tenant),
    zendeskId,
    externalId: `only-${tenant}`,
    match: match ?? "",
    decision: decisions.find(({ kind }) => kind === "send")?.id ?? "",
    review: decisions.find(({ reason }) => reason === "review")?.id ?? "",
    reviewMatch: reviewMatch ?? "",
    delivery,
    alert: (await store.alerts(tenant, {})).rows.find((row) => row.incident === null)?.id ?? "",
    incident: (await store.incidents(tenant, {})).rows[0]?.id ?? "",
    action,
  };
}

export const ROLES = ["write", "agent", "ops", "admin", "analyst", "privacy", "public"] as const;
const emailOf = (tenant: string) => `pat@${tenant}-corp.test`;
const preference = (person: string) =>
  ({ kind: "preference", person, actor: "agent:ana", reason: "asked" }) as const;

function pauseAudit(tenant: string, id: string, at: number) {
  const person = `only-${tenant}`;
  const undo = { ...preference(person), change: { kind: "pause", until: null } } as const;
  return {
    ...{ id, tenant, at, actor: "agent:ana", action: "person.pause", subject: `person/${person}` },
    ...{ reason: "asked", detail: { target: { person } }, undo },
  };
}

async function setUp(pipeline: Pipeline, tenant: string, canary: string): Promise<void> {
  const settings = aSettings({ name: canary, product: { ...aSettings().product, name: canary } });
  const why = { actor: "admin:root", reason: "set-up" };
  const rollout = { all: true, accounts: [], segments: [], percent: 0 };
  const templates = [
    ["api-rate-limit", "v1"],
    ["security-notice", "v1"],
  ] as const;
  await pipeline.tenantControl(tenant, { kind: "settings", settings });
  await pipeline.tenantControl(tenant, { kind: "library", version: "v1", approvedBy: "admin:root" });
  await pipeline.tenantControl(tenant, {
    kind: "readiness",
    channels: EVERYTHING_LIVE,
    notReady: [],
    templates,
  });
  await pipeline.tenantControl(tenant, { kind: "rollout", rollout, ...why });
}

/** An account with a person who ran into the rate limit, and one of its own with a security alert. */
function history(tenant: string, canary: string, zendeskId: string, now: number): readonly Incoming[] {
  const native = (value: string) => ({ namespace: "native", value });
  const acme = native("acme");
  const u1 = native("u1");
  const own = native(`only-${tenant}`);
  const ownAccount = native(`only-${tenant}-account`);
  const consent = { email: true, sms: true };
  const base = { source: "app", time: now - 10 * MINUTE };
  return [
    {
      ...base,
      id: "signup",
      type: "account.signed_up",
      account: acme,
      data: { name: `Acme ${canary}`, plan: "pro" },
    },
    {
      ...{ ...base, id: "identified", type: "person.identified", account: acme, person: u1 },
      alsoPerson: [{ namespace: "zendesk", value: zendeskId }],
      alsoAccount: [{ namespace: "domain", value: `${tenant}-corp.test` }],
      contact: { email: emailOf(tenant), phone: "+15550100200", name: `Pat ${canary}` },
      data: { consent, timeZone: "UTC", locale: "en" },
    },
    ...Array.from({ length: 5 }, (_, i) => ({
      ...{ source: "gateway", id: `limit-${i}`, type: "api.request_failed", time: now - (5 - i) * MINUTE },
      ...{ account: acme, person: u1, data: { status: 429, endpoint: `/v1/${canary}` } },
    })),
    {
      ...{ ...base, id: "own-signup", type: "account.signed_up", account: ownAccount },
      data: { name: `Own ${canary}`, owner: `owner ${canary}`, segment: "small" },
    },
    {
      ...{ ...base, id: "own-identified", type: "person.identified", account: ownAccount, person: own },
      contact: { email: `own@${tenant}-own.test`, name: `Olu ${canary}` },
      data: { consent },
    },
    {
      ...{ ...base, id: "own-alert", type: "security.alert", time: now - MINUTE },
      ...{ account: ownAccount, person: own, data: { kind: canary } },
    },
  ];
}
