import type { Response } from "express";

/** A message in its frame: it may look as it likes, and do nothing at all. */
const PREVIEW_CSP = [
  "sandbox allow-popups",
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

export function sendPreview(response: Response, markup: string): void {
  response.set({
    "content-security-policy": PREVIEW_CSP,
    "x-frame-options": "SAMEORIGIN",
    "cache-control": "no-store",
  });
  response.type("html").send(markup);
}
