/**
 * The two errors that people read. Everything else that is thrown is ours to fix, and is shown to nobody outside.
 */

/** Something the person at the command line can put right: printed as one plain line, exit code 1, no stack. */
export class PlainError extends Error {
  override readonly name: string = "PlainError";
}

export interface ProblemDetails {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** What kind of problem this is, as a stable word for programs: `missing-scope`. */
  readonly type: string;
  /** The kind in a few words, the same every time. */
  readonly title: string;
  /** What happened this time, and what to do: a sentence a person can act on. */
  readonly detail: string;
  /** Further members of the body, such as `{ limit: 256000 }`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Response headers, such as `{ "retry-after": "5" }`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [member: string]: unknown;
}

/** The media type of a problem's body. */
export const PROBLEM_JSON = "application/problem+json";

/** An answer that refuses a request, as RFC 9457 writes it. The cause is for the log and never leaves the server. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails, options?: { readonly cause?: unknown }) {
    super(details.detail, options);
    this.details = details;
  }

  get status(): number {
    return this.details.status;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.details.headers ?? {};
  }

  /** The body to send. `extra` cannot replace the four standard members. */
  toJSON(): ProblemBody {
    const { type, title, status, detail, extra } = this.details;
    return { ...extra, type: `urn:forestall:problem:${type}`, title, status, detail };
  }
}
