import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { JWTPayload } from "jose";
import { onTestFinished } from "vitest";
import { zendeskPages } from "../../../server/app/zendesk.ts";
import type { Opened } from "../../../server/app.ts";
import {
  type AppKeys,
  createAppKeys,
  type EntryWish,
  entryClaims,
  signEntry,
} from "../../../server/demo/zendesk-host/tokens.ts";
import { createApi } from "../../../server/http/api/index.ts";
import { problem, zendeskRefresh, zendeskSession } from "../../../server/http/api/replies.ts";
import { createApp } from "../../../server/http/app.ts";
import type { ZendeskRefresh, ZendeskSession } from "../../../server/http/wire.ts";
import { silentLogger } from "../../../server/lib/log.ts";
import { anAdminWorld, BY } from "../../admin/world.ts";
import type { FakeClock } from "../../fake-clock.ts";
import { adminOf } from "../../support/acting.ts";
import { aBundle } from "./bundle.ts";

/** Making a pair of RSA keys takes a while: one for all tests of a file. */
const keys = createAppKeys();

export const HOST = "acme.zendesk.com";
export const WISH: Omit<EntryWish, "now"> = {
  subdomain: "acme",
  installation: 4711,
  user: 31,
  location: "ticket_sidebar",
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the page found in its session element; null on every other page. */
  readonly session: ZendeskSession | null;
}

export interface ZendeskWorld {
  readonly app: Opened;
  readonly clock: FakeClock;
  readonly keys: AppKeys;
  readonly origin: string;
  claims(changes?: Partial<EntryWish>): JWTPayload;
  /** A token of the app, with claims changed. */
  token(changes?: JWTPayload, wish?: Partial<EntryWish>): Promise<string>;
  /** Loads a page as Zendesk does: a form post. */
  load(token: string, view?: string, query?: string): Promise<Answer>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  pair(tenant?: string): Promise<Answer>;
  refresh(bearer: string): Promise<{ status: number; body: ZendeskRefresh & { readonly reason?: string } }>;
  api(bearer: string, line: string, init?: RequestInit): Promise<{ status: number; body: unknown }>;
}

export const QUERY = `?origin=https://${HOST}&app_guid=guid-1&colorScheme=light`;

export async function aZendeskWorld(
  options: { readonly keys?: readonly string[] } = {},
): Promise<ZendeskWorld> {
  const { app, clock } = await anAdminWorld();
  const served = { ...app, config: { ...app.config, zendeskKeys: options.keys ?? [keys.publicPem] } };
  const zendesk = zendeskPages(served, { builtIn: aBundle() });
  const { store, pipeline, actions } = app;
  const api = createApi({
    deps: { store, pipeline, clock, actions, render: async () => null },
    tokens: zendesk.sessions.with(app.tokenBook),
    timers: clock,
    version: "test",
  });
  const server = createServer(
    createApp({
      mounts: [
        { path: "/api/v1", handler: api.router },
        { path: "/zendesk", handler: zendesk.router },
      ],
      log: silentLogger,
      trustProxy: false,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    api.live.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const post: ZendeskWorld["post"] = async (path, fields, headers = {}) => {
    const body = new URLSearchParams(fields);
    const response = await fetch(`${origin}/zendesk/${path}`, { method: "POST", body, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, session: sessionIn(text) };
  };
  const world: ZendeskWorld = {
    app,
    clock,
    keys,
    origin,
    claims: (changes = {}) => entryClaims({ ...WISH, ...changes, now: clock.now() }),
    token: (changes = {}, wish = {}) => signEntry(keys, { ...world.claims(wish), ...changes }),
    load: (token, view = "ticket", query = QUERY) => post(`${view}${query}`, { token }),
    post,
    async pair(tenant = "acme") {
      const { code } = await adminOf(app).pairZendesk(tenant, {}, BY);
      const form = await world.load(await world.token());
      return post(`pair${QUERY}`, { state: stateIn(form.text), code });
    },
    async refresh(bearer) {
      const headers = { authorization: `Bearer ${bearer}` };
      const response = await fetch(`${origin}/zendesk/session/refresh`, { method: "POST", headers });
      const body = await response.json();
      (response.ok ? zendeskRefresh : problem).parse(body);
      return { status: response.status, body };
    },
    async api(bearer, line, init = {}) {
      const [method = "GET", path = ""] = line.split(" ");
      const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
      const response = await fetch(`${origin}/api/v1${path}`, { method, headers, ...init });
      return { status: response.status, body: await response.json() };
    },
  };
  return world;
}

export function sessionIn(text: string): ZendeskSession | null {
  const found = /<script type="application\/json" id="forestall-session">(.*?)<\/script>/s.exec(text);
  return found?.[1] === undefined ? null : zendeskSession.parse(JSON.parse(found[1]));
}

export function stateIn(text: string): string {
  return /name="state" value="([^"]+)"/.exec(text)?.[1] ?? "";
}
