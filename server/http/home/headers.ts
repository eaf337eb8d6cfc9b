import type { Response } from "express";
import type { Html } from "../../lib/html.ts";

/** What a page may do: load its own style and script, read its own stream, show messages in frames of its own. */
const PAGE_CSP = [
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

export function sendPage(response: Response, page: Html, status = 200): void {
  response.set({ "content-security-policy": PAGE_CSP, "cache-control": "no-store" });
  response.status(status).type("html").send(page.toString());
}
