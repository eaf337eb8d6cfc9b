import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { sdkScript } from "./sdk.ts";
import { STAGE, type Stage } from "./stage.ts";
import { type AppKeys, createAppKeys, entryClaims, signEntry } from "./tokens.ts";

export { STAGE, type Stage, type StageTicket, type StageUser } from "./stage.ts";
export { type AppKeys, createAppKeys, entryClaims, signEntry } from "./tokens.ts";

/**
 * Stands in for Zendesk: a page around a ticket, on an origin of its own, that loads the app as Zendesk does (a signed
 * form post into a frame) and speaks the protocol of Zendesk's SDK with it.
 *
 *     /agent/tickets/<id>          ticket sidebar
 *     /agent/users/<id>            user sidebar
 *     /agent/apps/forestall/<path> the page behind the icon in the navigation bar
 *
 * In the address: `scheme=dark`, `width=320`, `latency=<ms>` of every answer, `fail=<path>` (several) to answer a path
 * with an error, `handshake=never|<ms>` for no or a late one, `role=admin`, `bare=1` to leave the controls out.
 * The page's `window.host` does the same while it is open, and keeps a log of every message: see page/host.js.
 */
export interface ZendeskHost {
  /** `http://localhost:<port>`: another origin than the app's, which is served on 127.0.0.1. */
  readonly origin: string;
  /** Where the SDK is served, in place of Zendesk's own address. */
  readonly sdkUrl: string;
  readonly keys: AppKeys;
  readonly stage: Stage;
  close(): Promise<void>;
}

export interface ZendeskHostOptions {
  /** Where Forestall is served, such as `http://127.0.0.1:3000`; asked for at each load. */
  appUrl(): string;
  readonly stage?: Stage;
  readonly keys?: AppKeys;
  readonly port?: number;
  /** The moment tokens are signed at. */
  readonly now?: () => number;
}

const PAGE = join(import.meta.dirname, "page");

export async function startZendeskHost(options: ZendeskHostOptions): Promise<ZendeskHost> {
  const { stage = STAGE, keys = createAppKeys(), now = Date.now } = options;
  const server = createServer((request, response) => {
    answer({ ...options, stage, keys, now }, request, response).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    sdkUrl: `${origin}/sdk.js`,
    keys,
    stage,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

type Served = Required<Pick<ZendeskHostOptions, "appUrl" | "stage" | "keys" | "now">>;

async function answer(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const send = (type: string, body: string, status = 200) =>
    response
      .writeHead(status, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" })
      .end(body);
  if (url.pathname === "/")
    return void response.writeHead(302, { location: firstTicket(served.stage) }).end();
  if (url.pathname === "/sdk.js") return void send("text/javascript", await sdkScript());
  if (url.pathname === "/host.js")
    return void send("text/javascript", readFileSync(join(PAGE, "host.js"), "utf8"));
  if (url.pathname === "/host.css")
    return void send("text/css", readFileSync(join(PAGE, "host.css"), "utf8"));
  if (url.pathname === "/token") return void send("text/plain", await tokenFor(served, url.searchParams));
  if (url.pathname.startsWith("/agent/")) return void send("text/html", pageFor(served));
  send("text/plain", "Nothing here.", 404);
}

const firstTicket = ({ tickets }: Stage) => `/agent/tickets/${tickets[0]?.id ?? 1}`;

const LOCATIONS = ["ticket_sidebar", "new_ticket_sidebar", "user_sidebar", "nav_bar"] as const;

/** A fresh one for each load, as Zendesk makes them. */
function tokenFor({ stage, keys, now }: Served, query: URLSearchParams): Promise<string> {
  const location = LOCATIONS.find((each) => each === query.get("location")) ?? "ticket_sidebar";
  const { subdomain, installation, agent } = stage;
  const role = query.get("role") === "admin" || agent.role === "admin" ? "admin" : "agent";
  return signEntry(
    keys,
    entryClaims({ subdomain, installation, user: agent.id, role, location, now: now() }),
  );
}

function pageFor({ appUrl, stage }: Served): string {
  const data = JSON.stringify({ appUrl: appUrl(), ...stage }).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Support</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/host.css">
</head>
<body>
<script type="application/json" id="stage">${data}</script>
<script type="module" src="/host.js"></script>
</body>
</html>
`;
}
