import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ZendeskSession } from "../../server/http/wire.ts";
import type { Built } from "./bundle.ts";
import { aLine, anAction, aPattern, aRequester, aTimeline, iso, NOW, noContext } from "./fixtures.ts";

/** A request that the fake API got. */
export interface Asked {
  readonly method: string;
  /** Below /api/v1, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  /** Milliseconds. */
  readonly after?: number;
  /** Cuts the line instead of answering. */
  readonly cut?: boolean;
}
export type Handler = (asked: Asked) => Answer | Promise<Answer>;

/** The server of the page and of the API behind it: what it answers is in the hands of the test. */
export interface Site {
  readonly url: string;
  readonly asked: Asked[];
  /** `GET /requesters`; a path may end in `*`. The newest handler that fits answers. */
  on(route: string, handler: Handler): void;
  /** To everybody who listens. */
  tell(event: string, data: unknown): void;
  listeners(): number;
  /** As the page gets it; `null`: a page without a session. */
  session: Partial<ZendeskSession> | null;
  /** Bearers that are refused. */
  readonly refused: Set<string>;
  /** What `POST /zendesk/session/refresh` answers. */
  refresh: Handler;
  reset(): void;
  close(): Promise<void>;
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'";

export async function startSite(built: Built): Promise<Site> {
  const asked: Asked[] = [];
  const streams = new Set<ServerResponse>();
  let handlers: (readonly [route: string, handler: Handler])[] = [];
  let ids = 0;

  const site: Omit<Site, "url" | "close" | "listeners"> = {
    asked,
    session: {},
    refused: new Set(),
    refresh: () => ({ status: 401, body: { status: 401, detail: "over" } }),
    on: (route, handler) => {
      handlers = [[route, handler], ...handlers];
    },
    tell(event, data) {
      ids += 1;
      for (const stream of streams) {
        stream.write(`id: ${ids}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      }
    },
    reset() {
      asked.length = 0;
      site.session = {};
      site.refused.clear();
      site.refresh = () => ({ status: 401, body: { status: 401, detail: "over" } });
      handlers = usual();
      for (const stream of streams) stream.end();
    },
  };
  handlers = usual();

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://site");
    if (url.pathname.startsWith("/zendesk/assets/")) return sendFile(built, url.pathname, response);
    if (request.method === "GET" && url.pathname === "/zendesk/page")
      return sendPage(built, site.session, url, response);
    const body = await bodyOf(request);
    const one: Asked = {
      method: request.method ?? "",
      path: url.pathname.replace(/^\/api\/v1/, ""),
      query: url.searchParams,
      headers: request.headers,
      body,
    };
    const bearer = request.headers.authorization?.replace("Bearer ", "") ?? "";
    if (url.pathname === "/zendesk/session/refresh") return send(response, await site.refresh(one));
    if (site.refused.has(bearer))
      return send(response, { status: 401, body: { status: 401, detail: "expired" } });
    if (one.path === "/stream") return openStream(response, streams);
    asked.push(one);
    const wanted = `${one.method} ${one.path}`;
    const fits = ([route]: (typeof handlers)[number]) =>
      route.endsWith("*") ? wanted.startsWith(route.slice(0, -1)) : route === wanted;
    const handler =
      handlers.find(fits)?.[1] ?? (() => ({ status: 404, body: { status: 404, detail: wanted } }));
    await send(response, await handler(one));
  }
  const port = await listening(server);
  return Object.assign(site, {
    url: `http://127.0.0.1:${port}`,
    listeners: () => streams.size,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

const page = (items: readonly unknown[], next: string | null = null) => ({ body: { items, next } });

const usual = (): [string, Handler][] => [
  ["GET /requesters", () => ({ body: aRequester() })],
  ["GET /persons/u1/context", () => ({ body: aRequester() })],
  ["GET /persons/u2/context", () => ({ body: aRequester() })],
  ["GET /persons/*", () => page(aTimeline())],
  [
    "GET /accounts/acme/context",
    () => ({ body: aRequester({ person: null, personRisk: null, matchedBy: null, context: noContext }) }),
  ],
  ["GET /accounts/acme/timeline", () => page(aTimeline())],
  [
    "GET /patterns",
    () => page([aPattern(), aPattern({ id: "P-002", name: "Failed logins", message: "login-trouble" })]),
  ],
  ["GET /matches/*", () => ({ body: { revision: "mr1" } })],
  [
    "GET /risks/filters",
    () => ({
      body: {
        owners: ["dana@forestall.example", "omar@forestall.example"],
        segments: ["enterprise", "small"],
      },
    }),
  ],
  ["GET /risks", () => page([aLine(), aLine({ id: "globex", name: "Globex", score: 41, band: "watch" })])],
  ["POST /*", () => ({ body: anAction() })],
];

async function send(
  response: ServerResponse,
  { status = 200, body, after = 0, cut = false }: Answer,
): Promise<void> {
  if (after > 0) await new Promise((resolve) => setTimeout(resolve, after));
  if (cut) return void response.destroy();
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body ?? {}));
}

function openStream(response: ServerResponse, streams: Set<ServerResponse>): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(": hello\n\n");
  streams.add(response);
  response.on("close", () => streams.delete(response));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const part of request) text += part;
  return text === "" ? null : JSON.parse(text);
}

function sendFile({ read }: Built, path: string, response: ServerResponse): void {
  const type = path.endsWith(".css") ? "text/css" : "text/javascript";
  response.writeHead(200, { "content-type": type, "cache-control": "max-age=3600" });
  response.end(read(path.replace("/zendesk/", "")));
}

function sendPage(built: Built, changes: Site["session"], url: URL, response: ServerResponse): void {
  const session: ZendeskSession = {
    bearer: "first",
    expiresAt: iso(NOW + 15 * 60_000),
    sessionEndsAt: iso(NOW + 8 * 3_600_000),
    role: "agent",
    user: "77",
    host: "acme.zendesk.com",
    locale: "en",
    view: "ticket",
    apiUrl: "",
    refreshUrl: "/zendesk/session/refresh",
    ...changes,
  };
  const data = changes === null ? "" : JSON.stringify(session).replaceAll("<", "\\u003c");
  const scheme = url.searchParams.get("colorScheme") === "dark" ? "dark" : "light";
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY });
  response.end(`<!doctype html>
<html lang="en" data-scheme="${scheme}"><head><meta charset="utf-8"><title>Forestall</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
${built.styles.map((href) => `<link rel="stylesheet" href="${href}">`).join("")}
<script type="module" src="${built.script}"></script></head>
<body>${changes === null ? "" : `<script type="application/json" id="forestall-session">${data}</script>`}
<div id="root"></div></body></html>`);
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
