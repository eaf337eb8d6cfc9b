/**
 * What an external system can be to us. A new system costs one folder, one line in registry.ts, its fixtures and
 * test, and one row of documentation. Integrations know this contract, core types, lib and their vendor's SDK.
 */
import type { ZodType } from "zod";
import type { PreferenceChange, ReceiptKind } from "../core/control.ts";
import type { Incoming, Ref } from "../core/event.ts";
import type { ChannelKind } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";

/** A request as it came in: bytes are not touched before they are verified. */
export interface RawRequest {
  readonly method: string;
  /** The public URL the sender used: configured base + path + query; never rebuilt from `Host`. */
  readonly url: string;
  /** Names in lower case; a header that came twice is joined with ", " and refused by verifiers that need one. */
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: Buffer;
  readonly receivedAt: Millis;
}

export type Settings = { readonly [name: string]: unknown };

/** Why a request is not believed; goes to the log and the metrics, never to the sender. */
export type Verification =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: "missing" | "malformed" | "mismatch" | "expired" | "future" };

/** The bytes were signed rightly, but cannot be read: dead letter, 2xx. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** A provider's word about a delivery, or a customer's word through the provider. */
export interface ReceiptIncoming {
  /** Identity of the receipt at the provider: a repeated one changes nothing. */
  readonly id: string;
  readonly at: Millis;
  /** Our delivery id, when the provider carries it. */
  readonly delivery?: string;
  readonly providerId?: string;
  readonly receipt?: ReceiptKind;
  readonly detail?: string;
  /** Who said it, when it is a preference: an email or phone. */
  readonly who?: Ref;
  readonly change?: PreferenceChange;
}

export interface Normalised {
  readonly events: readonly Incoming[];
  /** Where each event stood in what was sent; without it, its place among `events`. */
  readonly positions?: readonly number[];
  /** Parts that were meant for us and cannot be used, with a reason that the sender can act on. */
  readonly rejected?: readonly { readonly index: number; readonly reason: string }[];
  readonly receipts: readonly ReceiptIncoming[];
  /** The sender's own id of this webhook; null where it gives none. */
  readonly webhookId: string | null;
  /** Why parts (or all) of it were not of interest; acknowledged all the same. */
  readonly ignored: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Where events come from. */
export interface Source {
  /** Bytes of one body; the default is 1 MB. */
  readonly maxBytes?: number;
  /**
   * Who makes the secret: `vendor` shows one that is given to us, `us` makes one that is entered there (the default).
   * `where` names the field or page of the vendor's, to follow a colon: "Signing secret of the endpoint". `published`
   * are secrets that the vendor gives to everybody for trying out: what is signed with them proves nothing.
   */
  readonly secret?: {
    readonly madeBy: "vendor" | "us";
    readonly where: string;
    readonly published?: readonly string[];
  };
  /** Secrets that a channel's settings already hold, such as the token with which Twilio signs its callbacks. */
  secretsIn?(settings: Settings): readonly string[];
  /** Free function in spirit: the same arguments give the same answer. Constant time; any of the secrets may match. */
  verify(request: RawRequest, secrets: readonly string[], settings: Settings): Verification;
  /** @throws Unreadable */
  normalise(request: RawRequest, settings: Settings, sourceId: string): Normalised;
  /** What the vendor expects to hear; the default is 200 with an empty JSON object. */
  answer?(request: RawRequest): Answer;
  /** Requests that ask for something else than taking an event (HEAD, challenges); null to go on. */
  greet?(request: RawRequest): Answer | null;
}

/** A message ready to leave: rendered, addressed. */
export interface Outgoing {
  /** Our delivery id: sent along, so that receipts and look-ups find it. */
  readonly delivery: string;
  readonly tenant: string;
  readonly to: { readonly address: string; readonly name: string | null };
  readonly from: { readonly name: string; readonly address: string };
  readonly replyTo: string | null;
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  /** RFC 8058 and friends. */
  readonly headers: { readonly [name: string]: string };
  /** Where the provider reports to. */
  readonly receiptsUrl: string | null;
}

/** Nothing was accepted: 429, 5xx that says so, connection refused before the request was written. */
export class RetryLater extends Error {
  override readonly name = "RetryLater";
  readonly after: Millis | null;
  constructor(message: string, after: Millis | null, options?: ErrorOptions) {
    super(message, options);
    this.after = after;
  }
}
/** Went out, no clear answer: never sent again, settled by look-up or receipt. */
export class InDoubt extends Error {
  override readonly name = "InDoubt";
}
/** Our credentials do not work: an alert, no retry until they change. */
export class BadCredentials extends Error {
  override readonly name = "BadCredentials";
}
/** The address does not exist or cannot take this. */
export class BadAddress extends Error {
  override readonly name = "BadAddress";
}
/** The recipient has stopped us at the provider. */
export class RefusedByRecipient extends Error {
  override readonly name = "RefusedByRecipient";
}
/** The provider will never take this message as it is. */
export class Refused extends Error {
  override readonly name = "Refused";
}

export type LookUp =
  | { readonly kind: "sent"; readonly providerId: string }
  | { readonly kind: "absent" } // the provider would know, and does not
  | { readonly kind: "unknown" };

/** A way out. */
export interface ChannelAdapter {
  readonly kind: ChannelKind;
  /** How the provider can be asked about a message that is in doubt. */
  readonly reconciles: "lookup" | "receipts" | "none";
  /** Nothing leaves the house: what it takes is kept where one can look at it. */
  readonly preview?: true;
  /** @throws RetryLater, InDoubt, BadCredentials, BadAddress, RefusedByRecipient, Refused */
  send(message: Outgoing, settings: Settings, signal: AbortSignal): Promise<{ providerId: string | null }>;
  lookUp?(
    query: { delivery: string; to: string; text: string; since: Millis },
    settings: Settings,
    signal: AbortSignal,
  ): Promise<LookUp>;
  /** Its webhook, mounted under /receipts. */
  readonly receipts?: Source;
}

/** One external system, declared. */
export interface Integration {
  /** As in URLs and on the command line: `sentry`, `sendgrid`. */
  readonly id: string;
  readonly title: string;
  /** Settings of a source (`forestall source add`) or channel of this system. */
  readonly settings: ZodType;
  readonly source?: Source;
  readonly channel?: ChannelAdapter;
}
