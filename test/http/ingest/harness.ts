import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { UnitControl } from "../../../server/core/control.ts";
import type { Delivery } from "../../../server/core/delivery.ts";
import type { Incoming } from "../../../server/core/event.ts";
import type { Along, Overloaded, Target } from "../../../server/flow/contract.ts";
import { createTokenBook } from "../../../server/http/auth.ts";
import {
  createIngest,
  createSourceBook,
  type IngestDeps,
  type IngestLimits,
  SERVER_OPTIONS,
} from "../../../server/http/ingest/index.ts";
import { createRegistry } from "../../../server/integrations/registry.ts";
import type { Clock, Timers } from "../../../server/lib/clock.ts";
import { systemClock } from "../../../server/lib/clock.ts";
import { sha256Hex } from "../../../server/lib/ids.ts";
import type { Outbound } from "../../../server/lib/outbound-line.ts";
import type { SourceRow, TokenRole, TokenRow } from "../../../server/store/contract.ts";
import { type KeyPair, type Post, sendgridKeys } from "../../fixtures/sign.ts";

/* A server with nothing behind the handler but a pipeline in memory that counts each identity once. */

export const SECRETS = {
  stripe: "whsec_of_acme",
  sentry: "sentry-client-secret-of-acme",
  zendesk: "zendesk-signing-secret-of-acme",
  segment: "segment-shared-secret-of-acme",
  twilio: "twilio-auth-token-of-acme",
} as const;
export const TOKENS = {
  write: "fst_write_acme_0001",
  public: "fst_public_acme_0001",
  agent: "fst_agent_acme_0001",
};
/** What the outside world knows this server as; nothing of it is taken from requests. */
export const PUBLIC_URL = "https://help.acme.test";

export interface Control {
  readonly target: Target;
  readonly control: UnitControl;
}

export interface Harness {
  readonly url: string;
  readonly port: number;
  readonly keys: KeyPair;
  readonly events: Incoming[];
  readonly along: Along[];
  readonly controls: Control[];
  readonly logged: string[];
  /** What the next calls of the pipeline throw. */
  failWith(error: Error | null): void;
  /** From now on so much waits that bodies need not be read. */
  refuseWith(error: Overloaded | null): void;
  post(path: string, post: Post): Promise<Answer>;
  send(options: SendOptions): Promise<Answer>;
  now(): number;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

export interface HarnessOptions {
  readonly clock?: Clock & Timers;
  readonly limits?: Partial<IngestLimits>;
  readonly trustProxy?: IngestDeps["trustProxy"];
  readonly sources?: readonly SourceRow[];
  readonly deliveries?: readonly Delivery[];
  /** `namespace:value` of persons that are known. */
  readonly persons?: Readonly<Record<string, string>>;
}

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const clock = options.clock ?? systemClock;
  const keys = sendgridKeys();
  const logged: string[] = [];
  const log = (_fields: unknown, message?: string) =>
    void logged.push(`${message} ${JSON.stringify(_fields)}`);
  const pipeline = memoryPipeline();
  const integrations = createRegistry({ outbound: noOutbound, clock });
  const rows = options.sources ?? defaultSources(keys);
  const ingest = createIngest({
    pipeline: pipeline.api,
    store: memoryStore(options),
    integrations,
    sources: createSourceBook({ sources: async () => rows, channels: async () => [] }, integrations, clock),
    tokens: createTokenBook({ tokens: async () => TOKEN_ROWS }, clock),
    publicUrl: () => PUBLIC_URL,
    trustProxy: options.trustProxy ?? false,
    clock,
    newId: () => `id-${++made}`,
    log: { info: log, warn: log, error: log } as IngestDeps["log"],
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const server = createServer(SERVER_OPTIONS, (request, response) => {
    if (!ingest(request, response)) response.writeHead(299).end("not ingest");
  });
  const port = await listen(server);
  const send = (one: SendOptions) => sendTo(port, one);
  return {
    ...pipeline,
    url: `http://127.0.0.1:${port}`,
    port,
    keys,
    logged,
    now: () => clock.now(),
    send,
    post: (path, { headers, body, query = "" }) => send({ path: path + query, headers, body }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

let made = 0;

const row = (role: TokenRole, token: string): TokenRow => ({
  id: `token-${role}`,
  tenant: "acme",
  role,
  label: "",
  hash: sha256Hex(token),
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
});
const TOKEN_ROWS = [row("write", TOKENS.write), row("public", TOKENS.public), row("agent", TOKENS.agent)];

export function aSource(
  system: string,
  secrets: readonly string[],
  changes: Partial<SourceRow> = {},
): SourceRow {
  const base = { tenant: "acme", system, id: "default", settings: {}, createdAt: 0, lastReceivedAt: null };
  return { ...base, secrets, ...changes };
}

function defaultSources(keys: KeyPair): readonly SourceRow[] {
  return [
    ...Object.entries(SECRETS).map(([system, secret]) => aSource(system, [secret])),
    aSource("sendgrid", [keys.publicKey]),
    aSource("sentry", ["token-of-the-legacy-plugin"], { id: "legacy" }),
  ];
}

/** Counts each identity once, as the real pipeline does, and keeps what it was given. */
function memoryPipeline() {
  const events: Incoming[] = [];
  const along: Along[] = [];
  const controls: Control[] = [];
  const known = new Set<string>();
  let failure: Error | null = null;
  let refusal: Overloaded | null = null;
  const api: IngestDeps["pipeline"] = {
    refusal: () => refusal,
    async receive(tenant, incoming, with_) {
      if (failure !== null) throw failure;
      if (with_ !== undefined) along.push(with_);
      let duplicates = 0;
      for (const one of incoming) {
        const identity = `${tenant}\u0000${one.source}\u0000${one.id}`;
        if (known.has(identity)) duplicates++;
        else {
          known.add(identity);
          events.push(one);
        }
      }
      return { accepted: incoming.length - duplicates, duplicates, rejected: [] };
    },
    async control(_tenant, target, control) {
      if (failure !== null) throw failure;
      controls.push({ target, control });
      return { seq: controls.length, effects: [] };
    },
  };
  return {
    api,
    events,
    along,
    controls,
    failWith: (error: Error | null) => {
      failure = error;
    },
    refuseWith: (error: Overloaded | null) => {
      refusal = error;
    },
  };
}

function memoryStore({ deliveries = [], persons = {} }: HarnessOptions): IngestDeps["store"] {
  return {
    delivery: async (_tenant, id) => deliveries.find((delivery) => delivery.id === id) ?? null,
    deliveryByProviderId: async (_tenant, _system, providerId) =>
      deliveries.find((delivery) => delivery.providerId === providerId) ?? null,
    identify: async (_tenant, refs) =>
      refs.map(({ namespace, value }) => {
        const id = persons[`${namespace}:${value.toLowerCase()}`];
        return id === undefined ? null : { kind: "person" as const, id };
      }),
  };
}

const noOutbound: Outbound = {
  open: () => Promise.reject(new Error("nothing goes out in these tests")),
};

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** With node:http, as `fetch` refuses to send many of the things a server has to bear. */
export function sendTo(
  port: number,
  { method = "POST", path, headers = {}, body = "" }: SendOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const outgoing = httpRequest(
      { port, host: "127.0.0.1", method, path, headers: { ...length, ...headers } as Record<string, string> },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const { statusCode: status = 0, headers: received } = incoming;
          resolve({ status, headers: received, text, json: parsed(text) });
        });
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const basic = (token: string) => ({
  authorization: `Basic ${Buffer.from(`${token}:`).toString("base64")}`,
});
