import { MINUTE } from "../../server/core/time.ts";
import { file, rateLimited } from "../cli/events.ts";
import type { Heard, Scene } from "./house.ts";

export const DOORS = ["cli", "http", "page", "product", "zendesk"] as const;
export type Door = (typeof DOORS)[number];

/** @param given the id of the thing that was prepared */
type Ask = (scene: Scene, given: string) => Promise<Heard>;

/** One thing to ask for, at each door in its own words. */
export interface Try {
  /** What is done before, in a tenant where nothing has happened yet. */
  /** @returns the id of what the act is about, if it is about one thing */
  readonly given?: (scene: Scene) => Promise<unknown>;
  readonly ask: { readonly [door in Door]?: Ask };
  /** How things stand afterwards, or what was drawn. */
  readonly see: (scene: Scene, heard: Heard, given: string) => unknown;
  /** The tenant in whose audit it stands, where that is not the one of the scene. */
  readonly where?: (scene: Scene) => string;
}
export interface Verb {
  readonly done: Try;
  readonly refused: Try;
}

const rollout = ({ state }: Scene) => state().rollout;
const switches = ({ state }: Scene) => state().switches;
const WHY = ["--reason", "a test"];

/** Alerts have an owner, and something has come in. */
async function ready({ house, tenant }: Scene): Promise<void> {
  await house.cli(["tenant", "settings", tenant, "--set", "owners.default=ops@acme.example"]);
  const event = { source: "gateway", id: "1", type: "session.started", time: house.clock.now(), data: {} };
  await house.app.pipeline.receive(tenant, [event]);
}

/** A customer in trouble: acme, whose person u1 ran into the rate limit, with everything live. */
async function trouble(scene: Scene): Promise<void> {
  const { house, tenant } = scene;
  const { app, clock } = house;
  const links = [...app.messages.templates.values()].flatMap((template) => template.links);
  const set = [
    "owners.default=ops@acme.example",
    "product.name=Acme",
    "product.senderEmail=help@acme.example",
    "product.supportEmail=care@acme.example",
    "product.supportUrl=https://acme.example/help",
    "holdout.percent=0",
    ...links.map((link) => `links.${link}=https://acme.example/${link}`),
  ];
  await house.cli(["tenant", "settings", tenant, ...set.flatMap((each) => ["--set", each])]);
  await scene.cli("channel", "add", "in_app", "--set", 'origins=["https://app.acme.example"]');
  await scene.cli("live", "--all", "--force");
  const native = (value: string) => ({ namespace: "native", value });
  const who = { account: native("acme"), person: native("u1") };
  const now = clock.now();
  await app.pipeline.receive(tenant, [
    {
      ...{ source: "app", id: "who", type: "person.identified", time: now - 10 * MINUTE, ...who },
      contact: { email: "ana@acme.example" },
      data: { consent: { email: true }, timeZone: "UTC" },
    },
    ...Array.from({ length: 5 }, (_, i) => ({
      ...{ source: "gateway", id: `limit-${i}`, type: "api.request_failed", time: now - (5 - i) * MINUTE },
      ...{ ...who, data: { status: 429, endpoint: "/v1/export" } },
    })),
  ]);
}

/** @returns the match of the trouble */
async function match(scene: Scene): Promise<string> {
  await trouble(scene);
  const { rows } = await scene.house.app.store.matches(scene.tenant, {});
  return rows[0]?.id ?? "no match";
}

/** No shipped pattern asks for a review, so this one does while it is judged. @returns the decision that waits */
async function reviewed(scene: Scene): Promise<string> {
  const { app } = scene.house;
  const pattern = Object(app.library.patterns.find(({ id }) => id === "P-001"));
  Object.assign(pattern, { sensitive: true });
  await trouble(scene);
  Object.assign(pattern, { sensitive: false });
  const { rows } = await app.store.decisions(scene.tenant, {});
  return rows.find(({ reason }) => reason === "review")?.id ?? "no decision";
}

/** @returns the incident that was declared */
async function incident(scene: Scene): Promise<string> {
  await trouble(scene);
  await scene.post("/incidents", { scope: { kind: "component", name: "export" } });
  return scene.state().incidents[0]?.id ?? "no incident";
}

/** @returns the alert that ops got of an incident */
async function alert(scene: Scene): Promise<string> {
  await incident(scene);
  const { rows } = await scene.house.app.store.alerts(scene.tenant, {});
  return rows.find((row) => row.incident !== null)?.id ?? "no alert";
}

async function resolvedAlert(scene: Scene): Promise<string> {
  const id = await alert(scene);
  await scene.post(`/alerts/${id}/resolve`, {});
  return id;
}

/** @returns a message in the product that u1 has got */
async function message(scene: Scene): Promise<string> {
  await trouble(scene);
  const wanted = { person: "u1", channel: "in_app.message", template: "api-rate-limit", override: true };
  await scene.post("/deliveries", { ...wanted, match: await someMatch(scene) });
  const { rows } = await scene.house.app.store.deliveries(scene.tenant, {});
  return rows.find(({ channel }) => channel === "in_app.message")?.id ?? "no message";
}

async function someMatch({ house, tenant }: Scene): Promise<string> {
  return (await house.app.store.matches(tenant, {})).rows[0]?.id ?? "no match";
}

/** @returns what was done to u1 last */
async function paused(scene: Scene): Promise<string> {
  await trouble(scene);
  await scene.post("/persons/u1/pause", {});
  return (await scene.audit()).findLast(({ action }) => action === "person.pause")?.id ?? "no row";
}

async function undone(scene: Scene): Promise<string> {
  const id = await paused(scene);
  await scene.post(`/actions/${id}/undo`, {});
  return id;
}

async function stopped(scene: Scene): Promise<void> {
  await trouble(scene);
  await scene.post("/persons/u1/stop", {});
}

const person = async ({ house, tenant }: Scene) => {
  const state = await house.app.store.person(tenant, "u1");
  return state && { stoppedAt: state.stoppedAt, until: state.pausedUntil, snoozed: state.snoozedUntil };
};
const theAlert = async ({ house, tenant }: Scene, _heard: Heard, id: string) => {
  const row = await house.app.store.alert(tenant, id);
  return row && { state: row.state, assignee: row.assignee, snoozedUntil: row.snoozedUntil };
};
const incidents = ({ state }: Scene) =>
  state().incidents.map(({ scope, endedAt, broadcast }) => ({ scope, endedAt, broadcast }));
const deliveries = async ({ house, tenant }: Scene) =>
  (await house.app.store.deliveries(tenant, {})).rows.map(({ channel, status }) => [channel, status]);
const given = async ({ house, tenant }: Scene) =>
  (await house.app.store.feedback(tenant, { limit: 10 })).rows.map(({ answer, stars }) => [answer, stars]);

const onAlert = (verb: string, body: object = {}): Verb => ({
  done: {
    given: alert,
    ask: { http: ({ post }, id) => post(`/alerts/${id}/${verb}`, body) },
    see: theAlert,
  },
  refused: {
    given: resolvedAlert,
    ask: { http: ({ post }, id) => post(`/alerts/${id}/${verb}`, body) },
    see: theAlert,
  },
});

const STRIPE = ["stripe", "--secret", "whsec_first123"];
const connected = ({ cli }: Scene) => cli("source", "add", ...STRIPE);

async function token({ house, tenant }: Scene): Promise<string> {
  const rows = await house.app.reads.tokens(tenant);
  return rows.find(({ role }) => role === "agent")?.id ?? "no token";
}

async function pairingCode(scene: Scene): Promise<string> {
  const heard = await scene.cli("zendesk", "pair");
  return String(heard.drawn).trim();
}

/** @returns the installation that was connected */
async function paired(scene: Scene): Promise<string> {
  await scene.zendesk(await pairingCode(scene));
  const [pairing] = await scene.house.app.reads.zendeskPairings(scene.tenant);
  return pairing?.installation ?? "no installation";
}

const settings = ({ state }: Scene) => state().settings;
const sources = async ({ house, tenant }: Scene) =>
  (await house.app.store.sources(tenant)).map(({ system, id, secrets, settings: set }) => [
    system,
    id,
    secrets,
    set,
  ]);
const tokens = async ({ house, tenant }: Scene) =>
  (await house.app.reads.tokens(tenant)).map(({ role, label, revokedAt }) => [role, label, revokedAt]);
const events = async ({ house, tenant }: Scene) =>
  (await house.app.store.events(tenant, { limit: 10 })).rows.map(({ type }) => type);
const pairings = async ({ house, tenant }: Scene) =>
  (await house.app.reads.zendeskPairings(tenant)).map(({ host, pairedBy }) => [host, pairedBy]);

export const VERBS: { readonly [verb: string]: Verb } = {
  "go-live": {
    done: {
      given: ready,
      ask: {
        cli: ({ cli }) => cli("live", "--accounts", "a-1,a-2", "--percent", "5", ...WHY),
        http: ({ post }) => post("/rollout", { accounts: ["a-1", "a-2"], percent: 5 }),
      },
      see: rollout,
    },
    refused: {
      ask: {
        cli: ({ cli }) => cli("live", "--all", ...WHY),
        http: ({ post }) => post("/rollout", { all: true }),
      },
      see: rollout,
    },
  },
  pause: {
    done: {
      ask: {
        cli: ({ cli }) => cli("pause", "--pattern", "P-001", ...WHY),
        http: ({ post }) => post("/switches", { what: "pattern", name: "P-001", off: true }),
      },
      see: switches,
    },
    refused: {
      ask: {
        cli: ({ cli }) => cli("pause", "--pattern", "P-777", ...WHY),
        http: ({ post }) => post("/switches", { what: "pattern", name: "P-777", off: true }),
      },
      see: switches,
    },
  },
  resume: {
    done: {
      given: ({ cli }) => cli("pause"),
      ask: {
        cli: ({ cli }) => cli("resume", ...WHY),
        http: ({ post }) => post("/switches", { what: "tenant", off: false }),
      },
      see: switches,
    },
    refused: {
      ask: {
        cli: ({ cli }) => cli("resume", "--channel", "pigeon", ...WHY),
        http: ({ post }) => post("/switches", { what: "channel", name: "pigeon", off: false }),
      },
      see: switches,
    },
  },
  "pause-person": {
    done: {
      given: trouble,
      ask: {
        cli: ({ cli }) => cli("pause", "--person", "u1", "--until", "2d", ...WHY),
        http: ({ post }) => post("/persons/u1/pause", { for: "2d" }),
      },
      see: person,
    },
    refused: {
      given: trouble,
      ask: {
        cli: ({ cli }) => cli("pause", "--person", "u1", "--until", "999d", ...WHY),
        http: ({ post }) => post("/persons/u1/pause", { for: "999d" }),
      },
      see: person,
    },
  },
  "resume-person": {
    done: {
      given: paused,
      ask: {
        cli: ({ cli }) => cli("resume", "--person", "u1", ...WHY),
        http: ({ post }) => post("/persons/u1/resume", {}),
      },
      see: person,
    },
    refused: {
      given: stopped,
      ask: {
        cli: ({ cli }) => cli("resume", "--person", "u1", ...WHY),
        http: ({ post }) => post("/persons/u1/resume", {}),
      },
      see: person,
    },
  },
  "stop-person": {
    done: { given: trouble, ask: { http: ({ post }) => post("/persons/u1/stop", {}) }, see: person },
    refused: { ask: { http: ({ post }) => post("/persons/nobody/stop", {}) }, see: person },
  },
  verdict: {
    done: {
      given: match,
      ask: { http: ({ post }, id) => post(`/matches/${id}/verdict`, { verdict: "false_alarm" }) },
      see: deliveries,
    },
    refused: {
      ask: { http: ({ post }) => post("/matches/none-such/verdict", { verdict: "real" }) },
      see: deliveries,
    },
  },
  review: {
    done: {
      given: reviewed,
      ask: { http: ({ post }, id) => post(`/decisions/${id}/review`, { answer: "approve" }) },
      see: deliveries,
    },
    refused: {
      given: reviewed,
      ask: { http: ({ post }, id) => post(`/decisions/${id}/review`, { answer: "edit" }) },
      see: deliveries,
    },
  },
  "acknowledge-alert": onAlert("acknowledge"),
  "assign-alert": onAlert("assign", { assignee: "ben" }),
  "snooze-alert": onAlert("snooze", { for: "2h" }),
  "resolve-alert": onAlert("resolve"),
  "send-by-hand": {
    done: {
      given: trouble,
      ask: {
        http: ({ post }) =>
          post("/deliveries", { person: "u1", channel: "email", template: "api-rate-limit", override: true }),
      },
      see: deliveries,
    },
    refused: {
      given: stopped,
      ask: {
        http: ({ post }) =>
          post("/deliveries", { person: "u1", channel: "email", template: "api-rate-limit", override: true }),
      },
      see: deliveries,
    },
  },
  "link-requester": {
    done: {
      given: trouble,
      ask: { http: ({ post }) => post("/persons/u1/link", { zendeskId: "17" }) },
      see: person,
    },
    refused: { given: trouble, ask: { http: ({ post }) => post("/persons/u1/link", {}) }, see: person },
  },
  "declare-incident": {
    done: {
      ask: { http: ({ post }) => post("/incidents", { scope: { kind: "pattern", name: "P-001" } }) },
      see: incidents,
    },
    refused: {
      ask: { http: ({ post }) => post("/incidents", { scope: { kind: "pattern", name: "P-777" } }) },
      see: incidents,
    },
  },
  "end-incident": {
    done: {
      given: incident,
      ask: { http: ({ post }, id) => post(`/incidents/${id}/end`, {}) },
      see: incidents,
    },
    refused: { ask: { http: ({ post }) => post("/incidents/none-such/end", {}) }, see: incidents },
  },
  "answer-broadcast": {
    done: {
      given: incident,
      ask: { http: ({ post }, id) => post(`/incidents/${id}/decline-broadcast`, {}) },
      see: incidents,
    },
    refused: {
      ask: { http: ({ post }) => post("/incidents/none-such/approve-broadcast", {}) },
      see: incidents,
    },
  },
  undo: {
    done: { given: paused, ask: { http: ({ post }, id) => post(`/actions/${id}/undo`, {}) }, see: person },
    refused: { given: undone, ask: { http: ({ post }, id) => post(`/actions/${id}/undo`, {}) }, see: person },
  },
  "give-feedback": {
    done: {
      given: message,
      ask: {
        page: ({ page }, id) => page(id, "feedback", "answer=yes&stars=4"),
        product: ({ product }, id) => product(id, "feedback", { answer: "yes", stars: 4 }),
      },
      see: given,
    },
    refused: {
      given: message,
      ask: {
        page: ({ page }, id) => page(id, "feedback", "stars=9"),
        product: ({ product }, id) => product(id, "feedback", { stars: 9 }),
      },
      see: given,
    },
  },
  "change-preferences": {
    done: {
      given: message,
      ask: {
        page: ({ page }, id) => page(id, "snooze", "for=1w"),
        product: ({ product }, id) => product(id, "snooze", { for: "1w" }),
      },
      see: person,
    },
    refused: {
      given: message,
      ask: {
        page: ({ page }, id) => page(id, "snooze", "for=date&until=2028-03-02"),
        product: ({ product }, id) => product(id, "snooze", { until: "2028-03-02T00:00:00Z" }),
      },
      see: person,
    },
  },
  "create-tenant": {
    done: {
      ask: { cli: ({ house, tenant }) => house.cli(["tenant", "create", `${tenant}-two`, "--json"]) },
      see: (_scene, { drawn }) => Object.keys(JSON.parse(String(drawn))),
      where: ({ tenant }) => `${tenant}-two`,
    },
    refused: {
      ask: { cli: ({ house, tenant }) => house.cli(["tenant", "create", tenant]) },
      see: settings,
    },
  },
  "change-settings": {
    done: {
      ask: {
        cli: ({ house, tenant }) => house.cli(["tenant", "settings", tenant, "--set", "gap=3h", ...WHY]),
      },
      see: settings,
    },
    refused: {
      ask: { cli: ({ house, tenant }) => house.cli(["tenant", "settings", tenant, "--set", "gap=long"]) },
      see: settings,
    },
  },
  "take-library": {
    done: {
      given: ({ house, tenant }) =>
        house.app.pipeline.tenantControl(tenant, { kind: "library", version: "", approvedBy: "system" }),
      ask: { cli: ({ cli }) => cli("patterns", "take", ...WHY) },
      see: ({ state }) => state().library.version,
    },
    refused: {
      ask: { cli: ({ house }) => house.cli(["patterns", "take", "--tenant", "no-such"]) },
      see: ({ state }) => state().library.version,
    },
  },
  "connect-source": {
    done: { ask: { cli: ({ cli }) => cli("source", "add", ...STRIPE) }, see: sources },
    refused: {
      given: connected,
      ask: { cli: ({ cli }) => cli("source", "add", ...STRIPE) },
      see: sources,
    },
  },
  "change-source": {
    done: {
      given: ({ cli }) => cli("source", "add", "segment"),
      ask: {
        cli: ({ cli }) => cli("source", "set", "segment", "--set", 'names={"A":{"type":"action.failed"}}'),
      },
      see: sources,
    },
    refused: { ask: { cli: ({ cli }) => cli("source", "set", "segment", "--set", "a=1") }, see: sources },
  },
  "rotate-secret": {
    done: {
      given: connected,
      ask: { cli: ({ cli }) => cli("source", "rotate", "stripe", "--secret", "whsec_second123") },
      see: sources,
    },
    refused: {
      given: connected,
      ask: { cli: ({ cli }) => cli("source", "rotate", "stripe", "--secret", "short") },
      see: sources,
    },
  },
  "remove-source": {
    done: {
      given: connected,
      ask: { cli: ({ cli }) => cli("source", "remove", "stripe", ...WHY) },
      see: sources,
    },
    refused: { ask: { cli: ({ cli }) => cli("source", "remove", "stripe", ...WHY) }, see: sources },
  },
  "connect-channel": {
    done: {
      ask: { cli: ({ cli }) => cli("channel", "add", "in_app", "--set", 'origins=["https://a.example"]') },
      see: ({ state }) => state().channels.in_app,
    },
    refused: {
      ask: { cli: ({ cli }) => cli("channel", "add", "pigeon", "--set", "speed=1") },
      see: ({ state }) => state().channels,
    },
  },
  "create-token": {
    done: {
      ask: { cli: ({ cli }) => cli("token", "create", "--role", "agent", "--label", "new") },
      see: tokens,
    },
    refused: {
      ask: { cli: ({ cli }) => cli("token", "create", "--role", "agent", "--expires", "2020-01-01") },
      see: tokens,
    },
  },
  "rotate-token": {
    done: { given: token, ask: { cli: ({ cli }, id) => cli("token", "rotate", id) }, see: tokens },
    refused: { ask: { cli: ({ cli }) => cli("token", "rotate", "none-such") }, see: tokens },
  },
  "revoke-token": {
    done: { given: token, ask: { cli: ({ cli }, id) => cli("token", "revoke", id, ...WHY) }, see: tokens },
    refused: { ask: { cli: ({ cli }) => cli("token", "revoke", "none-such") }, see: tokens },
  },
  "import-events": {
    done: {
      given: ({ house }) => house.write("history.ndjson", file([rateLimited(-60)])),
      ask: { cli: ({ cli }, path) => cli("import", path, ...WHY) },
      see: events,
    },
    refused: { ask: { cli: ({ cli }) => cli("import", "no-such-file.ndjson") }, see: events },
  },
  "import-suppressions": {
    done: {
      given: ({ house }) => house.write("stops.csv", "ana@acme.example\n"),
      ask: { cli: ({ cli }, path) => cli("import", path, "--suppressions", ...WHY) },
      see: events,
    },
    refused: { ask: { cli: ({ cli }) => cli("import", "no-such-file.csv", "--suppressions") }, see: events },
  },
  "export-person": {
    done: {
      given: trouble,
      ask: { cli: ({ cli }) => cli("export", "--person", "u1", "--out", "u1.ndjson", ...WHY) },
      see: person,
    },
    refused: { ask: { cli: ({ cli }) => cli("export", "--person", "nobody", "--out", "x") }, see: person },
  },
  "export-tenant": {
    done: { ask: { cli: ({ cli }) => cli("export", "--out", "all.ndjson", ...WHY) }, see: settings },
    refused: {
      ask: { cli: ({ house }) => house.cli(["export", "--tenant", "no-such", "--out", "x"]) },
      see: settings,
    },
  },
  "erase-person": {
    done: {
      given: trouble,
      ask: { cli: ({ cli }) => cli("erase", "--person", "u1", "--yes", ...WHY) },
      see: person,
    },
    refused: { ask: { cli: ({ cli }) => cli("erase", "--person", "nobody", "--yes") }, see: person },
  },
  backup: {
    done: {
      ask: { cli: ({ house, tenant }) => house.cli(["backup", `${tenant}.db`]) },
      see: settings,
    },
    refused: {
      given: ({ house, tenant }) => house.cli(["backup", `${tenant}.db`]),
      ask: { cli: ({ house, tenant }) => house.cli(["backup", `${tenant}.db`]) },
      see: settings,
    },
  },
  "make-pairing-code": {
    done: { ask: { cli: ({ cli }) => cli("zendesk", "pair") }, see: ({ state }) => state().id },
    refused: {
      ask: { cli: ({ house }) => house.cli(["zendesk", "pair", "--tenant", "no-such"]) },
      see: ({ state }) => state().id,
    },
  },
  "pair-zendesk": {
    done: {
      given: pairingCode,
      ask: { zendesk: ({ zendesk }, code) => zendesk(code) },
      see: pairings,
    },
    refused: { ask: { zendesk: ({ zendesk }) => zendesk("WRONG-CODE") }, see: pairings },
  },
  "unpair-zendesk": {
    done: {
      given: paired,
      ask: { cli: ({ cli }, installation) => cli("zendesk", "unpair", installation, ...WHY) },
      see: pairings,
    },
    refused: { ask: { cli: ({ cli }) => cli("zendesk", "unpair", "4711") }, see: pairings },
  },
};
