/* The page in Zendesk. */

import type { IsoTime } from "./base.ts";

/** What `POST <refreshUrl>` answers. */
export interface ZendeskRefresh {
  /** For `Authorization: Bearer`; kept in memory only. */
  readonly bearer: string;
  /** When the bearer ends. Refresh before: `POST <refreshUrl>` with the bearer. */
  readonly expiresAt: IsoTime;
  /** When no refresh helps any more: the page has to be opened anew. */
  readonly sessionEndsAt: IsoTime;
  readonly role: "agent" | "admin";
}

/** What the page finds in `<script type="application/json" id="forestall-session">`. */
export interface ZendeskSession extends ZendeskRefresh {
  /** The agent's Zendesk user id. */
  readonly user: string;
  /** Host of the Zendesk account: `acme.zendesk.com`. */
  readonly host: string;
  /** One of en, de, fr, es, ja, pt-BR, as far as the request says; Zendesk's own `currentUser.locale` knows better. */
  readonly locale: string;
  readonly view: "ticket" | "user" | "dashboard";
  /** What stands before `/api/v1` on this page's own origin: nothing, or a path such as `/help`. */
  readonly apiUrl: string;
  /** Path of the refresh address on this page's own origin. */
  readonly refreshUrl: string;
}
