import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import express, { type Express, type Request, type Response } from "express";
import { html } from "../../lib/html.ts";
import { fromThisPage, onThisMachine } from "../this-machine.ts";
import { sdkScript } from "./sdk.ts";
import type { Stage } from "./stage.ts";
import { type AppKeys, createAppKeys, entryClaims, signEntry } from "./tokens.ts";

export type { Stage, StageTicket, StageUser } from "./stage.ts";
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
  close(): Promise<void>;
}

export interface ZendeskHostOptions {
  /** Where Forestall is served, such as `http://127.0.0.1:3000`; asked for at each load. */
  appUrl(): string;
  /** Asked for at each load; null while there is nothing to show yet. */
  stage(): Stage | null | Promise<Stage | null>;
  readonly keys?: AppKeys;
  readonly port?: number;
  /** The moment tokens are signed at. */
  readonly now?: () => number;
  /** Lets something go wrong for this user of the stage, if they are known; the page has a button for it. */
  readonly trouble?: (user: number) => Promise<boolean>;
}

export async function startZendeskHost(options: ZendeskHostOptions): Promise<ZendeskHost> {
  const { keys = createAppKeys(), now = Date.now } = options;
  const server = createServer(pagesOf({ ...options, keys, now }));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    sdkUrl: `${origin}/sdk.js`,
    keys,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

type Served = ZendeskHostOptions & Required<Pick<ZendeskHostOptions, "keys" | "now">>;

/** Whoever reads a token is an agent of this Zendesk, so no other machine and no other site may. */
function pagesOf(served: Served): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(onThisMachine, (_request, response, next) => {
    response.set({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    next();
  });
  app.use("/page", express.static(join(import.meta.dirname, "page"), { cacheControl: false }));
  app.get("/sdk.js", (_request, response) => {
    response.set("cache-control", "max-age=3600").type("js").send(sdkScript());
  });
  app.get("/token", async (request, response) => {
    const stage = await served.stage();
    if (stage === null) return notYet(response);
    response.type("text").send(await tokenFor(served, stage, request));
  });
  app.get("/hints", async (_request, response) => {
    const { tickets } = (await served.stage()) ?? { tickets: [] };
    response.json(Object.fromEntries(tickets.map(({ id, hint = "" }) => [id, hint])));
  });
  app.post("/trouble/:user", fromThisPage, async (request, response) => {
    response.json({ done: (await served.trouble?.(Number(request.params.user))) === true });
  });
  app.get("/", async (_request, response) => {
    const stage = await served.stage();
    if (stage === null) return notYet(response);
    response.redirect(`/agent/tickets/${stage.tickets[0]?.id ?? 1}`);
  });
  app.get("/agent/*path", async (_request, response) => {
    const stage = await served.stage();
    if (stage === null) return notYet(response);
    showPage(served, stage, response);
  });
  return app;
}

function notYet(response: Response): void {
  response.status(503).type("text").send("There are no tickets yet: load this page again in a moment.\n");
}

const LOCATIONS = ["ticket_sidebar", "new_ticket_sidebar", "user_sidebar", "nav_bar"] as const;

/** A fresh one for each load, as Zendesk makes them. */
function tokenFor({ keys, now }: Served, stage: Stage, { query }: Request): Promise<string> {
  const location = LOCATIONS.find((each) => each === query.location) ?? "ticket_sidebar";
  const { subdomain, installation, agent } = stage;
  const role = query.role === "admin" || agent.role === "admin" ? "admin" : "agent";
  return signEntry(
    keys,
    entryClaims({ subdomain, installation, user: agent.id, role, location, now: now() }),
  );
}

function showPage({ appUrl, trouble }: Served, stage: Stage, response: Response): void {
  const told = { appUrl: appUrl(), ...stage, trouble: trouble !== undefined };
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Support</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page/host.css">
</head>
<body data-stage="${JSON.stringify(told)}">
<script type="module" src="/page/host.js"></script>
</body>
</html>
`;
  response.type("html").send(page.toString());
}
