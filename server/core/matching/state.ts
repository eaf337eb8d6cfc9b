import type { EventData } from "../event.ts";
import type { Millis } from "../time.ts";
import { Buckets } from "./buckets.ts";
import type { Episode } from "./episode.ts";
import type { Signal } from "./signal.ts";

/** A signal that is remembered on its own: what armed an absence, or opened a sequence. */
export type Moment = Omit<Signal, "source">;

/** Absence and sequence keep a moment, level whether the last report was above, spike and drop their buckets. */
export type Extra = Moment | boolean | Buckets | null;

/** What has become of the signals of one pattern and key so far, in their order. One shape for every kind. */
export class State {
  /** How often it has fired. */
  episodes = 0;
  lastFired: Millis | null = null;
  /** The open match. */
  episode: Episode | null = null;
  /** Signals that may yet become the first ones of a match; of each, `refs` holds id, person and (distinct) value. */
  times: Millis[] = [];
  refs: (string | null)[] = [];
  extra: Extra = null;

  copy(): State {
    const copy = new State();
    copy.episodes = this.episodes;
    copy.lastFired = this.lastFired;
    copy.episode = this.episode === null ? null : this.episode.copy();
    copy.times = this.times.slice();
    copy.refs = this.refs.slice();
    copy.extra = this.extra instanceof Buckets ? this.extra.copy() : this.extra;
    return copy;
  }
}

export function momentOf({ time, id, person, data }: Signal): {
  time: Millis;
  id: string;
  person: string | null;
  data: EventData;
} {
  return { time, id, person, data };
}
