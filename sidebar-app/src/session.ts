import { ApiError } from "./failure.ts";
import type { ZendeskSession } from "./wire.ts";

/** The bearer of this page: in memory only, and changed for a new one before it ends. */
export interface Session {
  readonly role: ZendeskSession["role"];
  readonly apiUrl: string;
  bearer(): Promise<string>;
  /** After a refusal: a new bearer. @throws ApiError `session` when there is none to be had */
  renew(refused: string): Promise<string>;
}

/** How long before its end a bearer is changed. */
const MARGIN = 60_000;

export function openSession(first: ZendeskSession): Session {
  let now: Pick<ZendeskSession, "bearer" | "expiresAt"> = first;
  let renewing: Promise<string> | null = null;
  const refreshUrl = first.refreshUrl ?? "/zendesk/session/refresh";

  const fetchNew = async (): Promise<string> => {
    const answer = await fetch(refreshUrl, {
      method: "POST",
      headers: { authorization: `Bearer ${now.bearer}` },
    }).catch(() => {
      throw new ApiError({ kind: "network" });
    });
    if (answer.status >= 500) throw new ApiError({ kind: "away" });
    if (!answer.ok) throw new ApiError({ kind: "session" });
    now = (await answer.json()) as ZendeskSession;
    return now.bearer;
  };
  // Many requests may find at once that the bearer has ended: one of them asks, all wait for it.
  const renewOnce = (): Promise<string> => {
    renewing ??= fetchNew().finally(() => {
      renewing = null;
    });
    return renewing;
  };
  return {
    role: first.role,
    apiUrl: first.apiUrl,
    async bearer() {
      if (Date.parse(now.expiresAt) - Date.now() > MARGIN) return now.bearer;
      // While it still counts it is used, even when no new one can be had this moment.
      return renewOnce().catch((error) => {
        if (Date.parse(now.expiresAt) > Date.now()) return now.bearer;
        throw error;
      });
    },
    renew: (refused) => (refused === now.bearer ? renewOnce() : Promise.resolve(now.bearer)),
  };
}

/** What the server wrote into the page; null when it wrote nothing. */
export function sessionIn(page: Document): ZendeskSession | null {
  const text = page.getElementById("forestall-session")?.textContent ?? "";
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && "bearer" in read ? (read as ZendeskSession) : null;
  } catch {
    return null;
  }
}
