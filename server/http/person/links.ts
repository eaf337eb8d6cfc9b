import type { FeedbackAnswer } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import type { Millis } from "../../core/time.ts";
import { LINK_LASTS, type PersonTokens } from "./token.ts";

/** The signed addresses that a message carries. */
export interface PersonPageLinks {
  readonly why: string;
  /** Opens the page with the answer chosen; nothing is given until the person sends it. */
  readonly feedback: (answer: FeedbackAnswer) => string;
  readonly snooze: string;
  readonly preferences: string;
  readonly stop: string;
  /** Leads to the page, and is short enough for an SMS. */
  readonly short: string;
  /** For the headers of an email: takes the one-click POST of RFC 8058. */
  readonly oneClick: string;
}

/**
 * The links of one message to one person; null when it goes to nobody who is known.
 * @param publicUrl where the server is reached from outside, without a slash at the end
 */
export function personLinks(
  tokens: PersonTokens,
  publicUrl: string,
  delivery: Pick<Delivery, "tenant" | "person" | "id" | "match" | "createdAt">,
  lasts: Millis = LINK_LASTS,
): PersonPageLinks | null {
  const { tenant, person, match, id, createdAt } = delivery;
  if (person === null) return null;
  const claims = { tenant, person, match, delivery: id, expiresAt: createdAt + lasts };
  const page = `${publicUrl}/p/${tokens.sign({ ...claims, purpose: "page" })}`;
  return {
    why: page,
    feedback: (answer) => `${page}?answer=${answer}#feedback`,
    snooze: `${page}#snooze`,
    preferences: `${page}#channels`,
    stop: `${page}#stop`,
    short: `${publicUrl}/s/${tokens.short(tenant, id)}`,
    oneClick: `${publicUrl}/p/${tokens.sign({ ...claims, purpose: "unsubscribe" })}`,
  };
}
