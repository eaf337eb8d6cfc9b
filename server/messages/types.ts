import type { FeedbackAnswer } from "../core/control.ts";
import type { EventData } from "../core/event.ts";
import type { Channel } from "../core/pattern.ts";

/** The kinds of help of the brief; `alert` has words for colleagues only. */
export type MessageKind =
  | "article_push"
  | "error_explanation"
  | "configuration_guidance"
  | "usage_warning"
  | "onboarding_help"
  | "alert";

/** What a tenant says about itself in every message. Empty texts count as missing. */
export interface MessageSettings {
  readonly productName: string;
  readonly senderName?: string;
  readonly logoUrl?: string;
  /** `#rrggbb` of buttons. */
  readonly color?: string;
  readonly supportUrl?: string;
  readonly supportEmail?: string;
  /** The tenant's own pages by key: http(s) addresses. */
  readonly links: { readonly [key: string]: string };
}

/** Signed addresses of the person's own page. */
export interface PersonLinks {
  readonly why: string;
  readonly feedback: (answer: FeedbackAnswer) => string;
  readonly snooze: string;
  readonly preferences: string;
  readonly stop: string;
  /** The same page in an SMS; without it an SMS does not lead there. */
  readonly short?: string;
  /** Takes the one-click POST of RFC 8058; `stop` when not given. */
  readonly oneClick?: string;
}

/** Every message says why it came. */
export interface Why {
  /** `clueOf`: "12 rate-limit errors on /v1/export in the last hour". */
  readonly clue: string;
  /** `surenessOf`: a whole sentence. */
  readonly sureness: string;
  /** "to help you ..."; the template's own when not given. */
  readonly aim?: string;
}

/** What a colleague needs to act. */
export interface AlertFacts {
  readonly title: string;
  readonly score: number;
  readonly owner: string;
  readonly firstAction: string;
  readonly playbook: string;
  /** The customer as the tenant names it. */
  readonly customer?: string;
  /** As people read it: "today 14:05". */
  readonly due?: string;
  readonly url?: string;
}

export interface RenderInput {
  readonly template: string;
  readonly channel: Channel;
  /** Falls back from `de-AT` to `de` to `en`. */
  readonly locale?: string | null;
  /** Fields of the evidence. They are values and can never be a template. */
  readonly values: EventData;
  readonly settings: MessageSettings;
  readonly recipient: { readonly preferredName?: string };
  /** Null for an anonymous session: nobody to ask, nothing to switch off. */
  readonly person: PersonLinks | null;
  readonly why: Why;
  /** A match of the whole account also asks whether somebody else handles it. */
  readonly about?: "account" | "person";
  /** Replaces the template's text: what a colleague wrote in a review. */
  readonly text?: string;
  /** Human channels only. */
  readonly alert?: AlertFacts;
}

export interface Link {
  readonly label: string;
  readonly url: string;
}
export type FeedbackLink = Link & { readonly answer: FeedbackAnswer };

export type InAppForm = "tooltip" | "banner" | "prompt" | "notification" | "message" | "guide";

export interface RenderedEmail {
  readonly kind: "email";
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: { readonly [name: string]: string };
}
export interface RenderedSms {
  readonly kind: "sms";
  /** GSM-7 characters only. */
  readonly text: string;
}
/** Plain texts and checked addresses: whoever shows it sets text, never HTML. */
export interface RenderedInApp {
  readonly kind: "in_app";
  readonly form: InAppForm;
  readonly title: string;
  readonly body: string;
  /** Only in a guide: what to do, one after the other. */
  readonly steps: readonly string[];
  readonly remedy: Link;
  readonly why: { readonly label: string; readonly text: string; readonly url: string | null };
  /** Null where there is nobody whose answer could be kept. */
  readonly question: string | null;
  readonly feedback: readonly FeedbackLink[];
  readonly person: Link;
  /** Snooze, preferences, stop; empty for an anonymous session. */
  readonly controls: readonly Link[];
}
export interface RenderedHuman {
  readonly kind: "human";
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
export type Rendered = RenderedEmail | RenderedSms | RenderedInApp | RenderedHuman;

/** The message cannot be made; `reason` says in plain words what to add. Nothing of it was sent. */
export class NotReady extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = "NotReady";
    this.reason = reason;
  }
}
