import express, { type Request, type RequestHandler, type Response, Router } from "express";
import type { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import { Problem } from "../../lib/errors.ts";
import { actorOf, authenticate, authorize, type Caller, type TokenBook } from "../auth.ts";
import { openApiDocument } from "../openapi.ts";
import { invalid, invalidPart, methodNotAllowed, unsupportedMedia } from "../problem.ts";
import { createLimiter, type Quota } from "../rate-limit.ts";
import type { AnyRoute, Call } from "./route.ts";
import { idText } from "./schemas.ts";

/** Agents of one tenant share a token, and the people of one office an address: both quotas are for many at once. */
export const QUOTAS = {
  token: { name: "token", requests: 6_000, windowS: 60 },
  address: { name: "address", requests: 6_000, windowS: 60 },
  /** Refused tokens per address: what guessing is held to. */
  refused: { name: "refused", requests: 30, windowS: 60 },
} as const satisfies Record<string, Quota>;

export type Quotas = { readonly [name in keyof typeof QUOTAS]: Quota };

export interface RouterOptions {
  readonly routes: readonly AnyRoute[];
  readonly tokens: TokenBook;
  readonly clock: Clock;
  readonly version: string;
  readonly quotas?: Quotas;
}

const BODY_LIMIT = "64kb";

export function apiRouter(options: RouterOptions): Router {
  const router = Router({ caseSensitive: true });
  const admit = doorkeeper(options);
  // Made when it is first asked for: it takes longer than everything else that a start of the API does.
  let document: string | undefined;
  router.get("/openapi.json", (_request, response) => {
    document ??= JSON.stringify(openApiDocument(options.routes, options.version));
    response.type("application/json").send(document);
  });
  router.all("/openapi.json", otherMethods(["GET", "HEAD"]));
  for (const route of options.routes) {
    router[route.method](pathsOf(route), admit(route), jsonBody(route), answer(route, options.clock));
  }
  for (const [path, methods] of methodsByPath(options.routes)) router.all(path, otherMethods(methods));
  return router;
}

function methodsByPath(routes: readonly AnyRoute[]): ReadonlyMap<string, readonly string[]> {
  const byPath = new Map<string, string[]>();
  for (const route of routes) {
    for (const path of pathsOf(route)) {
      const methods = byPath.get(path) ?? [];
      methods.push(...(route.method === "get" ? ["GET", "HEAD"] : ["POST"]));
      byPath.set(path, methods);
    }
  }
  return byPath;
}

function pathsOf({ path, formerly }: AnyRoute): string[] {
  return formerly === undefined ? [path] : [path, formerly];
}

function otherMethods(methods: readonly string[]): RequestHandler {
  const allow = [...methods, "OPTIONS"];
  return (request, response) => {
    if (request.method !== "OPTIONS") throw methodNotAllowed(request.method, allow);
    response.set("allow", allow.join(", ")).status(204).end();
  };
}

/** Who may come in: token known and alive, not too often, and with a role that may use this address. */
function doorkeeper({ tokens, clock, quotas = QUOTAS }: RouterOptions) {
  const byToken = createLimiter(quotas.token, clock);
  const byAddress = createLimiter(quotas.address, clock);
  const refused = createLimiter(quotas.refused, clock);
  return (route: AnyRoute): RequestHandler =>
    async (request, response, next) => {
      response.set("cache-control", "no-store");
      // `ip` follows the `trust proxy` setting: a header from a stranger has no effect on it.
      const address = request.ip ?? "unknown";
      refused.check(address);
      response.set(byAddress.take(address));
      const row = await authenticate(request.headers.authorization, tokens, clock.now()).catch((error) => {
        if (error instanceof Problem) refused.take(address);
        throw error;
      });
      response.set(byToken.take(`${row.tenant}\u0000${row.id}`));
      authorize(row, route.roles);
      response.locals.token = row;
      next();
    };
}

/** JSON is always UTF-8 (RFC 8259); the parser would take others, such as UTF-7, too. */
const JSON_IN_UTF8 = /^application\/([\w.-]+\+)?json *(; *charset *= *"?utf-8"? *)?;? *$/i;
const parseJson = express.json({ limit: BODY_LIMIT, type: () => true });

/** Bodies are read only of those who were let in. */
function jsonBody(route: AnyRoute): RequestHandler {
  return (request, response, next) => {
    if (route.method === "get") return next();
    const { "content-type": type, "content-length": length, "transfer-encoding": chunked } = request.headers;
    const empty = chunked === undefined && (length === undefined || length === "0");
    if (!empty && !JSON_IN_UTF8.test(type ?? "")) throw unsupportedMedia();
    parseJson(request, response, next);
  };
}

function answer(route: AnyRoute, clock: Clock): RequestHandler {
  return async (request, response) => {
    const call = callOf(route, request, response, clock.now());
    if (route.kind === "stream") return route.open(call, response);
    const { body, status = 200, headers = {}, revision } = await route.handle(call);
    response.set(headers);
    if (revision !== undefined) response.set("etag", `"${revision}"`);
    response.status(status).json(body);
  };
}

/** @throws Problem 400 naming the part that is wrong */
function callOf(route: AnyRoute, request: Request, response: Response, now: number): Call<unknown, unknown> {
  const token = response.locals.token as Caller;
  const query = parsed("query", route.query, request.query);
  const body =
    route.kind === "json" && route.body !== null ? parsed("body", route.body, request.body ?? {}) : null;
  const id = request.params.id === undefined ? "" : parsed("path.id", idText, request.params.id);
  return {
    tenant: token.tenant,
    token,
    actor: actorOf(token, headerText(request, "forestall-actor") ?? actorIn(body)),
    id,
    query,
    body,
    ifMatch: revisionIn(request.get("if-match")),
    idempotencyKey: headerText(request, "idempotency-key") ?? null,
    lastEventId: headerText(request, "last-event-id") ?? null,
    now,
  };
}

function parsed<Schema extends z.ZodType>(part: string, schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidPart(part, result.error);
  return result.data;
}

/** Node reads header bytes as Latin-1; names are sent in UTF-8. */
function headerText(request: Request, name: string): string | undefined {
  const value = request.get(name);
  if (value === undefined || value === "") return undefined;
  const text = Buffer.from(value, "latin1").toString("utf8");
  if (text.length > 255) throw invalid(`The header ${name} may hold 255 characters at most.`);
  return text.includes("\ufffd") ? value : text;
}

function actorIn(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("actor" in body)) return undefined;
  return typeof body.actor === "string" ? body.actor : undefined;
}

function revisionIn(ifMatch: string | undefined): string | null {
  if (ifMatch === undefined || ifMatch.trim() === "*") return null;
  const found = /^(?:W\/)?"?([\w-]{1,64})"?$/.exec(ifMatch.trim());
  if (found?.[1] === undefined) throw invalid('If-Match has to be one ETag, as it was sent, such as "3".');
  return found[1];
}
