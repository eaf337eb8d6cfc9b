import type { Millis } from "../../core/time.ts";
import { sha256Hex } from "../../lib/ids.ts";
import { BadEntry } from "./entry.ts";

/** How long after its end a token is still remembered: the clocks of both sides may differ by less. */
const SKEW: Millis = 60_000;
/** Above this the oldest are looked through; a flood of tokens is one of rightly signed ones. */
const SWEEP_AT = 10_000;

/**
 * A token opens one page. It is remembered by its hash until it could not be used any more; as tokens live minutes,
 * that is kept in memory only.
 */
export function createReplayGuard(): { once(token: string, endsAt: Millis, now: Millis): void } {
  const used = new Map<string, Millis>();
  return {
    /** @throws BadEntry when it was used before */
    once(token, endsAt, now) {
      const hash = sha256Hex(token);
      if (used.has(hash)) throw new BadEntry("the token was used before", "used");
      used.set(hash, endsAt + SKEW);
      if (used.size < SWEEP_AT) return;
      for (const [each, until] of used) if (until <= now) used.delete(each);
    },
  };
}
