import { eventText, type Said } from "./event-stream.ts";

/** Something that is worth telling. Its data is made when somebody listens. */
export interface Telling<Name extends string> {
  readonly event: Name;
  readonly make: () => unknown;
}

/** `<seq>.<index>` is the id of an event: it grows, also over restarts. */
interface Place {
  readonly seq: number;
  readonly index: number;
}

/** What was told, as it goes over the wire: made at most once for all who listen. */
class Told<Name extends string> implements Place, Said {
  readonly seq: number;
  readonly index: number;
  readonly event: Name;
  readonly #make: () => unknown;
  #text: string | null = null;

  constructor(seq: number, index: number, { event, make }: Telling<Name>) {
    this.seq = seq;
    this.index = index;
    this.event = event;
    this.#make = make;
  }

  text(): string {
    this.#text ??= eventText(this.event, this.#make(), `${this.seq}.${this.index}`);
    return this.#text;
  }
}

/**
 * The newest events of a stream, for those who come back with `Last-Event-ID`. They hear what came after it; when that
 * is gone, or was never here, they hear `reset` and read everything again.
 */
export class EventRing<Name extends string> {
  readonly #keep: number;
  readonly #told: Told<Name>[] = [];
  /** The last place that cannot be gone on before: cut off, or from before this process began. */
  #lost: Place = { seq: Number.MAX_SAFE_INTEGER, index: 0 };

  /** @param keep at least so many; up to twice as many, as each cut moves the rest */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /**
   * @param seq grows with every call: the position in the log of what led to these
   * @returns the same, as they are said
   */
  add(seq: number, tellings: readonly Telling<Name>[]): readonly (Said & { readonly event: Name })[] {
    if (this.#lost.seq === Number.MAX_SAFE_INTEGER) {
      this.#lost = { seq: seq - 1, index: Number.MAX_SAFE_INTEGER };
    }
    const told = tellings.map((telling, index) => new Told(seq, index, telling));
    this.#told.push(...told);
    if (this.#told.length > 2 * this.#keep) {
      const gone = this.#told.splice(0, this.#told.length - this.#keep).at(-1);
      if (gone !== undefined) this.#lost = { seq: gone.seq, index: gone.index };
    }
    return told;
  }

  /** What a listener that comes back has to hear first; empty for one that comes for the first time. */
  missed(lastEventId: string | null, hears: (event: Name) => boolean): string {
    if (lastEventId === null) return "";
    const last = placeOf(lastEventId);
    const newest = this.#told.at(-1);
    const isKept = last !== null && newest !== undefined && !isBefore(newest, last);
    if (!isKept || isBefore(last, this.#lost)) return eventText("reset", { reason: "missed" });
    return this.#told
      .filter((told) => isBefore(last, told) && hears(told.event))
      .map((told) => told.text())
      .join("");
  }
}

function placeOf(id: string): Place | null {
  const [, seq, index] = /^(\d{1,16})\.(\d{1,9})$/.exec(id) ?? [];
  const place = { seq: Number(seq), index: Number(index) };
  return Number.isSafeInteger(place.seq) ? place : null;
}

const isBefore = (a: Place, b: Place): boolean => a.seq < b.seq || (a.seq === b.seq && a.index < b.index);
