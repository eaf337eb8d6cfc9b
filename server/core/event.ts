import type { Millis } from "./time.ts";

export type Scalar = string | number | boolean;
/** What an event may carry: scalars, lists of scalars, and one level of named scalars or lists (consent, contacts). */
export type Field = Scalar | readonly Scalar[] | { readonly [name: string]: Scalar | readonly Scalar[] };
export type EventData = { readonly [name: string]: Field };

/** One thing that happened, in our vocabulary, attributed and ready to be judged. */
export interface Event {
  readonly tenant: string;
  /** The system it came from; with `id` it is the event's identity. */
  readonly source: string;
  readonly id: string;
  /** A name of the vocabulary, or an unknown name that the admin may map. */
  readonly type: string;
  readonly time: Millis;
  /** When we received it; never goes back within a shard. */
  readonly receivedAt: Millis;
  /** The account and person it was attributed to when received: ids in the tenant's own namespace. */
  readonly account: string | null;
  readonly person: string | null;
  /** Only fields on the allow-list of the type. */
  readonly data: EventData;
  /** The event claimed to be more than five minutes ahead and was clamped to `receivedAt`. */
  readonly clamped?: true;
  /** Brought in on purpose, after the fact (`forestall import`, `Forestall-Backfill: 1`). */
  readonly backfill?: true;
  /** The reception (webhook delivery) it came in, for the trace. */
  readonly reception?: string;
}

/** How somebody else calls an account or person. `native` is the tenant's own namespace. */
export interface Ref {
  /** `native`, `anonymous`, `email`, `phone`, or a system's name such as `zendesk`, `stripe`. */
  readonly namespace: string;
  readonly value: string;
}

/** Contact details. They never enter the event log: receive moves them to the encrypted contact table. */
export interface ContactDetails {
  readonly email?: string;
  readonly phone?: string;
  readonly name?: string;
  readonly preferredName?: string;
}

/**
 * Says that an event is one of several reports of the same happening: Stripe tells of one failed payment three times,
 * as a charge, an intent and an invoice. Reports belong together when they share a name, contradict each other in
 * none, are of different kinds, and are at most `within` apart.
 */
export interface Report {
  readonly kind: string;
  /** Names of the happening, by what they name: `{ charge: "ch_1", intent: "pi_1" }`. */
  readonly names: { readonly [what: string]: string };
  readonly within: Millis;
  /** How much it knows; a report that knows more than the one that was counted counts once more. */
  readonly detail: number;
}

/** What a source makes of a foreign payload: normalised, but not yet attributed, checked or deduplicated. */
export interface Incoming {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly time: Millis;
  readonly account?: Ref;
  readonly person?: Ref;
  /** Other names of the same person and account, learned from this payload. */
  readonly alsoPerson?: readonly Ref[];
  readonly alsoAccount?: readonly Ref[];
  readonly contact?: ContactDetails;
  readonly report?: Report;
  /** May hold fields that are not allowed; `admit` drops them. */
  readonly data: { readonly [name: string]: unknown };
  readonly backfill?: true;
}
