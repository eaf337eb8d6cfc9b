import type { Tally } from "../../core/control.ts";
import type { Event } from "../../core/event.ts";
import { isJourney, journeyKeyOf } from "../../core/journey.ts";
import type { CompiledLibrary } from "../../core/matching/compile.ts";
import type { Pattern } from "../../core/pattern.ts";
import { MINUTE, type Millis } from "../../core/time.ts";

interface Counted {
  readonly tenant: string;
  readonly tally: Tally;
  /** Log position of the first event that was counted. */
  readonly seq: number;
}

/**
 * Counts the journey signals of all tenants by minute, so that one record a minute and signal enters the log
 * instead of a second copy of every event. What was counted for a commit that failed is taken back; what was counted
 * and not written yet is counted again from the log after a restart.
 */
export class JourneyCounter {
  readonly #counts = new Map<string, Counted>();
  #staged: Counted[] = [];
  readonly #journeysOf = new WeakMap<CompiledLibrary, readonly Pattern[]>();

  count(tenant: string, library: CompiledLibrary, event: Event, seq: number): void {
    for (const pattern of this.#journeys(library)) {
      const key = journeyKeyOf(pattern, event);
      if (key === null) continue;
      const minute = Math.floor(event.receivedAt / MINUTE) * MINUTE;
      this.#staged.push({ tenant, tally: { pattern: pattern.id, key, minute, count: 1 }, seq });
    }
  }

  #journeys(library: CompiledLibrary): readonly Pattern[] {
    const known = this.#journeysOf.get(library);
    if (known !== undefined) return known;
    const journeys = library.patterns.filter((pattern) => isJourney(pattern) && pattern.status !== "paused");
    this.#journeysOf.set(library, journeys);
    return journeys;
  }

  keep(): void {
    for (const one of this.#staged) this.#add(one);
    this.#staged = [];
  }

  #add({ tenant, tally, seq }: Counted): void {
    const name = nameOf(tenant, tally);
    const known = this.#counts.get(name);
    const count = (known?.tally.count ?? 0) + tally.count;
    this.#counts.set(name, { tenant, tally: { ...tally, count }, seq: Math.min(seq, known?.seq ?? seq) });
  }

  undo(): void {
    this.#staged = [];
  }

  /** A record of the log says that these were written. */
  written(tenant: string, tallies: readonly Tally[]): void {
    for (const tally of tallies) {
      const name = nameOf(tenant, tally);
      const known = this.#counts.get(name);
      const count = (known?.tally.count ?? 0) - tally.count;
      if (known === undefined || count <= 0) this.#counts.delete(name);
      else this.#counts.set(name, { ...known, tally: { ...known.tally, count } });
    }
  }

  /** Counts of minutes that are over, per tenant; they stay until `written`. */
  due(now: Millis): { readonly tenant: string; readonly counts: readonly Tally[] }[] {
    const byTenant = new Map<string, Tally[]>();
    for (const { tenant, tally } of this.#counts.values()) {
      if (tally.minute + MINUTE > now) continue;
      const counts = byTenant.get(tenant);
      if (counts === undefined) byTenant.set(tenant, [tally]);
      else counts.push(tally);
    }
    return [...byTenant].map(([tenant, counts]) => ({ tenant, counts }));
  }

  /** Log position of the first event whose count is not written yet; Infinity when all are. */
  get oldest(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { seq } of this.#counts.values()) oldest = Math.min(oldest, seq);
    return oldest;
  }
}

function nameOf(tenant: string, { minute, pattern, key }: Tally): string {
  return `${tenant}\u0000${minute}\u0000${pattern}\u0000${key}`;
}
