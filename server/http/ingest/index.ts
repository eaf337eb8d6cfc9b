/**
 * The fast path in: everything under `/v1`, `/webhooks` and `/receipts`, in front of Express on the same server. The
 * order is the same everywhere: where from, how often, who, how large, is it true, take it, answer.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createReceiver, TooMany } from "../../flow/receive.ts";
import { Unreadable } from "../../integrations/contract.ts";
import type { Problem } from "../../lib/errors.ts";
import { asProblem, notFound, unavailable } from "../problem.ts";
import { createLimiter } from "../rate-limit.ts";
import { clientAddress } from "./address.ts";
import { createApiHandler } from "./api.ts";
import { createBodyReader, discard, Gone } from "./body.ts";
import { type IngestLimits, LIMITS } from "./limits.ts";
import { tooLarge, unreadable } from "./refusals.ts";
import { headersOf, replyProblem } from "./reply.ts";
import { originForm, type Route, routeOf } from "./route.ts";
import type { Exchange, IngestDeps, Tools } from "./tools.ts";
import { createWebhookHandler } from "./webhook.ts";

export { type IngestLimits, LIMITS, SERVER_OPTIONS } from "./limits.ts";
export { createSourceBook, type SourceBook } from "./source-book.ts";
export type { IngestDeps } from "./tools.ts";

/**
 * @returns a handler that answers whether the request is its own. What it answers true to, it ends; it never throws.
 */
export function createIngest(
  deps: IngestDeps,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const limits = { ...LIMITS, ...deps.limits };
  const tools: Tools = {
    ...deps,
    limits,
    receiver: createReceiver(deps),
    bodies: createBodyReader(limits, deps.clock),
    perToken: createLimiter(limits.token, deps.clock),
    perPublicToken: createLimiter(limits.publicToken, deps.clock),
    perSource: createLimiter(limits.source, deps.clock),
  };
  const perAddress = createLimiter(limits.address, deps.clock);
  const addressOf = clientAddress(deps.trustProxy);
  const takeApi = createApiHandler(tools);
  const takeWebhook = createWebhookHandler(tools);

  const take = async (route: Route, exchange: Exchange): Promise<void> => {
    exchange.extra = { ...exchange.extra, ...perAddress.take(exchange.address) };
    if (route.kind === "nothing") throw notFound("Nothing takes events at this address.");
    if (route.kind === "events" || route.kind === "segment") await takeApi(route, exchange);
    else await takeWebhook(route, exchange);
  };

  return (request, response) => {
    const url = originForm(request.url ?? "/");
    const route = routeOf(url);
    if (route === null) return false;
    const headers = headersOf(request.rawHeaders);
    const address = addressOf(request.socket.remoteAddress, headers["x-forwarded-for"]);
    const exchange: Exchange = { request, response, headers, url, address, extra: {} };
    take(route, exchange)
      .catch((error: unknown) => refuse(error, exchange, tools))
      .finally(() => deps.count?.(route.kind, response.statusCode));
    return true;
  };
}

function refuse(error: unknown, exchange: Exchange, { limits, clock, log }: Tools): void {
  const { request, response } = exchange;
  if (error instanceof Gone) {
    response.destroy();
    return;
  }
  const problem = problemOf(error, limits);
  if (problem.status >= 500)
    log.error({ err: problem.cause ?? error }, "an ingest request could not be taken");
  replyProblem(request, response, problem, exchange.extra);
  discard(request, limits, clock);
}

/** Some senders never repeat what got a 500, so whatever we do not know is "not now". */
function problemOf(error: unknown, limits: IngestLimits): Problem {
  if (error instanceof Unreadable) return unreadable(error.message);
  if (error instanceof TooMany) {
    return tooLarge(`At most ${limits.batchEvents} events fit into one request.`, limits.batchEvents);
  }
  const problem = asProblem(error);
  return problem.status === 500
    ? unavailable("The server cannot take this now; send it again.", 5, error)
    : problem;
}
