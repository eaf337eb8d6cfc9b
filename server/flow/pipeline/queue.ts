import { type Millis, SECOND } from "../../core/time.ts";
import { nextTurn } from "../../lib/next-turn.ts";
import { Overloaded } from "../contract.ts";
import type { Draft } from "./batch.ts";

/** What one caller asked for: part of the next commit. */
export interface Job {
  readonly size: number;
  /** Has a commit of its own: what comes after it is judged by what it changed. */
  readonly alone: boolean;
  /** Reads what it needs, and begins anew when it is run a second time. */
  prepare(): Promise<void>;
  /** Changes memory and fills the draft. */
  run(draft: Draft): Promise<void>;
  done(): void;
  failed(error: unknown): void;
}

export interface QueueOptions {
  readonly now: () => Millis;
  /** Events waiting above which callers hear 429. */
  readonly mostWaiting: number;
  /** Commits some jobs and settles each of them; never rejects. */
  readonly runBatch: (jobs: readonly Job[]) => Promise<void>;
  /** Runs after each batch, before the next one: null when there is nothing to wait for. Never rejects. */
  readonly afterBatch: () => Promise<void> | null;
  /** Finds out whether the store takes writes again, and mends memory; false when not. */
  readonly recover: () => Promise<boolean>;
}

/** Events in one commit at most: bounds how long one batch holds the loop. */
const BATCH_EVENTS = 1_000;

/**
 * What waits for a commit. Jobs that arrive while a batch is under way become the next one. Between two batches
 * nothing is half done: that is when snapshots are taken and state is looked at.
 */
export class Queue {
  readonly #options: QueueOptions;
  #jobs: Job[] = [];
  #waiting = 0;
  #running: Promise<void> | null = null;
  #between: (() => void)[] = [];
  #failing = false;
  #lastProbe: Millis = Number.NEGATIVE_INFINITY;
  #recovering: Promise<boolean> | null = null;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get load(): { waiting: number; failing: boolean } {
    return { waiting: this.#waiting, failing: this.#failing };
  }

  /** The store does not take writes: until it does again, callers hear so at once. */
  fail(): void {
    this.#failing = true;
  }

  /** How so many more events would be refused; null when they would be taken. */
  refusal(size: number): Overloaded | null {
    if (this.#failing) {
      void this.#tryToRecover();
      return new Overloaded(503, 2, "the store does not take writes at the moment");
    }
    // One caller with more than fits is taken when nobody else waits, or it could never be.
    if (this.#waiting > 0 && this.#waiting + size > this.#options.mostWaiting) {
      return new Overloaded(429, 2, "too many events are waiting; send them again shortly");
    }
    return null;
  }

  submit<Result>(
    size: number,
    work: Pick<Job, "prepare" | "run"> & { readonly alone?: boolean; readonly result: () => Result },
  ): Promise<Result> {
    const refusal = this.refusal(size);
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise<Result>((resolve, reject) => {
      const settle = (end: () => void) => {
        this.#waiting -= size;
        end();
      };
      this.#jobs.push({
        size,
        alone: work.alone === true,
        prepare: () => work.prepare(),
        run: (draft) => work.run(draft),
        done: () => settle(() => resolve(work.result())),
        failed: (error) => settle(() => reject(error)),
      });
      this.#waiting += size;
      this.#start();
    });
  }

  /** Runs a synchronous action at a moment when no batch is under way. */
  between<Result>(action: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#between.push(() => {
        try {
          resolve(action());
        } catch (error) {
          reject(error);
        }
      });
      if (this.#running === null) this.#runBetween();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** Whether writes are taken; asks the store when they were not, at most once a second. */
  async ready(): Promise<boolean> {
    if (!this.#failing) return true;
    return this.#tryToRecover();
  }

  #tryToRecover(): Promise<boolean> {
    const now = this.#options.now();
    if (this.#recovering !== null) return this.#recovering;
    // A clock that was set back must not keep us from asking.
    if (now >= this.#lastProbe && now - this.#lastProbe < SECOND) return Promise.resolve(false);
    this.#lastProbe = now;
    this.#recovering = this.#options
      .recover()
      .catch(() => false)
      .then((works) => {
        if (works) this.#failing = false;
        this.#recovering = null;
        return works;
      });
    return this.#recovering;
  }

  #start(): void {
    this.#running ??= this.#work();
  }

  async #work(): Promise<void> {
    // Let the requests of this turn of the event loop gather first.
    await nextTurn();
    while (this.#jobs.length > 0) {
      this.#runBetween();
      await this.#options.runBatch(this.#take());
      const rest = this.#options.afterBatch();
      if (rest !== null) await rest;
      // The answers go out before the next batch holds the loop, and what has arrived meanwhile joins it.
      await nextTurn();
    }
    this.#running = null;
    this.#runBetween();
  }

  #runBetween(): void {
    for (const action of this.#between.splice(0)) action();
  }

  #take(): Job[] {
    let events = 0;
    let count = 0;
    for (const job of this.#jobs) {
      if (count > 0 && (job.alone || events + job.size > BATCH_EVENTS)) break;
      events += job.size;
      count += 1;
      if (job.alone) break;
    }
    return this.#jobs.splice(0, count);
  }
}
