import { randomUUID } from "node:crypto";
import type { Happening } from "../history/story.ts";
import type { DemoKeys } from "../tenant.ts";
import { createNative } from "./native.ts";
import type { Post } from "./post.ts";
import { createSegment } from "./segment.ts";
import { createSentry } from "./sentry.ts";
import { createStripe } from "./stripe.ts";
import { createTwilio } from "./twilio.ts";
import { createZendesk } from "./zendesk.ts";

/** The vendors and systems around the tenant's product, each with its own way of sending and signing. */
export interface Senders {
  /** Sends what happened the way the system that sees such things would. */
  tell(happening: Happening): Promise<void>;
  /** A text message to the tenant's number. */
  textBack(from: string, text: string): Promise<void>;
  anonymousLoginFailed(session: string, at: number): Promise<void>;
}

export function createSenders(post: Post, keys: DemoKeys, url: () => string): Senders {
  const newId = () => randomUUID();
  const native = createNative(post, keys, newId);
  const segment = createSegment(post, keys, newId);
  const sentry = createSentry(post, keys, newId);
  const stripe = createStripe(post, keys, newId);
  const twilio = createTwilio(post, keys, url, newId);
  const zendesk = createZendesk(post, keys, newId);
  const wayOf = ({ type, data }: Happening) => {
    const area = type.slice(0, type.indexOf("."));
    if (area === "billing") return stripe;
    if (area === "ticket") return zendesk;
    if (type === "app.crashed" || type === "app.error") return sentry;
    // The gateway itself tells of rate limits; other failed calls are seen by the error tracker.
    if (type === "api.request_failed" && data.status !== 429) return sentry;
    return IN_PRODUCT.has(area) ? segment.tell : native;
  };
  return {
    tell: (happening) => wayOf(happening)(happening),
    textBack: twilio,
    anonymousLoginFailed: (session, at) => segment.anonymousLoginFailed({ session }, at),
  };
}

/** Seen by the snippet in the product's pages. */
const IN_PRODUCT: ReadonlySet<string> = new Set([
  "auth",
  "page",
  "session",
  "ui",
  "form",
  "action",
  "feature",
  "config",
  "checkout",
  "plan",
]);
