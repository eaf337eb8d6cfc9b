import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * How a fake provider answers one request. `taken` says whether the provider took the message before it went wrong:
 * what it took counts as sent, whatever the caller heard.
 */
export type Step =
  | { readonly kind: "ok" }
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: { readonly [name: string]: string };
      readonly body?: unknown; // objects become JSON, strings go out as they are
      readonly taken?: boolean;
    }
  /** The connection breaks after the whole request was read. */
  | { readonly kind: "reset"; readonly taken: boolean }
  /** The right answer, but late. */
  | { readonly kind: "slow"; readonly ms: number; readonly taken: boolean }
  /** The headers of the right answer, and then a body that never ends. */
  | { readonly kind: "stall"; readonly taken: boolean }
  | { readonly kind: "bad_json"; readonly taken: boolean }
  | { readonly kind: "html"; readonly status: number; readonly taken?: boolean };

export const tooMany = (retryAfter?: string): Step => ({
  kind: "answer",
  status: 429,
  ...(retryAfter === undefined ? {} : { headers: { "retry-after": retryAfter } }),
});

/** Steps are used up one by one; afterwards, and for a null of the function, all is well. */
export type Script = readonly Step[] | ((request: number) => Step | null);

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What a provider does with a request: takes it when asked to, and says what it would answer. */
export type Handle = (
  request: FakeRequest,
  step: Step,
) => {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body: unknown;
};

export interface FakeServer {
  readonly url: string;
  /** How often somebody connected, whatever came of it. */
  readonly connections: () => number;
  readonly requests: readonly FakeRequest[];
  play(script: Script): void;
  close(): Promise<void>;
}

/** A provider on a free port of this machine that keeps to a script. */
export async function startFakeServer(handle: Handle): Promise<FakeServer> {
  const requests: FakeRequest[] = [];
  let next: (request: number) => Step | null = () => null;
  let connections = 0;
  const server = createServer((incoming, response) => {
    void readWhole(incoming).then((body) => {
      const url = new URL(incoming.url ?? "/", "http://provider.test");
      const request = { method: incoming.method ?? "", url, headers: incoming.headers, body };
      requests.push(request);
      const step = next(requests.length - 1) ?? { kind: "ok" };
      perform(step, handle(request, step), response);
    });
  });
  server.on("connection", () => {
    connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    requests,
    play(script) {
      const start = requests.length;
      next = typeof script === "function" ? script : (request) => script[request - start] ?? null;
    },
    close: () => closeServer(server),
  };
}

/** Whether the provider keeps what came with this step. */
export function takes(step: Step): boolean {
  return step.kind === "ok" || (step.taken ?? false);
}

function perform(step: Step, right: ReturnType<Handle>, response: ServerResponse): void {
  const answerRightly = () => write(response, right.status, right.headers ?? {}, right.body);
  if (step.kind === "ok") answerRightly();
  else if (step.kind === "answer") write(response, step.status, step.headers ?? {}, step.body ?? "");
  else if (step.kind === "html") write(response, step.status, { "content-type": "text/html" }, BAD_GATEWAY);
  else if (step.kind === "bad_json")
    write(response, 200, { "content-type": "application/json" }, '{"sid": "S');
  else if (step.kind === "reset") response.socket?.resetAndDestroy();
  else if (step.kind === "slow") setTimeout(answerRightly, step.ms).unref();
  else {
    response.writeHead(right.status, { ...right.headers, "content-length": "1000" });
    response.write(" ");
  }
}

const BAD_GATEWAY = "<html><h1>Bad Gateway</h1></html>";

function write(
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string },
  body: unknown,
): void {
  if (response.destroyed) return;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain" : "application/json";
  response.writeHead(status, { "content-type": type, ...headers }).end(text);
}

async function readWhole(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** The address of a port of this machine where nobody listens. */
export async function closedPort(): Promise<string> {
  const server = await startFakeServer(() => ({ status: 200, body: "" }));
  await server.close();
  return server.url;
}
