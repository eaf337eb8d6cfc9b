import { part, text, time, word } from "./base.ts";

/** The page in Zendesk. */

const refreshFields = {
  bearer: text("For `Authorization: Bearer`; kept in memory only"),
  expiresAt: time("When the bearer ends. Refresh before: `POST <refreshUrl>` with the bearer"),
  sessionEndsAt: time("When no refresh helps any more: the page has to be opened anew"),
  role: word("What the bearer may do", ["agent", "admin"]),
};

export const zendeskRefresh = part("What `POST <refreshUrl>` answers", refreshFields);

export const zendeskSession = part(
  'What the page finds in `<script type="application/json" id="forestall-session">`',
  {
    ...refreshFields,
    user: text("The agent's Zendesk user id"),
    host: text("Host of the Zendesk account: `acme.zendesk.com`"),
    locale: text(
      "One of en, de, fr, es, ja, pt-BR, as far as the request says; Zendesk's own `currentUser.locale` knows better",
    ),
    view: word("Where in Zendesk the page stands", ["ticket", "user", "dashboard"]),
    apiUrl: text(
      "What stands before `/api/v1` on this page's own origin: nothing, or a path such as `/help`",
    ),
    refreshUrl: text("Path of the refresh address on this page's own origin"),
  },
);
