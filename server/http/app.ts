import { randomUUID } from "node:crypto";
import express, { type Express, type RequestHandler } from "express";
import helmet from "helmet";
import type { Logger } from "../lib/log.ts";
import { nothingHere, problemHandler } from "./problem.ts";

/** A part of the server with its address: the API, health, the person's control page, in-app, the front page. */
export interface Mount {
  readonly path: string;
  readonly handler: RequestHandler;
}

export interface AppOptions {
  /** In this order; the first whose address fits, and that answers, wins. */
  readonly mounts: readonly Mount[];
  readonly log: Logger;
  /**
   * Whose `X-Forwarded-For` counts: nobody's, that of so many hops in front, or that of these addresses. Anything
   * else would let every client choose the address it is rate limited by.
   */
  readonly trustProxy: false | number | readonly string[];
}

/**
 * The Express application: everything but ingest, which is too frequent for it and has its own handler on the same
 * server. Refusals of every part are problem documents.
 */
export function createApp({ mounts, log, trustProxy }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  // Documents are made anew for each request, and what has a revision sends its own ETag.
  app.disable("etag");
  app.set("trust proxy", typeof trustProxy === "object" ? [...trustProxy] : trustProxy);
  // Flat names and values: no nested objects out of a query string.
  app.set("query parser", "simple");
  app.use(nameRequest, securityHeaders());
  for (const { path, handler } of mounts) app.use(path, handler);
  app.use(nothingHere, problemHandler(log));
  return app;
}

const nameRequest: RequestHandler = (_request, response, next) => {
  response.locals.requestId = randomUUID();
  response.set("x-request-id", response.locals.requestId);
  next();
};

/** Documents may load nothing at all; pages that people see set a policy of their own over this one. */
function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginResourcePolicy: { policy: "same-origin" },
    referrerPolicy: { policy: "no-referrer" },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    xFrameOptions: { action: "deny" },
  });
}
