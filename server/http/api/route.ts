import type { Response } from "express";
import type { z } from "zod";
import type { AnyAction } from "../../actions/contract.ts";
import type { Actor } from "../../core/control.ts";
import type { Millis } from "../../core/time.ts";
import type { TokenRow } from "../../store/contract.ts";
import type { ApiRole } from "../auth.ts";
import type { Frozen } from "./replies/base.ts";

/** An API request that was let in: its token and role were checked, its parts have the declared shape. */
export interface Call<Query, Body> {
  /** From the token, never from the request. */
  readonly tenant: string;
  readonly token: TokenRow;
  readonly actor: Actor;
  /** The `:id` of the path, decoded; empty where the path has none. */
  readonly id: string;
  readonly query: Query;
  readonly body: Body;
  /** Without quotes; null when not sent, or `*`. */
  readonly ifMatch: string | null;
  readonly idempotencyKey: string | null;
  readonly lastEventId: string | null;
  readonly now: Millis;
}

export interface Reply<Body> {
  readonly body: Body;
  /** The default is 200. */
  readonly status?: 200 | 201 | 202;
  readonly headers?: { readonly [name: string]: string };
  /** Sent as `ETag`, to come back as `If-Match`. */
  readonly revision?: string;
}

interface Declared {
  readonly method: "get" | "post";
  /** Below /api/v1, as Express writes it; at most one parameter, `:id`. */
  readonly path: string;
  /** What the path was before it was called otherwise: answered as well, and described nowhere. */
  readonly formerly?: string;
  readonly summary: string;
  readonly roles: readonly ApiRole[];
  /** Takes `If-Match`. */
  readonly revised?: boolean;
  /** What can be carried out here. */
  readonly acts?: readonly AnyAction[];
}

/** An address of the API, declared once: what is checked, answered and described all comes from here. */
export interface Route extends Declared {
  readonly kind: "json";
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  readonly reply: z.ZodType;
  /** All statuses of success. */
  readonly statuses: readonly number[];
  handle(call: Call<unknown, unknown>): Promise<Reply<unknown>>;
}

/** An address that answers with an endless stream instead of a document. */
export interface StreamRoute extends Declared {
  readonly kind: "stream";
  readonly query: z.ZodType;
  /** The event and the data of each message. */
  readonly message: z.ZodType;
  open(call: Call<unknown, unknown>, response: Response): void;
}

export type AnyRoute = Route | StreamRoute;

interface Spec<Query extends z.ZodType, Body extends z.ZodType | null, Answer extends z.ZodType>
  extends Declared {
  readonly query: Query;
  readonly body: Body;
  readonly reply: Answer;
  readonly statuses?: readonly number[];
  handle(
    call: Call<z.output<Query>, Body extends z.ZodType ? z.output<Body> : null>,
  ): Promise<Reply<Frozen<z.input<Answer>>>>;
}

/** Ties a handler to the types of its own schemas; the list of routes needs them no more. */
export function route<Query extends z.ZodType, Body extends z.ZodType | null, Answer extends z.ZodType>(
  spec: Spec<Query, Body, Answer>,
): Route {
  return { kind: "json", statuses: [200], ...spec };
}
