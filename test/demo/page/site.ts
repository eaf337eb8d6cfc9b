import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Decision } from "../../../server/core/decision.ts";
import type { Delivery } from "../../../server/core/delivery.ts";
import type { Effect } from "../../../server/core/effect.ts";
import type { Match } from "../../../server/core/match.ts";
import type { Incident, TenantState } from "../../../server/core/tenant.ts";
import { HOUR, MINUTE } from "../../../server/core/time.ts";
import { createDemoPage, type PageDeps } from "../../../server/demo/page/index.ts";
import type { Committed } from "../../../server/flow/contract.ts";
import { createApp } from "../../../server/http/app.ts";
import { systemClock } from "../../../server/lib/clock.ts";
import { silentLogger } from "../../../server/lib/log.ts";
import type { Rendered } from "../../../server/messages/render.ts";
import type { RiskRow, Trace } from "../../../server/store/contract.ts";
import { aDelivery, aMatch, anAccount, aPattern, aPerson, aTenant, NOON } from "../../builders.ts";

export const PATTERN = aPattern({ clue: "{count} rate-limit errors{ on endpoint}{ window}" });

export function aDecision(changes: Partial<Decision> = {}): Decision {
  return {
    id: "decision-1",
    tenant: "t1",
    match: "match-1",
    pattern: "P-001",
    key: "account/acme",
    account: "acme",
    step: 0,
    at: NOON,
    kind: "send",
    reason: "none",
    until: null,
    channel: "email",
    person: "u1",
    dueBy: NOON + HOUR,
    score: 85,
    delivery: "delivery-1",
    simulated: false,
    ...changes,
  };
}

export const EMAIL: Rendered = {
  kind: "email",
  subject: "You are hitting the rate limit",
  html: '<!doctype html><style>p{color:green}</style><p id="text">Hello Ada</p><script>document.title="ran"</script>',
  text: "Hello Ada",
  headers: {},
};

export const PROMPT: Rendered = {
  kind: "in_app",
  form: "prompt",
  title: "Trouble signing in?",
  body: "Set a new password.\n\nIt takes a minute.",
  steps: [],
  remedy: { label: "Set a new password", url: "https://cloud.test/reset" },
  why: { label: "Why", text: "We saw it.", url: null },
  question: "Was this helpful?",
  feedback: [{ answer: "yes", label: "Yes", url: "https://cloud.test/yes" }],
  person: { label: "A person", url: "https://cloud.test/person" },
  controls: [],
};

export const SMS: Rendered = { kind: "sms", text: "Acme Cloud: set a new password" };

/** What the demo's page is shown of a tenant; tests change it as they like. */
export interface Site {
  readonly url: string;
  decisions: Decision[];
  deliveries: Delivery[];
  matches: Match[];
  rendered: Map<string, Rendered>;
  risks: RiskRow[];
  monitored: number;
  incidents: Incident[];
  trace: Trace | null;
  failing: boolean;
  incidentsStarted: number;
  /** As if it had just been committed. */
  commit(effects: readonly Effect[]): void;
  close(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const listeners = new Set<(committed: Committed) => void>();
  const site: Site = {
    url: "",
    decisions: [],
    deliveries: [],
    matches: [aMatch()],
    rendered: new Map(),
    risks: [],
    monitored: 0,
    incidents: [],
    trace: null,
    failing: false,
    incidentsStarted: 0,
    commit(effects) {
      for (const hear of listeners) hear({ tenant: "t1", seq: 1, at: NOON, event: null, effects });
    },
    close: async () => {},
  };
  const page = createDemoPage(depsOf(site, listeners));
  const mounts = [{ path: "/", handler: page.router }];
  const server = createServer(createApp({ mounts, log: silentLogger, trustProxy: false }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(site, {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        page.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function depsOf(site: Site, listeners: Set<(committed: Committed) => void>): PageDeps {
  const page = <Row>(rows: readonly Row[]) => ({ rows, next: null });
  return {
    now: () => NOON + MINUTE,
    log: silentLogger,
    pipeline: {
      tenant: () => tenantOf(site),
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    store: {
      summary: async () => summaryOf(site),
      risks: async () => page(site.risks),
      decisions: async () => page(site.decisions),
      deliveries: async () => page(site.deliveries),
      delivery: async (_tenant, id) => site.deliveries.find((row) => row.id === id) ?? null,
      match: async (_tenant, id) => site.matches.find((match) => match.id === id) ?? null,
      account: async (_tenant, id) => anAccount({ id, name: id === "acme" ? "Acme & Sons" : id }),
      person: async (_tenant, id) => aPerson({ id, timeZone: "Asia/Tokyo" }),
      trace: async () => site.trace,
      sentCopy: async () => null,
    },
    timers: systemClock,
    tenant: "t1",
    render: async ({ id, person }) => {
      const rendered = site.rendered.get(id);
      if (rendered === undefined) return { reason: "not there" };
      if (rendered.kind !== "in_app" || person !== null) return rendered;
      return { ...rendered, question: null, feedback: [], controls: [] };
    },
    startIncident: async () => {
      site.incidentsStarted += 1;
      return 60;
    },
  };
}

function tenantOf(site: Site): TenantState {
  const library = { byId: (id: string) => (id === PATTERN.id ? PATTERN : undefined) };
  const settings = { product: { ...aTenant().settings.product, name: "Acme Cloud" } };
  return {
    ...aTenant({ settings, incidents: site.incidents }),
    library: library as unknown as TenantState["library"],
  };
}

function summaryOf(site: Site) {
  if (site.failing) throw new Error("the store is gone");
  const { monitored } = site;
  return {
    at: NOON,
    monitored,
    bands: { normal: Math.max(0, monitored - 6), watch: 3, alert: 2, critical: 1 },
    sent24h: 4,
    byPattern24h: {},
    byChannel24h: {},
    byReason24h: { quiet: 2, cap: 1 },
    patterns30d: [],
    outcomes30d: {},
    optedOut: 0,
    csat: { n: 0, mean: null },
  };
}

/** A tenant in the middle of things: something sent, held and not sent, with a message on every channel. */
export function fill(site: Site): void {
  site.monitored = 300;
  site.risks = [
    {
      key: "account/acme",
      unit: "account/acme",
      score: 94,
      band: "critical",
      at: NOON,
      why: "12 failed API calls in the last hour",
      name: "Acme & Sons",
      segment: "mid_market",
      owner: null,
    },
    {
      key: "account/bolt",
      unit: "account/bolt",
      score: 64,
      band: "alert",
      at: NOON,
      why: "a declined payment",
      name: "Bolt",
      segment: null,
      owner: null,
    },
  ];
  const none = { delivery: null } as const;
  site.decisions = [
    aDecision({ id: "d4", match: "m4", kind: "stop", reason: "alert_only", channel: "human.csm", ...none }),
    aDecision({
      id: "d3",
      match: "m3",
      kind: "stop",
      reason: "holdout",
      channel: null,
      person: null,
      ...none,
    }),
    aDecision({ id: "d2", match: "m2", kind: "hold", reason: "quiet", until: NOON + 11 * HOUR, ...none }),
    aDecision({ id: "d1b", at: NOON + 1 }),
    aDecision({ id: "d1", at: NOON }),
    aDecision({ id: "d0", match: "m0", simulated: true }),
  ];
  site.matches = ["match-1", "m2", "m3", "m4"].map((id) => aMatch({ id }));
  const sent = { status: "sent", sentAt: NOON, preview: true } as const;
  site.deliveries = [
    aDelivery({ id: "mail", channel: "email", ...sent }),
    aDelivery({ id: "text", channel: "sms", ...sent }),
    aDelivery({ id: "prompt", channel: "in_app.prompt", seenAt: NOON + 5, clickedAt: NOON + 9, ...sent }),
  ];
  site.rendered = new Map([
    ["mail", EMAIL],
    ["text", SMS],
    ["prompt", PROMPT],
  ]);
  site.trace = aTrace();
}

export function aTrace(): Trace {
  const match = aMatch();
  return {
    delivery: aDelivery({ status: "sent", sentAt: NOON + 3, preview: true }),
    decisions: [aDecision()],
    match,
    scores: [
      {
        tenant: "t1",
        unit: "account/acme",
        key: "account/acme",
        at: NOON,
        score: 85,
        band: "critical",
        why: "",
        history: true,
        contributions: [
          {
            match: match.id,
            pattern: "P-001",
            family: "api-rate-limit",
            alone: 85,
            points: 85,
            more: 0,
            lastSeen: NOON,
          },
        ],
      },
    ],
    events: [
      {
        seq: 17,
        event: {
          tenant: "t1",
          source: "api-gateway",
          id: "e5",
          type: "api.request_failed",
          time: NOON,
          receivedAt: NOON,
          account: "acme",
          person: "u1",
          data: { status: 429, endpoint: "/v1/<export>" },
          reception: "r1",
        },
        reception: {
          id: "r1",
          tenant: "t1",
          system: "sentry",
          sourceId: "sentry",
          bodyHash: "ab".repeat(32),
          bytes: 512,
          receivedAt: NOON,
          webhookId: "sentry-delivery-7",
        },
      },
    ],
    outcome: null,
    feedback: [],
  };
}
