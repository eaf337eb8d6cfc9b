import { ApiError, type Failure } from "./failure.ts";
import type { Session } from "./session.ts";
import type { ProblemWire } from "./wire.ts";

/** Below `/api/v1`: paths start with a slash. Both throw ApiError and nothing else. */
export interface Api {
  get<Body>(path: string, query?: Query): Promise<Body>;
  post<Body>(path: string, body: object, options?: WriteOptions): Promise<Body>;
  /** For what is read bit by bit. */
  open(path: string, headers: { readonly [name: string]: string }, signal: AbortSignal): Promise<Response>;
}

export type Query = { readonly [name: string]: string | null | undefined };

export interface WriteOptions {
  /** Happens only while things are as they were seen. */
  readonly ifMatch?: string | null;
  /** The same key acts once, however often it is sent. */
  readonly key?: string;
  readonly query?: Query;
}

/** @param agent who acts, as far as it is known; goes with every write, for colleagues to read */
export function createApi(session: Session, agent: () => string | null = () => null): Api {
  const base = `${session.apiUrl.replace(/\/$/, "")}/api/v1`;

  const send = async (path: string, init: RequestInit, lost: "network" | "unclear"): Promise<Response> => {
    const once = async (bearer: string): Promise<Response> => {
      const headers = { ...init.headers, authorization: `Bearer ${bearer}` };
      return fetch(base + path, { ...init, headers }).catch(() => {
        throw new ApiError({ kind: lost });
      });
    };
    const bearer = await session.bearer();
    const answer = await once(bearer);
    if (answer.status !== 401) return answer;
    // Who is refused at the door has changed nothing: it is safe to come back with a new bearer, once.
    return once(await session.renew(bearer));
  };
  const read = async <Body>(answer: Response, lost: "away" | "unclear"): Promise<Body> => {
    if (!answer.ok) throw new ApiError(await failureIn(answer, lost));
    return answer.json().catch(() => {
      throw new ApiError({ kind: lost });
    });
  };

  return {
    async get(path, query = {}) {
      return read(await send(path + search(query), {}, "network"), "away");
    },
    async post(path, body, { ifMatch, key, query = {} } = {}) {
      const headers = {
        "content-type": "application/json",
        ...(ifMatch === undefined || ifMatch === null ? {} : { "if-match": `"${ifMatch}"` }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      };
      const actor = agent();
      const signed = actor === null ? body : { ...body, actor };
      const init = { method: "POST", headers, body: JSON.stringify(signed) };
      return read(await send(path + search(query), init, "unclear"), "unclear");
    },
    async open(path, headers, signal) {
      const answer = await send(path, { headers, signal }, "network");
      if (!answer.ok) throw new ApiError(await failureIn(answer, "away"));
      return answer;
    },
  };
}

function search(query: Query): string {
  const set = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
  );
  return set.length === 0 ? "" : `?${new URLSearchParams(set)}`;
}

async function failureIn(answer: Response, lost: "away" | "unclear"): Promise<Failure> {
  const problem: Partial<ProblemWire> = await answer.json().catch(() => ({}));
  switch (answer.status) {
    case 401:
      return { kind: problem.reason === "not_connected" ? "not_connected" : "session" };
    case 403:
      return { kind: "permission" };
    case 404:
    case 410:
      return { kind: "not_found" };
    case 409:
    case 412:
      if (problem.reason === "too_late") return { kind: "too_late" };
      return {
        kind: "conflict",
        first: problem.first ?? null,
        detail: problem.detail ?? "",
        guards: problem.guards ?? [],
      };
    case 429:
      return { kind: "too_many", seconds: Number(answer.headers.get("retry-after")) || 60 };
    default:
      return answer.status >= 500 ? { kind: lost } : { kind: "refused", detail: problem.detail ?? "" };
  }
}
