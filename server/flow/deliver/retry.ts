import type { AttemptResult } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import type { Millis } from "../../core/time.ts";
import type { DeliverOptions } from "./contract.ts";

/**
 * When to try again: full jitter over a wait that doubles, and never before the provider allows it.
 *
 * `wait = random * min(longestWait, firstWait * 2^(attempts - 1))`; with `Retry-After` it comes on top, so that those
 * who were all told the same do not all come back at once. What would be too late for the message fails now, so that
 * the ladder can step on while there is time.
 */
export function retryOrFail(
  row: Pick<Delivery, "attempts" | "dueBy">,
  now: Millis,
  after: Millis | null,
  detail: string,
  random: () => number,
  options: Pick<DeliverOptions, "firstWait" | "longestWait">,
): AttemptResult {
  const at = now + (after ?? 0) + backoff(row.attempts, random, options);
  if (at > row.dueBy)
    return { kind: "failed", detail: `${detail}; a next try would be too late`, address: null };
  return { kind: "retry", at, detail };
}

/** `attempts` counts the one that just failed. */
export function backoff(
  attempts: number,
  random: () => number,
  { firstWait, longestWait }: Pick<DeliverOptions, "firstWait" | "longestWait">,
): Millis {
  const most = Math.min(longestWait, firstWait * 2 ** Math.min(30, Math.max(0, attempts - 1)));
  return Math.ceil(random() * most);
}
