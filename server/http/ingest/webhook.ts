import type { Answer, RawRequest } from "../../integrations/contract.ts";
import { methodNotAllowed, notFound } from "../problem.ts";
import { notVerified } from "./refusals.ts";
import { JSON_TYPE, reply, replyEmpty } from "./reply.ts";
import type { Route } from "./route.ts";
import type { Connected } from "./source-book.ts";
import type { Tools, Visit } from "./tools.ts";

type WebhookRoute = Extract<Route, { readonly kind: "webhook" | "receipts" }>;

const TAKEN: Answer = { status: 200, contentType: JSON_TYPE, body: "{}" };
const METHODS = ["POST"];

/** What vendors post: believed for its signature alone, and answered as that vendor expects. */
export function createWebhookHandler(tools: Tools): (route: WebhookRoute, visit: Visit) => Promise<void> {
  const { sources, perSource, bodies, limits, receiver } = tools;

  return async (route, visit) => {
    const { request, response } = visit;
    if (request.method === "OPTIONS") return replyEmpty(response, 204, { allow: "POST, OPTIONS" });
    const connected = await find(sources, route);
    if (connected === null) throw notFound("No such source is connected at this address.");
    const { tenant, system, id, source } = connected;
    const greeting = greet(connected, visit, tools);
    if (greeting !== null) return send(visit, greeting);
    if (request.method !== "POST") throw methodNotAllowed(request.method ?? "", METHODS);
    visit.extra = { ...visit.extra, ...perSource.take(`${tenant}/${system}/${id}/${visit.address}`) };

    const body = await bodies.read(request, source.maxBytes ?? limits.webhookBytes);
    try {
      const raw = rawOf(visit, body.bytes, tools);
      verify(connected, raw, tools);
      const sourceId = id;
      await receiver.takeOrPutAside({ ...connected, sourceId, request: raw });
      send(visit, source.answer?.(raw) ?? TAKEN);
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

function greet({ source }: Connected, visit: Visit, tools: Tools): Answer | null {
  if (source.greet === undefined) return null;
  return source.greet(rawOf(visit, NO_BYTES, tools));
}

function rawOf({ request, headers, url }: Visit, body: Buffer, { clock, publicUrl }: Tools): RawRequest {
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
    "refused an unverified delivery",
  );
  throw notVerified();
}

function send({ request, response, extra }: Visit, answer: Answer): void {
  reply(request, response, answer.status, answer.contentType, answer.body, extra);
}
