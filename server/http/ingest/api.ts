import type { Taken } from "../../flow/receive.ts";
import type { RawRequest, Settings } from "../../integrations/contract.ts";
import { at, text } from "../../lib/foreign.ts";
import type { TokenRow } from "../../store/contract.ts";
import { whyDead } from "../auth.ts";
import { forbidden, methodNotAllowed, unauthorized } from "../problem.ts";
import { tooLarge, unreadable, wrongMedia } from "./refusals.ts";
import { JSON_TYPE, reply, replyEmpty } from "./reply.ts";
import type { Route } from "./route.ts";
import type { Exchange, Tools } from "./tools.ts";

type ApiRoute = Extract<Route, { readonly kind: "events" | "segment" }>;

const SUCCESS = '{"success":true}';
const METHODS = ["POST"];
/** Browsers may post from any page; what they may say is limited by the token, not by the page. */
const ANY_PAGE = { "access-control-allow-origin": "*" };
const PREFLIGHT = {
  ...ANY_PAGE,
  allow: "POST, OPTIONS",
  "access-control-allow-methods": "POST",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-max-age": "600",
};

/** Our own format on `/v1/events`, and Segment's calls beside it: believed for the token. */
export function createApiHandler(tools: Tools): (route: ApiRoute, exchange: Exchange) => Promise<void> {
  const { bodies, limits, integrations, clock, receiver, pipeline } = tools;
  const mostEvents = limits.batchEvents;
  const sources = {
    events: integrations.get("cloudevents")?.source,
    segment: integrations.get("segment")?.source,
  };

  return async (route, exchange) => {
    const { request, response, headers } = exchange;
    const isSegment = route.kind === "segment";
    if (isSegment && headers.origin !== undefined) exchange.extra = { ...exchange.extra, ...ANY_PAGE };
    if (request.method === "OPTIONS") {
      return replyEmpty(response, 204, isSegment ? PREFLIGHT : { allow: "POST, OPTIONS" });
    }
    if (request.method !== "POST") throw methodNotAllowed(request.method ?? "", METHODS);
    const media = checkMedia(route, headers["content-type"]);
    const shown = tokenIn(headers.authorization, isSegment);
    const early = shown === null ? null : await admit(shown, route, exchange, tools);

    // Where too much waits already, reading one more body would only make it worse.
    const refusal = pipeline.refusal();
    if (refusal !== null) throw refusal;
    const body = await bodies.read(request, isLarge(route, media) ? limits.batchBytes : limits.singleBytes);
    try {
      const token = early ?? (await admit(writeKeyIn(body.bytes), route, exchange, tools));
      checkSingle(route, media, body.bytes, limits.singleBytes);
      const source = sources[route.kind];
      if (source === undefined) throw new TypeError(`no integration reads ${route.kind}`);
      const raw: RawRequest = {
        method: "POST",
        url: exchange.url,
        headers,
        body: body.bytes,
        receivedAt: clock.now(),
      };
      const settings = isSegment ? await dictionaryOf(token.tenant, tools) : {};
      const taken = await receiver.take({ ...arrivalOf(route, token, raw), source, settings, mostEvents });
      if (isSegment) reply(request, response, 200, JSON_TYPE, SUCCESS, exchange.extra);
      else reply(request, response, 202, JSON_TYPE, resultOf(taken), exchange.extra);
    } finally {
      body.release();
    }
  };
}

/** A tenant that also connected Segment's webhooks has its own names of events there. */
async function dictionaryOf(tenant: string, { sources }: Tools): Promise<Settings> {
  return (await sources.webhook(tenant, "segment", null))?.settings ?? {};
}

/** @throws Problem 403 when a browser brings a backfill */
function arrivalOf(route: ApiRoute, token: TokenRow, request: RawRequest) {
  const system = route.kind === "events" ? "cloudevents" : "segment";
  const backfill = request.headers["forestall-backfill"] === "1";
  const isPublic = token.role === "public";
  if (backfill && isPublic) throw forbidden(token.role, ["write"]);
  return { tenant: token.tenant, system, sourceId: "default", request, backfill, public: isPublic };
}

function resultOf({ accepted, duplicates, rejected }: Taken): string {
  return JSON.stringify({ accepted, duplicates, rejected });
}

// ---- the body

const EVENT = "application/cloudevents+json";
const BATCH = "application/cloudevents-batch+json";
const JSON_MEDIA = "application/json";
/** Browsers send text to spare themselves a preflight request. */
const SEGMENT_MEDIA = new Set([JSON_MEDIA, "text/plain"]);

/** @throws Problem 415 */
function checkMedia(route: ApiRoute, type: string | undefined): string {
  const semicolon = type?.indexOf(";") ?? -1;
  const media = (semicolon === -1 ? (type ?? "") : (type ?? "").slice(0, semicolon)).trim().toLowerCase();
  if (route.kind === "segment") {
    if (media === "" || SEGMENT_MEDIA.has(media)) return media;
    throw wrongMedia("Send the call as application/json.");
  }
  if (media === EVENT || media === BATCH || media === JSON_MEDIA) return media;
  throw wrongMedia(`Send one event as ${EVENT}, or several as ${BATCH}.`);
}

function isLarge(route: ApiRoute, media: string): boolean {
  return route.kind === "segment" ? route.batch : media !== EVENT;
}

const OPEN_LIST = 0x5b;

/** Plain `application/json` may hold one event or many; which it was shows in its first character. @throws Problem 413 */
function checkSingle(route: ApiRoute, media: string, bytes: Buffer, most: number): void {
  if (route.kind !== "events" || media !== JSON_MEDIA || bytes.length <= most) return;
  let i = 0;
  while (i < bytes.length && (bytes[i] ?? 0) <= 0x20) i++;
  if (bytes[i] !== OPEN_LIST) throw tooLarge(`A single event may hold ${most} bytes at most.`, most);
}

// ---- the token

/** The token in the header, null when there is none and the body may hold it. @throws Problem 401 */
function tokenIn(authorization: string | undefined, isSegment: boolean): string | null {
  if (authorization === undefined) {
    if (isSegment) return null;
    throw unauthorized("Send a token: `Authorization: Bearer <write token>`.");
  }
  const [, scheme = "", value = ""] =
    /^(Basic|Bearer) +([A-Za-z0-9._~+/=-]{8,1024})$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme !== "" && isSegment) return userIn(value);
  throw unauthorized(
    isSegment
      ? "Send the write token as the user name of Basic authentication, with an empty password."
      : "The header Authorization has to read `Bearer <write token>`.",
  );
}

/** The user name of Basic authentication; Segment's libraries leave the password empty. */
function userIn(value: string): string {
  const decoded = Buffer.from(value, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon === -1 ? decoded : decoded.slice(0, colon);
}

const MOST_TOKEN = 512;

/** Segment's browser library puts the key into the body. */
function writeKeyIn(bytes: Buffer): string {
  let key: string | undefined;
  try {
    key = text(at(JSON.parse(bytes.toString("utf8")), "writeKey"), MOST_TOKEN);
  } catch {
    throw unreadable("the body is not JSON");
  }
  if (key === undefined) throw unauthorized("Send the write token as the user name of Basic authentication.");
  return key;
}

/** @throws Problem 401, 403, 429 */
async function admit(shown: string, route: ApiRoute, exchange: Exchange, tools: Tools): Promise<TokenRow> {
  const row = shown.length > MOST_TOKEN ? undefined : await tools.tokens.find(shown);
  if (row === undefined) throw unauthorized("This token is not known.", "invalid_token");
  const dead = whyDead(row, tools.clock.now());
  if (dead !== null) throw unauthorized(dead, "invalid_token");
  const isPublic = row.role === "public";
  if (row.role !== "write" && !(isPublic && route.kind === "segment")) throw forbidden(row.role, ["write"]);
  const limit = isPublic
    ? tools.perPublicToken.take(`${row.id}/${exchange.address}`)
    : tools.perToken.take(row.id);
  exchange.extra = { ...exchange.extra, ...limit };
  return row;
}
