import type { EventData } from "../event.ts";
import type { Millis } from "../time.ts";
import { NO_DATA, type Signal } from "./signal.ts";

/** How many event ids a match names. */
const NAMED = 20;

interface Share {
  count: number;
  /** Time of the person's newest event, and which of the events taken in it was. */
  newest: Millis;
  stamp: number;
}

/** The events something rests on: how many, whose, the newest of their ids and the data of the newest. */
export class Evidence {
  count = 0;
  /** Time of the first event; Infinity when there is none. */
  firstAt: Millis = Number.POSITIVE_INFINITY;
  /** The newest at most 20, in time order; `ids` runs alongside. */
  times: Millis[] = [];
  ids: string[] = [];
  shares: Map<string, Share> = new Map();
  data: EventData = NO_DATA;

  /** Takes in one event. One that is older than others finds its place by time, after those of the same time. */
  add(time: Millis, id: string, person: string | null, data: EventData): void {
    const newest = this.times[this.times.length - 1];
    if (newest === undefined || time >= newest) this.data = data;
    if (time < this.firstAt) this.firstAt = time;
    this.count++;
    this.#name(time, id);
    if (person !== null) this.#share(person, time);
  }

  addSignal(signal: Signal): void {
    this.add(signal.time, signal.id, signal.person, signal.data);
  }

  /** Takes in all of somebody else's, which is newer. */
  append(newer: Evidence): void {
    for (let i = 0; i < newer.times.length; i++) this.#name(newer.times[i] ?? 0, newer.ids[i] ?? "");
    if (newer.count > 0) this.data = newer.data;
    for (const [person, { count, newest, stamp }] of newer.shares) {
      const known = this.shares.get(person);
      this.shares.set(person, {
        count: count + (known?.count ?? 0),
        newest,
        stamp: this.count + stamp,
      });
    }
    this.count += newer.count;
    this.firstAt = Math.min(this.firstAt, newer.firstAt);
  }

  clear(): void {
    this.count = 0;
    this.firstAt = Number.POSITIVE_INFINITY;
    this.times = [];
    this.ids = [];
    this.shares = new Map();
    this.data = NO_DATA;
  }

  /** True when something else happened at that very moment, so that the order within it would matter. */
  hasAt(time: Millis): boolean {
    if (this.times.includes(time)) return true;
    for (const { newest } of this.shares.values()) if (newest === time) return true;
    return false;
  }

  /** The person in most of the events, the newest on a tie. */
  person(): string | null {
    let most: Share | undefined;
    let found: string | null = null;
    for (const [person, share] of this.shares) {
      if (most === undefined || isAhead(share, most)) {
        most = share;
        found = person;
      }
    }
    return found;
  }

  copy(): Evidence {
    const copy = new Evidence();
    copy.count = this.count;
    copy.firstAt = this.firstAt;
    copy.times = this.times.slice();
    copy.ids = this.ids.slice();
    for (const [person, share] of this.shares) copy.shares.set(person, { ...share });
    copy.data = this.data;
    return copy;
  }

  #name(time: Millis, id: string): void {
    const { times, ids } = this;
    let at = times.length;
    while (at > 0 && (times[at - 1] ?? 0) > time) at--;
    if (times.length === NAMED) {
      if (at === 0) return;
      times.shift();
      ids.shift();
      at--;
    }
    if (at === times.length) {
      times.push(time);
      ids.push(id);
      return;
    }
    times.splice(at, 0, time);
    ids.splice(at, 0, id);
  }

  #share(person: string, time: Millis): void {
    const known = this.shares.get(person);
    if (known === undefined) {
      this.shares.set(person, { count: 1, newest: time, stamp: this.count });
      return;
    }
    known.count++;
    if (time < known.newest) return;
    known.newest = time;
    known.stamp = this.count;
  }
}

function isAhead(one: Share, other: Share): boolean {
  if (one.count !== other.count) return one.count > other.count;
  if (one.newest !== other.newest) return one.newest > other.newest;
  return one.stamp > other.stamp;
}
