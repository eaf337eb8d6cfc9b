/* Messages on their way, copies of what was sent, and alerts that somebody is to be told of. */

import type { Served } from "../../core/control.ts";
import type { Alert, Delivery } from "../../core/delivery.ts";
import type { Millis } from "../../core/time.ts";

/** Rows of one tenant and channel kind that are left out, as this way out takes nothing at the moment. */
export interface QueueSkip {
  readonly tenant: string;
  readonly kind: string;
  /** Rows with a `dueBy` up to here are not left out. */
  readonly unlessDueBy?: Millis;
}

/** The copy of what was sent, encrypted with the person's key. */
export interface SentCopy {
  readonly tenant: string;
  readonly delivery: string;
  readonly person: string | null;
  readonly at: Millis;
  readonly rendered: unknown; // the Rendered of messages/render.ts, JSON-able
  /** SHA-256, hex, of the short name of the person's page in it. Only written: a copy is read without. */
  readonly shortLink?: string;
}

/**
 * Rows are made and changed by `commit` alone, as effects: a claim, a provider's word and a doubt are inputs of the
 * unit. What is here finds them. The life of a row is told in core/delivery.ts. Lists pass over rows that cannot be
 * read, but for `served`: of what is left out there, a unit would think that it was never sent.
 */
export interface Outbox {
  /**
   * Queued rows whose `notBefore` has come, most urgent first: not released before released, then the higher
   * `priority`, then the earlier `dueBy`.
   * @param kinds the kinds of channel that are asked about; of none, no rows
   * @param skip rows to leave out, so that one full or failing queue does not hide the others behind it
   */
  dueDeliveries(
    now: Millis,
    limit: number,
    kinds: readonly string[],
    skip?: readonly QueueSkip[],
  ): Promise<readonly Delivery[]>;
  /** How many queued rows of these kinds came out of a hold and are due, by tenant and kind. */
  releasedWaiting(
    now: Millis,
    kinds: readonly string[],
  ): Promise<readonly { tenant: string; kind: string; count: number }[]>;
  /** `sending` with a lease that ended at `now` or before, then `in_doubt`; the lease that ended first goes first. */
  doubtfulDeliveries(now: Millis, limit: number): Promise<readonly Delivery[]>;
  /** The earliest `notBefore` of all queued rows; null when nothing is queued. */
  nextDeliveryAt(): Promise<Millis | null>;
  /**
   * In-app rows (banners of a broadcast too) of this person or anonymous session: queued ones whose moment has come,
   * and those handed over (`sent`) that nobody has seen, clicked or dismissed yet, while `dueBy` is less than 7 days
   * past. The person's first; of each, the higher `priority` first, then the earlier `dueBy`.
   */
  waitingInApp(
    tenant: string,
    who: { person?: string; session?: string },
    now: Millis,
  ): Promise<readonly Delivery[]>;
  delivery(tenant: string, id: string): Promise<Delivery | null>;
  /** By the provider's own id; of several, one whose channel that system is, then the newest. */
  deliveryByProviderId(tenant: string, system: string, providerId: string): Promise<Delivery | null>;
  /**
   * On disk when it resolves: what follows is the call to the provider. Replaces an earlier copy. Of an erased person
   * nothing is kept.
   * @throws StoreUnavailable
   */
  saveSentCopy(copy: SentCopy): Promise<void>;
  /** Opened; `rendered` is null when the person's key is gone. */
  sentCopy(tenant: string, delivery: string): Promise<SentCopy | null>;
  /** Whose copy has this `shortLink`; null when nobody's, or when its person was erased. */
  behindShortLink(hash: string): Promise<{ readonly tenant: string; readonly delivery: string } | null>;
  /** Moments of messages to this person in other units since then, oldest first: reserved, in doubt or sent. */
  messagesElsewhere(tenant: string, person: string, unit: string, since: Millis): Promise<readonly Millis[]>;
  /**
   * What the tables have of a unit: the people that are asked for; its matches that are open, have a message on its
   * way or are asked for; all deliveries of these that are the unit's, and those of no match that are asked for or not
   * final; all alerts of these, and unresolved ones of the unit without a match; the number of decisions of each match
   * that has any.
   */
  served(
    tenant: string,
    unit: string,
    known: {
      readonly persons: readonly string[];
      readonly matches: readonly string[];
      readonly deliveries: readonly string[];
    },
  ): Promise<Served>;
  /** Open, or snoozed until `now` or before, and nobody was told; the earliest `dueBy` first. */
  unnotifiedAlerts(now: Millis, limit: number): Promise<readonly Alert[]>;
  /** On disk when it resolves. False when somebody was first. @throws StoreUnavailable */
  markNotified(tenant: string, alert: string, at: Millis): Promise<boolean>;
}
