import { setTimeout as pause } from "node:timers/promises";
import { SECOND } from "../../core/time.ts";
import type { Random } from "../random.ts";
import type { Senders } from "../senders/index.ts";
import type { World } from "../world/world.ts";

const CUSTOMERS = 60;
const WITHIN = 4 * SECOND;

/**
 * A release breaks the register for many at once: sixty customers, each of another account, crash within seconds, and
 * the error tracker tells of every one. @returns how many; 0 while one is being played already
 */
export function createIncident(
  world: World,
  senders: Senders,
  random: Random,
  now: () => number,
  signal: AbortSignal,
): () => Promise<number> {
  let playing = false;
  return async () => {
    if (playing) return 0;
    playing = true;
    try {
      const accounts = random.sample(
        world.accounts.filter(({ silence }) => silence === null),
        CUSTOMERS,
      );
      await Promise.all(
        accounts.map(async (account, place) => {
          await pause((place / CUSTOMERS) * WITHIN, undefined, { signal });
          const data = { screen: "/register", errorCode: "E_PAYMENTS_GATEWAY", severity: "fatal" };
          const person = random.pick(account.people);
          await senders.tell({ at: now(), type: "app.crashed", account, person, data });
        }),
      );
      return accounts.length;
    } finally {
      playing = false;
    }
  };
}
