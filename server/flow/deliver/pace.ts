import type { Delivery } from "../../core/delivery.ts";
import type { Millis } from "../../core/time.ts";

export interface Pace {
  /** Tells how many released rows wait; starts the clock when they are many. */
  waiting(count: number, now: Millis): void;
  /** Whether this released row may go now. Counts it. */
  mayGo(row: Pick<Delivery, "notBefore" | "dueBy">, now: Millis): boolean;
  readonly active: boolean;
}

/**
 * Spreads what a morning releases at once. Few go at once. When many wait, they go evenly over half an hour, in the
 * order in which they are asked about, which is that of the outbox: by what they are worth, then by deadline. Nobody
 * waits past half of the time that is left until its own deadline.
 */
export function createPace(options: { readonly spread: Millis; readonly few: number }): Pace {
  let window: { readonly from: Millis; readonly until: Millis; readonly count: number; gone: number } | null =
    null;

  return {
    get active() {
      return window !== null;
    },
    waiting(count, now) {
      if (window !== null && now < window.until) return;
      window = count > options.few ? { from: now, until: now + options.spread, count, gone: 0 } : null;
    },
    mayGo({ notBefore, dueBy }, now) {
      if (window === null || now >= window.until) return true;
      const latest = notBefore + Math.min(options.spread, Math.max(0, dueBy - notBefore) / 2);
      if (now >= latest) return true;
      const turns = 1 + Math.floor(((now - window.from) * window.count) / options.spread);
      if (window.gone >= turns) return false;
      window.gone += 1;
      return true;
    },
  };
}
