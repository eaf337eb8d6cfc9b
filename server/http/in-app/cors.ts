import type { Request, Response } from "express";
import { Problem } from "../../lib/errors.ts";

const HEADERS = "authorization, content-type, forestall-identity, forestall-session";

/** May any page ask whether it may ask? Yes: the answer says nothing, and the question comes without a token. */
export function preflight(response: Response): void {
  response.set({
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": HEADERS,
    "access-control-max-age": "7200",
    vary: "origin",
  });
  response.status(204).end();
}

/**
 * Lets the tenant's own pages read the answer, and no other page even ask. A request without `Origin` does not come
 * from a page. Nothing here rests on cookies, so this protects the tenant's customers from pages that borrow its
 * public token.
 * @throws Problem 403
 */
export function allowOrigin(request: Request, response: Response, origins: readonly string[]): void {
  response.vary("origin");
  const origin = request.get("origin");
  if (origin === undefined) return;
  if (!origins.includes(origin)) {
    throw new Problem({
      status: 403,
      type: "origin-not-allowed",
      title: "This page may not ask for messages",
      detail: `Add the page's origin to the origins of the in-app channel; it said ${JSON.stringify(origin.slice(0, 200))}.`,
    });
  }
  response.set({
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "retry-after, ratelimit, ratelimit-policy",
  });
}
