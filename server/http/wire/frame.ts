/* What stands around every answer. */

import type { GuardBody } from "./actions.ts";
import type { IsoTime } from "./base.ts";

/** A page of a list. `next` goes back as `after`; null on the last page. */
export interface PageBody<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** RFC 9457. `type` is a stable word for programs, `detail` a sentence a person can act on. */
export interface ProblemWire {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Names the request in our log. */
  readonly instance: string;
  /** On 401: `session_expired` when a page in Zendesk has to be opened anew. On 409: `too_late` when a message has left. */
  readonly reason?: string;
  /** On 400: which part of the request is wrong, and why. */
  readonly errors?: readonly { readonly in: string; readonly path: string; readonly message: string }[];
  /** On 409: who was first. */
  readonly first?: WhoActed | null;
  /** On 409 of a message sent by hand: what stands in its way. */
  readonly guards?: readonly GuardBody[];
}

export interface WhoActed {
  readonly actor: string;
  readonly at: IsoTime;
  readonly action: string;
}
