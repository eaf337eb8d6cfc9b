import type { IncomingMessage, ServerResponse } from "node:http";
import { PROBLEM_JSON, type Problem } from "../../lib/errors.ts";

export const JSON_TYPE = "application/json; charset=utf-8";

export type Headers = Readonly<Record<string, string>>;

/** Sends an answer, unless the client is gone or was answered. */
export function reply(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Headers = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const length = Buffer.byteLength(text);
  response.writeHead(status, { "content-type": type, "content-length": length, ...headers });
  response.end(request.method === "HEAD" ? undefined : text);
}

export function replyProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem,
  headers: Headers = {},
): void {
  const all = { "cache-control": "no-store", ...headers, ...problem.headers };
  reply(request, response, problem.status, PROBLEM_JSON, JSON.stringify(problem.toJSON()), all);
}

/** An answer without a body. */
export function replyEmpty(response: ServerResponse, status: number, headers: Headers): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, headers);
  response.end();
}

/**
 * Headers by their names in lower case. Node keeps only the first of some headers that came twice; here they are
 * joined, so that whoever needs exactly one sees that there were two.
 */
export function headersOf(rawHeaders: readonly string[]): { readonly [name: string]: string | undefined } {
  const headers: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase();
    const value = rawHeaders[i + 1] ?? "";
    const known = headers[name];
    headers[name] = known === undefined ? value : `${known}, ${value}`;
  }
  return headers;
}
