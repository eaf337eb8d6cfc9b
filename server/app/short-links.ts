import { type PersonTokens, shortLinkHash } from "../http/person/index.ts";
import type { Outbox, SentCopy } from "../store/contract.ts";

/** The store, which finds the copy of an SMS by the short link in it. */
export function findableByShortLink<Kept extends Pick<Outbox, "saveSentCopy">>(
  store: Kept,
  tokens: PersonTokens,
): Kept {
  return {
    ...store,
    saveSentCopy: (copy: SentCopy) =>
      store.saveSentCopy(
        isSmsToSomebody(copy)
          ? { ...copy, shortLink: shortLinkHash(tokens.short(copy.tenant, copy.delivery)) }
          : copy,
      ),
  };
}

function isSmsToSomebody({ person, rendered }: SentCopy): boolean {
  return person !== null && rendered !== null && typeof rendered === "object" && "kind" in rendered
    ? rendered.kind === "sms"
    : false;
}
