import type { Millis } from "../core/time.ts";
import type { BreakerOptions } from "./deliver/contract.ts";

export const BREAKER: BreakerOptions = { consecutive: 5, window: 20, probeAfter: 30_000 };

export type BreakerState = "closed" | "open" | "half_open";

/**
 * Keeps calls away from a provider that fails, per connection (provider and tenant).
 *
 * Closed: calls go through. Five failures in a row, or half of the last twenty calls, open it. Open: nothing goes
 * through for 30 s. Half open: one call probes; it closes the breaker with an empty memory, or opens it for another
 * 30 s. A call that was under way when it opened neither closes it nor prolongs the wait.
 */
export interface Breaker {
  state(now: Millis): BreakerState;
  /** Whether a call may start. */
  allows(now: Millis): boolean;
  /** When a call may start again; null while it is closed. */
  opensAgainAt(): Millis | null;
  /** A call starts. The result is to be told with what this answers. */
  begin(now: Millis): Call;
}

export interface Call {
  succeeded(): void;
  failed(now: Millis): void;
  /** It said nothing about the provider: never left, or was told to stop. */
  abandoned(): void;
}

export function createBreaker(options: BreakerOptions = BREAKER): Breaker {
  let openUntil: Millis | null = null;
  let probing = false;
  let inARow = 0;
  let recent: readonly boolean[] = []; // true = failed

  const open = (now: Millis) => {
    openUntil = now + options.probeAfter;
  };
  const close = () => {
    openUntil = null;
    inARow = 0;
    recent = [];
  };
  const remember = (failed: boolean) => {
    recent = [...recent, failed].slice(-options.window);
    inARow = failed ? inARow + 1 : 0;
  };
  const tooMany = () =>
    inARow >= options.consecutive ||
    (recent.length === options.window && recent.filter(Boolean).length * 2 >= options.window);

  const breaker: Breaker = {
    state(now) {
      if (openUntil === null) return "closed";
      // Longer than it was opened for: the clock was set back in the meantime.
      const isBack = openUntil - now > options.probeAfter;
      return now >= openUntil || isBack ? "half_open" : "open";
    },
    allows(now) {
      const state = breaker.state(now);
      return state === "closed" || (state === "half_open" && !probing);
    },
    opensAgainAt: () => openUntil,
    begin(now) {
      const probe = breaker.state(now) === "half_open";
      if (probe) probing = true;
      const end = (then: () => void) => {
        if (probe) probing = false;
        // What began before it opened has nothing to say about now.
        if (probe || openUntil === null) then();
      };
      return {
        succeeded: () => end(() => (probe ? close() : remember(false))),
        failed: (at) =>
          end(() => {
            remember(true);
            if (probe || tooMany()) open(at);
          }),
        abandoned: () => end(() => {}),
      };
    },
  };
  return breaker;
}
