import { MINUTE } from "../../server/core/time.ts";
import type { Heard, Scene } from "./house.ts";

export const DOORS = ["cli", "http", "page", "product"] as const;
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
  "acknowledge-alert": onAlert("ack"),
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
};
