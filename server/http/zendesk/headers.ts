import type { Response } from "express";
import type { Html } from "../../lib/html.ts";

/**
 * What a page in Zendesk may do: load its own script and style and Zendesk's SDK, and talk to this server. Only the
 * Zendesk account it was opened for may show it.
 */
export function policyOf(options: { readonly sdkUrl: string | null; readonly ancestors: string }): string {
  return [
    "default-src 'none'",
    `script-src 'self'${options.sdkUrl === null ? "" : ` ${options.sdkUrl}`}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${options.ancestors}`,
  ].join("; ");
}

export function sendPage(response: Response, page: Html, policy: string, status = 200): void {
  response.removeHeader("x-frame-options");
  response.set({ "content-security-policy": policy, "cache-control": "no-store" });
  response.status(status).type("html").send(page.toString());
}
