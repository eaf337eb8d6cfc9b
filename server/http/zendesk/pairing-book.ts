import type { ZendeskPairing } from "../../actions/zendesk.ts";
import type { Clock } from "../../lib/clock.ts";
import { shareRead } from "../../lib/shared-read.ts";
import type { Account } from "./entry.ts";

/** How old it may get: who was cut off by another process is locked out within this time. */
const FRESH_FOR = 5_000;

/** Which tenant a Zendesk account belongs to, in memory: every request of a page asks. */
export interface PairingBook {
  find(account: Account): Promise<ZendeskPairing | null>;
  reload(): Promise<void>;
}

export function createPairingBook(
  pairings: () => Promise<readonly ZendeskPairing[]>,
  clock: Clock,
): PairingBook {
  const byAccount = shareRead(
    async (): Promise<ReadonlyMap<string, ZendeskPairing>> =>
      new Map((await pairings()).map((row) => [keyOf(row), row])),
    clock,
  );
  return {
    find: async (account) => (await byAccount.within(FRESH_FOR)).get(keyOf(account)) ?? null,
    reload: () => byAccount.reload(),
  };
}

/** Both count: a number alone could be another account's, a name alone an installation that was replaced. */
const keyOf = ({ host, installation }: Account) => `${host}/${installation}`;
