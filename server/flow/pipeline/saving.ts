import type { Millis } from "../../core/time.ts";
import { nextTurn } from "../../lib/next-turn.ts";
import type { Log } from "../../store/contract.ts";
import type { JourneyCounter } from "./journey-counter.ts";
import type { Queue } from "./queue.ts";
import type { Units } from "./units.ts";

/** Some 3 KB each, all in. Those beyond sleep on disk, and wake within a millisecond. */
const MOST_UNITS = 200_000;
const EVICT_LOOKS = 16;
const CHECKPOINT_SLICE = 64;
/**
 * So many of the newest inputs need not be in a snapshot: the log replay of them takes a start half a second, and units
 * that are busy are saved once for many inputs. Beyond the most, saving takes all the time it can get.
 */
const LEAVE_UNSAVED = 50_000;
const MOST_UNSAVED = 250_000;
/** Milliseconds of one go, which is shorter than the upkeep's round; after each slice so many times its length off. */
const SAVE_FOR = 700;
const REST = 5;
/** A slice that took longer is halved: nobody waits long for a snapshot. */
const LONG_SLICE = 4;
const MOST_SLICE = 64;
/**
 * When more new units come than gentle saving can let go of, memory comes first: this many times the room there is
 * for units, and slices become large and follow each other.
 */
const CROWDED = 1.125;
const CROWDED_SLICE = 1_024;
/** Beyond this many times, whoever brings more has to wait. */
const OVERCROWDED = 1.5;
/** Inputs by which the checkpoint moves at least, so that it is not written all the time. */
const WRITE_EVERY = 5_000;

export interface SavingDeps {
  readonly store: Pick<Log, "saveUnits" | "setCheckpoint">;
  readonly units: Units;
  readonly queue: Queue;
  readonly journeys: JourneyCounter;
  readonly now: () => Millis;
  /** Position of the newest input. */
  readonly seq: () => number;
  readonly mostUnits: number | undefined;
  readonly pause: ((millis: number) => Promise<void>) | undefined;
}

/** Writes snapshots of units in small slices, moves the checkpoint behind them, and lets go of what nobody wants. */
export class Saving {
  readonly #deps: SavingDeps;
  readonly #mostUnits: number;
  readonly #pause: (millis: number) => Promise<void>;
  /** Units in the next slice to save; follows what the disk can do. */
  #slice = MOST_SLICE / 4;
  #checkpointed = 0;

  constructor(deps: SavingDeps) {
    this.#deps = deps;
    this.#mostUnits = deps.mostUnits ?? MOST_UNITS;
    this.#pause = deps.pause ?? rest;
  }

  /** Saves every unit that is changed by now. */
  async checkpoint(): Promise<void> {
    const { units, queue } = this.#deps;
    await units.reloadLost();
    let left = await queue.between(() => units.dirty);
    while (left > 0) {
      const size = Math.min(left, CHECKPOINT_SLICE);
      const saved = await this.save(() => units.takeDirty(size));
      if (saved === 0) break;
      left -= size;
      await this.#pause(0);
    }
    await this.#writeCheckpoint();
  }

  /** Saves what has waited longest, gently, for the better part of a second; lets go of units that nobody wants. */
  async saveSome(): Promise<void> {
    const { units, now, seq } = this.#deps;
    await units.reloadLost();
    const until = now() + SAVE_FOR;
    const isUrgent = seq() - units.unsavedFrom > MOST_UNSAVED || this.#isCrowded;
    for (let more = true; more && now() < until; ) {
      const begun = now();
      more = await this.#saveSlice();
      const spent = now() - begun;
      this.#slice = sliceAfter(spent, this.#slice);
      if (more) await this.#pause(isUrgent ? 0 : spent * REST);
    }
    await this.#writeCheckpoint(WRITE_EVERY);
  }

  /** Lets others have so many milliseconds, and makes room when there are more units in memory than are to be kept. */
  async relieve(millis: number): Promise<void> {
    await this.#pause(millis);
    if (this.#deps.units.size > this.#mostUnits) await this.saveSome();
  }

  /** Saves what has waited longest, and lets go of what nobody wants; false when there is nothing more to do. */
  async #saveSlice(): Promise<boolean> {
    const { units, queue, seq } = this.#deps;
    const isFull = units.size > this.#mostUnits;
    const size = this.#isCrowded ? CROWDED_SLICE : this.#slice;
    const upTo = isFull ? seq() : seq() - LEAVE_UNSAVED;
    const saved = await this.save(() => units.takeDirty(size, upTo));
    if (!isFull) return saved > 0;
    await queue.between(() => units.evict(this.#mostUnits, size * EVICT_LOOKS));
    return units.size > this.#mostUnits;
  }

  /**
   * Between two batches: where more units come in than saving lets go of, the next batch waits until there is room.
   * @returns null when there is
   */
  holdBack(): Promise<void> | null {
    const isOver = this.#deps.units.size > this.#mostUnits * OVERCROWDED;
    return isOver ? this.#letGo().catch(() => {}) : null;
  }

  async #letGo(): Promise<void> {
    const { units, store } = this.#deps;
    const until = this.#mostUnits * CROWDED;
    for (let more = true; more && units.size > until; ) {
      const slice = units.takeDirty(CROWDED_SLICE);
      try {
        await store.saveUnits(slice);
      } catch (error) {
        units.giveBack(slice);
        throw error;
      }
      units.saved(slice);
      const before = units.size;
      units.evict(until, CROWDED_SLICE * EVICT_LOOKS);
      more = slice.length > 0 || units.size < before;
    }
  }

  get #isCrowded(): boolean {
    return this.#deps.units.size > this.#mostUnits * CROWDED;
  }

  /**
   * While the log is read up to here: more units than are to be kept in memory are saved and let go.
   * @param reached null where the checkpoint has to stay
   */
  async makeRoom(reached: number | null): Promise<void> {
    const { units, store, journeys } = this.#deps;
    if (units.size <= this.#mostUnits) return;
    while ((await this.save(() => units.takeDirty(CHECKPOINT_SLICE * 8))) > 0);
    units.evict(this.#mostUnits / 2, units.size * 2);
    if (reached !== null) await store.setCheckpoint(Math.min(reached, journeys.oldest - 1));
  }

  /** Every input up to here is in a snapshot, and every journey signal up to here is counted in the log. */
  async #writeCheckpoint(steps = 0): Promise<void> {
    const { units, queue, store, journeys, seq } = this.#deps;
    const reached = await queue.between(() => Math.min(seq(), units.unsavedFrom - 1, journeys.oldest - 1));
    if (reached < this.#checkpointed + steps) return;
    await store.setCheckpoint(reached);
    this.#checkpointed = reached;
  }

  /** Writes snapshots that are taken at a moment when no batch is under way; what cannot be saved stays dirty. */
  async save(take: () => ReturnType<Units["takeDirty"]>): Promise<number> {
    const { units, queue, store } = this.#deps;
    const slice = await queue.between(take);
    if (slice.length === 0) return 0;
    try {
      await store.saveUnits(slice);
    } catch (error) {
      units.giveBack(slice);
      throw error;
    }
    units.saved(slice);
    return slice.length;
  }
}

function sliceAfter(spent: number, size: number): number {
  if (spent > LONG_SLICE) return Math.max(1, size >> 1);
  return spent < LONG_SLICE / 2 ? Math.min(MOST_SLICE, size + 4) : size;
}

function rest(millis: number): Promise<void> {
  if (millis <= 0) return nextTurn();
  return new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
}
