import type { Millis } from "../../core/time.ts";

/** The app's three places in Zendesk. */
export const VIEWS = ["ticket", "user", "dashboard"] as const;
export type View = (typeof VIEWS)[number];

/** An installation of the app in one Zendesk account. */
export interface Account {
  /** `acme.zendesk.com` */
  readonly host: string;
  readonly installation: string;
}

/** Who opens a page, as Zendesk vouches for it. */
export interface Entry {
  readonly account: Account;
  /** Number of the Zendesk user. */
  readonly user: string;
  readonly role: "agent" | "admin";
  /** As the token says it, if at all. */
  readonly locale: string | null;
  readonly view: View;
  /** Until then the token could be used again. */
  readonly endsAt: Millis;
}

/** The page is not opened; `message` is for the log, `why` chooses what the person reads. */
export class BadEntry extends Error {
  override readonly name = "BadEntry";
  readonly why: "refused" | "no_key" | "no_agent" | "used";
  constructor(message: string, why: BadEntry["why"] = "refused") {
    super(message);
    this.why = why;
  }
}
