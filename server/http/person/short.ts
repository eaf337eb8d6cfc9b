import { type Request, type Response, Router } from "express";
import type { Clock } from "../../lib/clock.ts";
import { sha256Hex } from "../../lib/ids.ts";
import type { Logger } from "../../lib/log.ts";
import type { Outbox } from "../../store/contract.ts";
import { guarded, REQUESTS_PER_MINUTE, sendWrong, WrongTurn, wrongHandler } from "./answers.ts";
import { personLinks } from "./links.ts";
import { LINK_LASTS, type PersonTokens } from "./token.ts";

export interface ShortLinksDeps {
  readonly store: Pick<Outbox, "behindShortLink" | "delivery">;
  readonly tokens: PersonTokens;
  readonly clock: Clock;
  readonly log: Logger;
  /** Requests of one address in a minute. */
  readonly requestsPerMinute?: number;
}

/** What the store keeps of a short name, so that nobody who reads the store can open the page. */
export const shortLinkHash = (name: string): string => sha256Hex(name);

/**
 * The links in an SMS, to be mounted at `/s`: each leads to the page at `/p` of the message it stands in, for as long
 * as that page lasts. Whose page it is follows from the message, so a person who was joined with another finds the
 * page of the one that is left.
 */
export function createShortLinks(deps: ShortLinksDeps): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(guarded("short-link", deps.requestsPerMinute ?? REQUESTS_PER_MINUTE, deps.clock));
  router.get("/:name", (request, response) => lead(deps, request, response));
  router.use((_request, response) => sendWrong(response, "bad"));
  router.use(wrongHandler(deps.log));
  return router;
}

async function lead({ store, tokens, clock }: ShortLinksDeps, request: Request, response: Response) {
  const name = String(request.params.name);
  const found = /^[\w-]{22}$/.test(name) ? await store.behindShortLink(shortLinkHash(name)) : null;
  if (found === null) throw new WrongTurn("bad");
  const delivery = await store.delivery(found.tenant, found.delivery);
  const links = delivery === null ? null : personLinks(tokens, "", delivery);
  if (delivery === null || links === null || delivery.createdAt + LINK_LASTS <= clock.now())
    throw new WrongTurn("gone");
  response.redirect(302, links.why);
}
