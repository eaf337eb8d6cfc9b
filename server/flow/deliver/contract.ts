import type { AttemptResult } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import type { ChannelKind } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import type { ChannelAdapter, Settings } from "../../integrations/contract.ts";
import type { Clock, Timers } from "../../lib/clock.ts";
import type { KeyedLock } from "../../lib/keyed-lock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Directory, Outbox, Records, Tenancy } from "../../store/contract.ts";
import type { Pipeline } from "../contract.ts";

/** What deliver reads of a rendered message; it is kept whole as the sent copy. */
export interface Rendered {
  readonly kind: string;
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  /** Of an email: RFC 8058 and RFC 3834. */
  readonly headers?: { readonly [name: string]: string };
}
/** Something of the tenant's is missing, such as a link; in plain words. */
export interface NotReady {
  readonly reason: string;
}

/** A tenant's way out for one kind of channel. */
export interface Way {
  /** `sendgrid`, `twilio`, `preview`. */
  readonly system: string;
  readonly adapter: ChannelAdapter;
  readonly settings: Settings;
  /** Changes when the settings change: credentials that failed are tried again then. */
  readonly fingerprint: string;
}

/** When calls to a failing provider stop. */
export interface BreakerOptions {
  /** So many failures in a row open it. */
  readonly consecutive: number;
  /** So do half of this many calls. */
  readonly window: number;
  /** How long it stays open before one call may probe. */
  readonly probeAfter: Millis;
}

export interface DeliverOptions {
  /** The provider has this long to answer. */
  readonly callTimeout: Millis;
  /** How long a claim holds; longer than a call takes. */
  readonly lease: Millis;
  /** Calls at a time: per tenant and kind of channel, per tenant, per provider. */
  readonly perWay: number;
  readonly perTenant: number;
  readonly perProvider: number;
  /** First wait after a failure; doubles with each, up to `longestWait`, times a random share of it. */
  readonly firstWait: Millis;
  readonly longestWait: Millis;
  /** Rows in doubt are looked after this often. */
  readonly doubtEvery: Millis;
  /** A look-up that does not know the message is believed this long after the claim: providers' lists lag. */
  readonly absentAfter: Millis;
  /** Then a message in doubt is given up as unknown. */
  readonly doubtFor: Millis;
  /** Released rows are spread over this long when more than `fewReleased` wait. */
  readonly spread: Millis;
  readonly fewReleased: number;
  readonly breaker: BreakerOptions;
  /** At least this long between two readings of the outbox, however often it is woken. */
  readonly readEvery: Millis;
}

/**
 * Something ops should hear of: credentials that do not work, a provider that is down. `works`: the first message
 * that got through since, or since the start, when nobody knows what was before.
 */
export interface Trouble {
  readonly tenant: string;
  readonly kind: ChannelKind;
  readonly system: string;
  readonly what: "bad_credentials" | "breaker_open" | "works";
  readonly detail: string;
}

export interface DelivererDeps {
  readonly store: Pick<Directory, "person" | "contact"> &
    Pick<
      Outbox,
      | "dueDeliveries"
      | "releasedWaiting"
      | "doubtfulDeliveries"
      | "messagesElsewhere"
      | "saveSentCopy"
      | "sentCopy"
    > &
    Pick<Records, "deliveries"> &
    Pick<Tenancy, "channels">;
  readonly pipeline: Pick<Pipeline, "control" | "tenant" | "subscribe">;
  /** The channel of a connected system; undefined when this server does not know the system. */
  readonly adapter: (system: string) => ChannelAdapter | undefined;
  /** Takes what a channel without credentials would send. */
  readonly preview: (kind: ChannelKind) => ChannelAdapter;
  readonly render: (delivery: Delivery) => Promise<Rendered | NotReady>;
  /** Where we are reached from outside, without a slash at the end; null: providers cannot report. */
  readonly publicUrl: string | null;
  readonly clock: Clock & Timers;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Shared with whoever else claims deliveries to a person. */
  readonly personLock: KeyedLock;
  readonly log: Logger;
  readonly trouble?: (trouble: Trouble) => void;
  readonly options?: Partial<DeliverOptions>;
}

/** The parts with their defaults filled in, as the stages get them. */
export interface Tools extends DelivererDeps {
  readonly options: DeliverOptions;
}

/** How an attempt ended, and what it says about the provider. */
export interface Attempt {
  readonly result: AttemptResult;
  /**
   * `fine`: the provider answered as it should, if only to refuse. `failing`: it counts against it. `nothing`: it
   * was not asked, or asked for patience. `bad_credentials`: nothing will go until the settings change.
   */
  readonly provider: "fine" | "failing" | "nothing" | "bad_credentials";
  /** The provider wants to hear nothing until then. */
  readonly pauseUntil?: Millis;
}

/** The sent copy as it is kept: with the claim it was made for, which tells whether that claim got to the call. */
export type KeptCopy = Rendered & { readonly claim: number };
