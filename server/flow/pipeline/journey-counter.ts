import type { Tally } from "../../core/control.ts";
import type { Event } from "../../core/event.ts";
import { isJourney, journeyKeyOf } from "../../core/journey.ts";
import type { CompiledLibrary } from "../../core/matching/compile.ts";
import type { Pattern } from "../../core/pattern.ts";
import { MINUTE, type Millis } from "../../core/time.ts";

interface Counted {
  readonly tenant: string;
  readonly tally: Tally;
}

/**
 * Counts the journey signals of all tenants by minute, so that one record a minute and signal enters the log
 * instead of a second copy of every event. What was counted for a commit that failed is taken back.
 */
export class JourneyCounter {
  readonly #counts = new Map<string, Counted>();
  #staged: Counted[] = [];
  readonly #journeysOf = new WeakMap<CompiledLibrary, readonly Pattern[]>();

  count(tenant: string, library: CompiledLibrary, event: Event): void {
    for (const pattern of this.#journeys(library)) {
      const key = journeyKeyOf(pattern, event);
      if (key === null) continue;
      const minute = Math.floor(event.receivedAt / MINUTE) * MINUTE;
      this.#staged.push({ tenant, tally: { pattern: pattern.id, key, minute, count: 1 } });
    }
  }

  #journeys(library: CompiledLibrary): readonly Pattern[] {
    const known = this.#journeysOf.get(library);
    if (known !== undefined) return known;
    const journeys = library.patterns.filter(isJourney);
    this.#journeysOf.set(library, journeys);
    return journeys;
  }

  keep(): void {
    for (const { tenant, tally } of this.#staged) {
      const name = `${tenant}\u0000${tally.minute}\u0000${tally.pattern}\u0000${tally.key}`;
      const count = (this.#counts.get(name)?.tally.count ?? 0) + tally.count;
      this.#counts.set(name, { tenant, tally: { ...tally, count } });
    }
    this.#staged = [];
  }

  undo(): void {
    this.#staged = [];
  }

  /** Takes the counts of minutes that are over, per tenant. */
  take(now: Millis): { readonly tenant: string; readonly counts: readonly Tally[] }[] {
    const byTenant = new Map<string, Tally[]>();
    for (const [name, { tenant, tally }] of this.#counts) {
      if (tally.minute + MINUTE > now) continue;
      this.#counts.delete(name);
      const counts = byTenant.get(tenant);
      if (counts === undefined) byTenant.set(tenant, [tally]);
      else counts.push(tally);
    }
    return [...byTenant].map(([tenant, counts]) => ({ tenant, counts }));
  }
}
