import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { Refusal } from "../../actions/refusal.ts";
import { Overloaded } from "../../flow/contract.ts";
import type { Clock } from "../../lib/clock.ts";
import { Problem } from "../../lib/errors.ts";
import type { Html } from "../../lib/html.ts";
import type { Logger } from "../../lib/log.ts";
import { StoreUnavailable } from "../../store/contract.ts";
import { createLimiter, type Quota } from "../rate-limit.ts";
import type { PageFacts } from "./facts.ts";
import { styleFor } from "./style.ts";
import { type Wrong, wrongPage } from "./view.ts";

/* How the person's pages answer: headers, limits, and what is said when something is wrong. */

const WRONG_STATUS: { readonly [wrong in Wrong]: number } = {
  bad: 404,
  gone: 410,
  busy: 503,
  many: 429,
  invalid: 400,
  elsewhere: 403,
  broken: 500,
};

/** Of one address. */
export const REQUESTS_PER_MINUTE = 60;

/** The request cannot be done; what is wrong is said on a page. */
export class WrongTurn extends Error {
  override readonly name = "WrongTurn";
  readonly wrong: Wrong;
  constructor(wrong: Wrong) {
    super(wrong);
    this.wrong = wrong;
  }
}

/** Nothing is kept by browsers and proxies, or found by search engines; so many requests of an address in a minute. */
export function guarded(name: string, requests: number, clock: Clock): RequestHandler {
  const quota: Quota = { name, requests, windowS: 60 };
  const limiter = createLimiter(quota, clock);
  return (request, response, next) => {
    response.set({ "cache-control": "no-store", "x-robots-tag": "noindex, nofollow" });
    response.set(limiter.take(request.ip ?? "unknown"));
    next();
  };
}

export function send(response: Response, facts: PageFacts | null, page: Html, status = 200): void {
  const logo = facts?.logoUrl ?? null;
  const policy = [
    "default-src 'none'",
    `style-src ${styleFor(facts?.color ?? "").source}`,
    `img-src ${logo === null ? "'none'" : new URL(logo).origin}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  response.set("content-security-policy", policy.join(";"));
  response.status(status).type("html").send(page.toString());
}

export function sendWrong(response: Response, wrong: Wrong): void {
  send(response, null, wrongPage(wrong), WRONG_STATUS[wrong]);
}

export function wrongHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const wrong = wrongOf(error);
    if (wrong === "broken")
      log.error({ err: error, request: response.locals.requestId }, "a person's page failed");
    if (wrong === "busy" || wrong === "many") response.set("retry-after", "60");
    sendWrong(response, wrong);
  };
}

function wrongOf(error: unknown): Wrong {
  if (error instanceof WrongTurn) return error.wrong;
  if (error instanceof Refusal) return "invalid";
  if (error instanceof Overloaded || error instanceof StoreUnavailable) return "busy";
  if (error instanceof Problem && error.status === 429) return "many";
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" && status >= 400 && status < 500 ? "invalid" : "broken";
}
