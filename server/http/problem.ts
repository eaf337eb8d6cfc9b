import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import type { ZodError, z } from "zod";
import { Refusal, type RefusalReason } from "../actions/refusal.ts";
import { Overloaded } from "../flow/contract.ts";
import { PROBLEM_JSON, Problem } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import { StoreDamaged, StoreUnavailable } from "../store/contract.ts";

/** How refusals read (RFC 9457). Each has one home here, so that the same thing is always said the same way. */

interface Wrong {
  readonly in: string;
  readonly path: string;
  readonly message: string;
}

export function invalid(detail: string, errors: readonly Wrong[] = []): Problem {
  return new Problem({
    status: 400,
    type: "invalid-request",
    title: "The request cannot be understood",
    detail,
    ...(errors.length === 0 ? {} : { extra: { errors } }),
  });
}

/** What zod found, as one sentence and as a list. `part` is `query`, `body` or `path`. */
export function invalidPart(part: string, error: ZodError): Problem {
  const errors = error.issues.slice(0, 20).map((issue) => ({
    in: part,
    path: issue.path.map(String).join("."),
    message: plainly(issue),
  }));
  const detail = errors.map(({ path, message }) => `${path === "" ? part : `${part}.${path}`}: ${message}`);
  return invalid(`${detail.join("; ")}.`, errors);
}

/** What to send instead; messages of our own schemas say so already. */
function plainly(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return `${issue.keys.map((key) => key.slice(0, 50)).join(", ")} is not known here`;
    case "invalid_value":
      return issue.message.startsWith("Invalid")
        ? `must be one of ${issue.values.join(", ")}`
        : issue.message;
    case "invalid_type":
      return issue.message.startsWith("Invalid") ? `must be given, as ${issue.expected}` : issue.message;
    case "too_big":
      return issue.message.startsWith("Too") ? `must be ${issue.maximum} at most` : issue.message;
    case "too_small":
      return issue.message.startsWith("Too") ? `must be ${issue.minimum} at least` : issue.message;
    default:
      return issue.message;
  }
}

/** RFC 6750: without a token there is no error code in the challenge. */
export function unauthorized(detail: string, code?: "invalid_token"): Problem {
  const challenge = `Bearer realm="forestall"${code === undefined ? "" : `, error="${code}"`}`;
  return new Problem({
    status: 401,
    type: "unauthorized",
    title: "A valid token is needed",
    detail,
    headers: { "www-authenticate": challenge },
  });
}

/** A page in Zendesk was open for too long, or slept: it has to be opened anew. */
export function sessionExpired(): Problem {
  return new Problem({
    ...unauthorized("This session has ended; open the page in Zendesk again.", "invalid_token").details,
    extra: { reason: "session_expired" },
  });
}

export function forbidden(role: string, allowed: readonly string[]): Problem {
  return mayNot(`A token with role ${role} may not do this; it takes one of: ${allowed.join(", ")}.`);
}

function mayNot(detail: string): Problem {
  return new Problem({ status: 403, type: "forbidden", title: "This token may not do that", detail });
}

export function notFound(detail: string): Problem {
  return new Problem({ status: 404, type: "not-found", title: "There is no such thing here", detail });
}

export function methodNotAllowed(method: string, allow: readonly string[]): Problem {
  return new Problem({
    status: 405,
    type: "method-not-allowed",
    title: "This address takes other methods",
    detail: `${method} does not work here; use ${allow.join(" or ")}.`,
    headers: { allow: allow.join(", ") },
  });
}

/** Somebody was first, or the state is not what the request takes it for. */
export function conflict(detail: string, extra: Readonly<Record<string, unknown>> = {}): Problem {
  return new Problem({
    status: 409,
    type: "conflict",
    title: "It has changed in the meantime, or cannot be done now",
    detail,
    extra,
  });
}

function unprocessable(detail: string): Problem {
  return new Problem({ status: 422, type: "unprocessable", title: "That makes no sense here", detail });
}

export function tooMany(detail: string, retryAfterS: number, headers: Readonly<Record<string, string>> = {}) {
  return new Problem({
    status: 429,
    type: "too-many-requests",
    title: "Too many requests",
    detail,
    headers: { ...headers, "retry-after": String(retryAfterS) },
  });
}

export function unavailable(detail: string, retryAfterS: number, cause?: unknown): Problem {
  return new Problem(
    {
      status: 503,
      type: "unavailable",
      title: "The server cannot do this at the moment",
      detail,
      headers: { "retry-after": String(retryAfterS) },
    },
    { cause },
  );
}

/**
 * Any error as something that may be told outside. What is not known to be harmless becomes a 500 that says nothing:
 * no stack, no SQL, no path.
 */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Refusal) return fromRefusal(error);
  if (error instanceof Overloaded) return fromOverload(error);
  if (error instanceof StoreUnavailable || error instanceof StoreDamaged) {
    return unavailable("Nothing can be read or written right now; try again in a few seconds.", 5, error);
  }
  // Stores have one in common, but http knows them by their contract only.
  if (error instanceof Error && error.name === "BadCursor")
    return invalid("`after` is not a cursor of this list; start without it.");
  return fromExpress(error) ?? internal(error);
}

type Saying = (detail: string) => Problem;

const BY_REASON: { readonly [reason in RefusalReason]: Saying } = {
  invalid,
  not_found: notFound,
  not_allowed: (detail) => mayNot(detail),
  conflict: (detail) => conflict(detail),
  makes_no_sense: unprocessable,
};

/** An act that was refused, with what else programs may want to know of it. */
function fromRefusal({ reason, message, extra }: Refusal): Problem {
  const { details } = BY_REASON[reason](message);
  return new Problem(Object.keys(extra).length === 0 ? details : { ...details, extra });
}

function fromOverload(error: Overloaded): Problem {
  if (error.status === 429)
    return tooMany("Too much is waiting already; try again later.", error.retryAfterS);
  return unavailable("The server takes nothing new at the moment; try again.", error.retryAfterS, error);
}

function internal(cause: unknown): Problem {
  return new Problem(
    {
      status: 500,
      type: "internal",
      title: "Something went wrong on our side",
      detail: "The request was fine, but it could not be carried out. The instance names it in our log.",
    },
    { cause },
  );
}

/** What Express and its body parser throw carries `type` and `status`; their messages are not repeated. */
function fromExpress(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  const { type, status } = error as Error & { readonly type?: unknown; readonly status?: unknown };
  if (error instanceof URIError || (status === 400 && type === undefined && error.name === "URIError")) {
    return invalid("The address holds a percent sign that stands for nothing; encode it as %25.");
  }
  switch (type) {
    case "entity.too.large":
      return new Problem({
        status: 413,
        type: "too-large",
        title: "The body is too large",
        detail: "The body of an API request may hold 64 kB at most.",
      });
    case "entity.parse.failed":
      return invalid("The body is not JSON; send an object such as {}.");
    case "charset.unsupported":
    case "encoding.unsupported":
      return unsupportedMedia();
    case "request.aborted":
    case "request.size.invalid":
      return invalid("The body ended early; send it again.");
    default:
      return null;
  }
}

export function unsupportedMedia(): Problem {
  return new Problem({
    status: 415,
    type: "unsupported-media-type",
    title: "The body has the wrong form",
    detail: "Send the body as application/json in UTF-8, plain or compressed with gzip.",
  });
}

export function sendProblem(response: Response, problem: Problem): void {
  response.set({ ...problem.headers, "cache-control": "no-store" });
  const instance = `urn:forestall:request:${String(response.locals.requestId ?? "")}`;
  response
    .status(problem.status)
    .type(PROBLEM_JSON)
    .send(JSON.stringify({ ...problem.toJSON(), instance }));
}

/** The last handler: everything thrown before ends here. Ours to fix goes to the log with its cause. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    const problem = asProblem(error);
    if (problem.status >= 500) {
      const cause = problem.cause ?? error;
      log.error({ err: cause, request: response.locals.requestId, method: request.method }, "request failed");
    }
    // Too late for another answer: ending the connection is the only honest sign.
    if (response.headersSent) return next(problem);
    sendProblem(response, problem);
  };
}

export const nothingHere: RequestHandler = () => {
  throw notFound("Nothing lives at this address. The API is described at /api/v1/openapi.json.");
};
