import { Problem } from "../../lib/errors.ts";

/** The refusals that only ingest has; the others are those of the whole server. */

export function tooLarge(detail: string, limit: number): Problem {
  return new Problem({
    status: 413,
    type: "too-large",
    title: "The body is too large",
    detail,
    extra: { limit },
  });
}

export function tooSlow(): Problem {
  return new Problem({
    status: 408,
    type: "too-slow",
    title: "The body did not arrive in time",
    detail: "The whole body has to arrive within a few seconds of the headers; send it again.",
    headers: { connection: "close" },
  });
}

export function wrongMedia(detail: string): Problem {
  return new Problem({
    status: 415,
    type: "unsupported-media-type",
    title: "The body has the wrong form",
    detail,
    headers: { "accept-encoding": "gzip, identity" },
  });
}

/** Says nothing about what was wrong: whoever signs knows, and nobody else is to learn. */
export function notVerified(): Problem {
  return new Problem({
    status: 401,
    type: "not-verified",
    title: "The request is not verified",
    detail: "The request could not be verified.",
  });
}

export function unreadable(reason: string): Problem {
  return new Problem({
    status: 400,
    type: "unreadable",
    title: "The body cannot be read",
    detail: `The request cannot be taken: ${reason}.`,
  });
}
