import type { Answer, RawRequest } from "../../integrations/contract.ts";
import { methodNotAllowed, notFound } from "../problem.ts";
import { notVerified } from "./refusals.ts";
import { JSON_TYPE, reply, replyEmpty } from "./reply.ts";
import type { Route } from "./route.ts";
import type { Connected } from "./source-book.ts";
import type { Exchange, Tools } from "./tools.ts";

type WebhookRoute = Extract<Route, { readonly kind: "webhook" | "receipts" }>;

const TAKEN: Answer = { status: 200, contentType: JSON_TYPE, body: "{}" };
const METHODS = ["POST"];

/** What vendors post: believed for its signature alone, and answered as that vendor expects. */
export function createWebhookHandler(
  tools: Tools,
): (route: WebhookRoute, exchange: Exchange) => Promise<void> {
  const { sources, perSource, bodies, limits, receiver } = tools;

  return async (route, exchange) => {
    const { request, response } = exchange;
    if (request.method === "OPTIONS") return replyEmpty(response, 204, { allow: "POST, OPTIONS" });
    const connected = await find(sources, route);
    if (connected === null) throw notFound("No such source is connected at this address.");
    const { tenant, system, id, source } = connected;
    const greeting = greet(connected, exchange, tools);
    if (greeting !== null) return send(exchange, greeting);
    if (request.method !== "POST") throw methodNotAllowed(request.method ?? "", METHODS);
    exchange.extra = {
      ...exchange.extra,
      ...perSource.take(`${tenant}/${system}/${id}/${exchange.address}`),
    };

    const body = await bodies.read(request, source.maxBytes ?? limits.webhookBytes);
    try {
      const raw = rawOf(exchange, body.bytes, tools);
      verify(connected, raw, tools);
      const sourceId = id;
      await receiver.takeOrPutAside({ ...connected, sourceId, request: raw });
      send(exchange, source.answer?.(raw) ?? TAKEN);
    } finally {
      body.release();
    }
  };
}

function find(sources: Tools["sources"], route: WebhookRoute): Promise<Connected | null> {
  if (route.kind === "receipts") return sources.receipts(route.tenant, route.system);
  return sources.webhook(route.tenant, route.system, route.id);
}

const NO_BYTES = Buffer.alloc(0);

function greet({ source }: Connected, exchange: Exchange, tools: Tools): Answer | null {
  if (source.greet === undefined) return null;
  return source.greet(rawOf(exchange, NO_BYTES, tools));
}

function rawOf({ request, headers, url }: Exchange, body: Buffer, { clock, publicUrl }: Tools): RawRequest {
  return { method: request.method ?? "", url: publicUrl() + url, headers, body, receivedAt: clock.now() };
}

/** @throws Problem 401; the reason goes to the log only */
function verify(
  { tenant, system, id, source, settings, secrets }: Connected,
  raw: RawRequest,
  tools: Tools,
): void {
  const verification = source.verify(raw, secrets, settings);
  if (verification.ok) return;
  tools.log.info(
    { tenant, system, source: id, reason: verification.reason },
    "refused an unverified ingest request",
  );
  throw notVerified();
}

function send({ request, response, extra }: Exchange, answer: Answer): void {
  reply(request, response, answer.status, answer.contentType, answer.body, extra);
}
