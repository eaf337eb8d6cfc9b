import type { RequestHandler } from "express";

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
