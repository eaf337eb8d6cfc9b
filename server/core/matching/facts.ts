import type { Event } from "../event.ts";
import type { Millis } from "../time.ts";

interface Entry {
  readonly time: Millis;
  readonly source: string;
  readonly id: string;
  readonly value: string;
}

/** A value that changes over time: the newest one not after a moment holds at that moment. */
export class Track {
  entries: Entry[] = [];

  at(time: Millis): string | null {
    const { entries } = this;
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i];
      if (entry !== undefined && entry.time <= time) return entry.value;
    }
    return null;
  }

  add(entry: Entry): void {
    let at = this.entries.length;
    while (at > 0 && isAfter(this.entries[at - 1], entry)) at--;
    this.entries.splice(at, 0, entry);
  }

  /** Forgets what no signal from `settled` on can ask for. */
  trim(settled: Millis): void {
    let superseded = 0;
    while ((this.entries[superseded + 1]?.time ?? Number.POSITIVE_INFINITY) < settled) superseded++;
    if (superseded > 0) this.entries.splice(0, superseded);
  }
}

function isAfter(one: Entry | undefined, other: Entry): boolean {
  if (one === undefined) return false;
  if (one.time !== other.time) return one.time > other.time;
  if (one.source !== other.source) return one.source > other.source;
  return one.id > other.id;
}

/** What patterns ask about the customer besides the events themselves. Folded by time, not by arrival. */
export class Facts {
  signedUpAt: Millis | null = null;
  onboardedAt: Millis | null = null;
  segments = new Track();
  plans = new Track();

  learn(event: Event): void {
    const { time, source, id, data } = event;
    if (event.type === "onboarding.completed") {
      this.onboardedAt = Math.min(time, this.onboardedAt ?? time);
      return;
    }
    if (event.type === "account.signed_up") this.signedUpAt = Math.min(time, this.signedUpAt ?? time);
    const { segment, plan } = data;
    if (typeof segment === "string") this.segments.add({ time, source, id, value: segment });
    if (typeof plan === "string") this.plans.add({ time, source, id, value: plan });
  }

  trim(settled: Millis): void {
    this.segments.trim(settled);
    this.plans.trim(settled);
  }

  copy(): Facts {
    const copy = new Facts();
    copy.signedUpAt = this.signedUpAt;
    copy.onboardedAt = this.onboardedAt;
    copy.segments.entries = this.segments.entries.slice();
    copy.plans.entries = this.plans.entries.slice();
    return copy;
  }
}

/** The event types that facts are learned from. */
export const FACT_TYPES: readonly string[] = ["account.signed_up", "account.updated", "onboarding.completed"];
