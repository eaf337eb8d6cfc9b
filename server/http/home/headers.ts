import type { RequestHandler, Response } from "express";
import type { Html } from "../../lib/html.ts";

/** What the page may do: load its own style and script, read its own stream, show messages in frames of its own. */
export const PAGE_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A message in its frame: it may look as it likes, and do nothing at all. */
export const PREVIEW_CSP = [
  "sandbox allow-popups",
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

export function sendPage(response: Response, page: Html, status = 200): void {
  response.set({ "content-security-policy": PAGE_CSP, "cache-control": "no-store" });
  response.status(status).type("html").send(page.toString());
}

/** A part of the page, for its own script. */
export function sendPart(response: Response, part: Html): void {
  sendPage(response, part);
}

export function sendPreview(response: Response, markup: string): void {
  response.set({
    "content-security-policy": PREVIEW_CSP,
    "x-frame-options": "SAMEORIGIN",
    "cache-control": "no-store",
  });
  response.type("html").send(markup);
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Only pages of this machine by their own name: a foreign site whose name is made to point here must not read what
 * is shown, even though it is invented.
 */
export const onThisMachine: RequestHandler = (request, response, next) => {
  if (LOOPBACK.test(request.get("host") ?? "")) return next();
  response
    .status(403)
    .type("text")
    .send("The demo answers on this machine only, as 127.0.0.1 or localhost.\n");
};

/** A button of this page was pressed, not one of another site. */
export const fromThisPage: RequestHandler = (request, response, next) => {
  const origin = request.get("origin");
  const site = request.get("sec-fetch-site");
  const foreign =
    (origin !== undefined && origin !== "null" && URL.parse(origin)?.host !== request.get("host")) ||
    (site !== undefined && site !== "same-origin" && site !== "none");
  if (!foreign) return next();
  response.status(403).type("text").send("This can be started from its own page only.\n");
};
