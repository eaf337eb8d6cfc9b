import type { Heard, Scene } from "./house.ts";

export const DOORS = ["cli", "http"] as const;
export type Door = (typeof DOORS)[number];

/** @param given what was prepared, such as the id of the thing that the act is about */
type Ask = (scene: Scene, given: unknown) => Promise<Heard>;

/** One thing to ask for, at each door in its own words. */
export interface Try {
  /** What is done before, in a tenant where nothing has happened yet. */
  readonly given?: (scene: Scene) => Promise<unknown>;
  readonly ask: { readonly [door in Door]?: Ask };
  /** How things stand afterwards, or what was drawn. */
  readonly see: (scene: Scene, heard: Heard, given: unknown) => unknown;
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
};
