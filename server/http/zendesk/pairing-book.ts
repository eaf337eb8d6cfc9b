import type { ZendeskPairing } from "../../admin/contract.ts";
import { type Clock, isFresh } from "../../lib/clock.ts";
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
  let byAccount: ReadonlyMap<string, ZendeskPairing> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  const read = async () => {
    const rows = await pairings();
    byAccount = new Map(rows.map((row) => [keyOf(row), row]));
    readAt = clock.now();
  };
  const readOnce = () => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  return {
    async find(account) {
      if (!isFresh(readAt, clock.now(), FRESH_FOR)) await readOnce();
      return byAccount.get(keyOf(account)) ?? null;
    },
    async reload() {
      await reading?.catch(() => undefined);
      await readOnce();
    },
  };
}

/** Both count: a number alone could be another account's, a name alone an installation that was replaced. */
const keyOf = ({ host, installation }: Account) => `${host}/${installation}`;
