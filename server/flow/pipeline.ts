/**
 * The pipeline: the one place that assesses and commits. Whatever arrives while a commit is in flight becomes the
 * next batch, so that concurrent requests share one fsync; a caller is answered when its batch is on disk.
 *
 * A commit that fails leaves memory as a fresh rebuild would: the touched units are dropped and loaded again from
 * the store, the directory forgets, the tenant-wide versions are rolled back. Until a probe succeeds, callers hear
 * 503 at once.
 */

import type { TenantControl, UnitControl } from "../core/control.ts";
import type { Tools } from "../core/engine/assess.ts";
import type { Incoming } from "../core/event.ts";
import type { Millis } from "../core/time.ts";
import type { Unit } from "../core/unit.ts";
import { type Engine, THIS_ENGINE } from "../core/unit-upgrades.ts";
import {
  type Log,
  type Outbox,
  type Directory as StoreDirectory,
  StoreUnavailable,
} from "../store/contract.ts";
import {
  type Along,
  type Committed,
  type ControlResult,
  Overloaded,
  type Pipeline,
  type ReceiveResult,
  type Target,
} from "./contract.ts";
import { addAlong, batchOf, type Draft, isEmpty, newDraft } from "./pipeline/batch.ts";
import { CatchingUp } from "./pipeline/catching-up.ts";
import { type Addressed, addressed, takeControls } from "./pipeline/controls.ts";
import { Directory, type Pseudonym } from "./pipeline/directory.ts";
import { Events } from "./pipeline/events.ts";
import { Inputs, type Position } from "./pipeline/inputs.ts";
import { JourneyCounter } from "./pipeline/journey-counter.ts";
import { type Job, Queue } from "./pipeline/queue.ts";
import { reconcileAll } from "./pipeline/reconciling.ts";
import { Saving } from "./pipeline/saving.ts";
import { startFromLog } from "./pipeline/start.ts";
import { createTenants, type LibraryOf, type Tenants } from "./pipeline/tenants.ts";
import { Timers } from "./pipeline/timers.ts";
import { Units } from "./pipeline/units.ts";

/** What the pipeline needs of the store. */
export type PipelineStore = Log &
  Pick<StoreDirectory, "identify" | "memberships" | "erased" | "stopped"> &
  Pick<Outbox, "served">;

export interface PipelineOptions {
  readonly store: PipelineStore;
  readonly now: () => Millis;
  readonly tools: Tools;
  readonly libraryOf: LibraryOf;
  /** The engine that judges; a test may stand in for a later one. */
  readonly engine?: Engine;
  readonly pseudonym: Pseudonym;
  /** Events waiting above which callers hear 429. */
  readonly mostWaiting?: number;
  readonly onFailure?: (error: unknown) => void;
  /** Hears once of each unit whose state cannot be read; all others go on. */
  readonly onUnreadable?: (error: Error) => void;
  /** Units in memory above which those that nobody asked for lately leave it. */
  readonly mostUnits?: number;
  /** How a pause between slices is made, of about so many milliseconds; a test may make it immediate. */
  readonly pause?: (millis: number) => Promise<void>;
}

const MOST_WAITING = 10_000;

export function createPipeline(options: PipelineOptions): Pipeline & PipelineControl {
  return new StorePipeline(options);
}

/** What only the composition root and the upkeep jobs use. */
export interface PipelineControl {
  /** Folds the tenant-wide log and takes up the units with inputs after the checkpoint. */
  start(onProgress?: (inputs: number) => void): Promise<void>;
  /** Saves every unit that is changed by now. */
  checkpoint(): Promise<void>;
  /** Saves what has waited longest, gently, for the better part of a second; lets go of units that nobody wants. */
  saveSome(): Promise<void>;
  /** Resolves when every unit knows of the changed patterns. */
  caughtUp(): Promise<void>;
  /** Replaces a unit's state, as erasing does. */
  rewrite(tenant: string, unit: string, change: (unit: Unit) => Unit): Promise<void>;
  readonly units: Units;
  readonly tenants: Tenants;
}

class StorePipeline implements Pipeline, PipelineControl {
  readonly units: Units;
  readonly tenants: Tenants;
  readonly #options: PipelineOptions;
  readonly #engine: Engine;
  readonly #store: PipelineStore;
  readonly #directory: Directory;
  readonly #inputs: Inputs;
  readonly #events: Events;
  readonly #journeys = new JourneyCounter();
  readonly #queue: Queue;
  readonly #saving: Saving;
  readonly #timers: Timers;
  readonly #catchingUp: CatchingUp;
  readonly #listeners = new Set<(committed: Committed) => void>();

  constructor(options: PipelineOptions) {
    const { store, now, tools } = options;
    this.#options = options;
    this.#store = store;
    const journeys = this.#journeys;
    this.tenants = createTenants(options.libraryOf);
    this.#engine = options.engine ?? THIS_ENGINE;
    const { tenants } = this;
    const engine = this.#engine;
    this.units = new Units({ store, tenants, tools, engine, onUnreadable: options.onUnreadable });
    this.#directory = new Directory(store, options.pseudonym);
    const memory = { units: this.units, tenants: this.tenants, directory: this.#directory };
    this.#inputs = new Inputs({ ...memory, tools, now });
    this.#events = new Events({ ...memory, store, inputs: this.#inputs, journeys, now });
    this.#queue = new Queue({
      now,
      mostWaiting: options.mostWaiting ?? MOST_WAITING,
      runBatch: (jobs) => this.#runBatch(jobs),
      afterBatch: () => this.#saving.holdBack(),
      recover: () => this.#recover(),
    });
    const shared = { store, units: this.units, queue: this.#queue, journeys };
    this.#saving = new Saving({
      ...shared,
      now,
      seq: () => this.#inputs.seq,
      mostUnits: options.mostUnits,
      pause: options.pause,
    });
    this.#timers = new Timers({
      ...shared,
      saving: this.#saving,
      isBackfilling: (tenant, at) => this.#events.isBackfilling(tenant, at),
      control: (tenant, unit, control) => this.control(tenant, { unit }, control),
    });
    this.#catchingUp = new CatchingUp({
      store,
      units: this.units,
      tenants: this.tenants,
      saving: this.#saving,
      now,
      onFailure: (error) => options.onFailure?.(error),
    });
  }

  // ---- what callers see

  get load(): { waiting: number; failing: boolean } {
    return this.#queue.load;
  }

  refusal(): Overloaded | null {
    return this.#queue.refusal(1);
  }

  tenant(id: string) {
    return this.tenants.latest(id);
  }

  subscribe(listener: (committed: Committed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  receive(tenant: string, incoming: readonly Incoming[], along?: Along): Promise<ReceiveResult> {
    let duplicates = 0;
    let known: ReadonlySet<string> = new Set();
    return this.#queue.submit(incoming.length, {
      prepare: async () => {
        known = await this.#events.prepare(tenant, incoming);
      },
      run: async (draft) => {
        addAlong(draft, along);
        for (const stop of along?.stops ?? []) this.#directory.stop(tenant, stop);
        duplicates = await this.#events.takeAll(tenant, incoming, known, along?.reception?.id, draft);
      },
      result: () => ({ accepted: incoming.length - duplicates, duplicates, rejected: [] }),
    });
  }

  control(tenant: string, target: Target, control: UnitControl, along?: Along): Promise<ControlResult> {
    let result: ControlResult = { seq: 0, effects: [] };
    let controls: readonly Addressed[] = [];
    return this.#queue.submit(1, {
      prepare: async () => {
        controls = await addressed(this.#directory, tenant, target, control);
        await this.units.load(controls.map(({ unit }) => ({ tenant, unit })));
      },
      run: async (draft) => {
        addAlong(draft, along);
        const effects = await takeControls(this.#inputs, tenant, controls, draft);
        result = { seq: this.#inputs.seq, effects };
      },
      result: () => result,
    });
  }

  async tenantControl(tenant: string, control: TenantControl, along?: Along): Promise<ControlResult> {
    let result: ControlResult = { seq: 0, effects: [] };
    await this.#queue.submit(1, {
      // Units catch up with changed patterns from what is on disk.
      alone: control.kind === "library",
      prepare: async () => {},
      run: async (draft) => {
        addAlong(draft, along);
        this.#inputs.applyTenantWide(tenant, control, draft);
        result = { seq: this.#inputs.seq, effects: [] };
      },
      result: () => result,
    });
    if (control.kind === "library") this.#catchingUp.begin(tenant);
    return result;
  }

  async peek(tenant: string, unit: string): Promise<Unit | null> {
    for (;;) {
      await this.units.load([{ tenant, unit }]);
      const found = await this.#queue.between(() => {
        const state = this.units.get(tenant, unit);
        if (state === undefined || state.seq > 0) return state;
        // Asking about a name must not make a unit of it.
        this.units.drop([{ tenant, unit }]);
        return null;
      });
      // It may have left memory again, to make room.
      if (found !== undefined) return found;
    }
  }

  // ---- time, starting, saving

  tick(now: Millis): Promise<void> {
    return this.#timers.tick(now);
  }

  async start(onProgress?: (inputs: number) => void): Promise<void> {
    const { tenants, units } = this;
    const [store, inputs, events] = [this.#store, this.#inputs, this.#events];
    const [journeys, saving] = [this.#journeys, this.#saving];
    const engine = this.#engine;
    await startFromLog({ store, engine, inputs, events, tenants, units, journeys, saving }, onProgress);
    await reconcileAll({
      store,
      units,
      engine,
      control: ({ tenant, unit }, control) => this.control(tenant, { unit }, control),
    });
    this.#catchingUp.resume(this.#options.now());
  }

  caughtUp(): Promise<void> {
    return this.#catchingUp.idle();
  }

  async checkpoint(): Promise<void> {
    await this.#tellOwed();
    await this.#saving.checkpoint();
  }

  async saveSome(): Promise<void> {
    await this.#tellOwed();
    await this.#saving.saveSome();
  }

  /** Units that were made again from the log alone are saved once they were told what was served to them. */
  async #tellOwed(): Promise<void> {
    const now = this.#options.now();
    const owed = this.units.owed.filter(({ tenant }) => !this.#events.isBackfilling(tenant, now));
    const told = owed.map((name) =>
      this.#queue.submit(1, {
        prepare: () => this.units.load([name]),
        run: (draft) => this.#inputs.tell(name, draft),
        result: () => undefined,
      }),
    );
    await Promise.all(told);
  }

  async drain(): Promise<void> {
    await this.#catchingUp.stop();
    await this.#queue.idle();
    await this.#timers.writeTallies(Number.POSITIVE_INFINITY);
    await this.checkpoint();
  }

  async rewrite(tenant: string, unit: string, change: (unit: Unit) => Unit): Promise<void> {
    await this.#queue.submit(1, {
      prepare: () => this.units.load([{ tenant, unit }]),
      run: async (draft) => {
        await this.#inputs.tell({ tenant, unit }, draft);
        const state = this.units.get(tenant, unit);
        if (state === undefined) return;
        const changed = change(state);
        this.units.replace(changed);
        draft.touched.set(changed, changed.seq);
      },
      // Until the batch is written the directory also holds what is not on disk yet.
      result: () => this.#directory.forget(),
    });
    await this.checkpoint();
  }

  // ---- batches

  async #runBatch(jobs: readonly Job[]): Promise<void> {
    const draft = newDraft();
    const before = this.#inputs.begin();
    let committing = false;
    try {
      this.#events.begin();
      this.#directory.trim();
      // In turn: what one job learns (a new member, a new name) the next one knows.
      for (const job of jobs) {
        await job.prepare();
        await job.run(draft);
      }
      committing = true;
      if (!isEmpty(draft)) await this.#store.commit(batchOf(draft));
    } catch (error) {
      this.#undo(draft, before);
      this.#options.onFailure?.(error);
      return this.#afterFailure(jobs, error, committing || error instanceof StoreUnavailable);
    }
    for (const [unit, seq] of draft.touched) this.units.touch(unit, seq);
    if (draft.unlinked.length > 0) this.#directory.forget();
    for (const job of jobs) job.done();
    this.#publish(draft);
  }

  /** One caller's input that cannot be assessed must not take the others down with it: they are tried one by one. */
  async #afterFailure(jobs: readonly Job[], error: unknown, isStore: boolean): Promise<void> {
    if (!isStore) await this.#recover().catch(() => this.#queue.fail());
    if (!isStore && jobs.length > 1) {
      for (const job of jobs) await this.#runBatch([job]);
      return;
    }
    if (isStore) this.#queue.fail();
    const refusal = new Overloaded(503, 2, "nothing was written; send it again shortly", { cause: error });
    for (const job of jobs) job.failed(refusal);
  }

  #undo(draft: Draft, before: Position): void {
    this.#inputs.backTo(before);
    this.units.lose(draft.touched.keys());
    this.tenants.rollBack(before.seq);
    this.#directory.forget();
    this.#journeys.undo();
  }

  async #recover(): Promise<boolean> {
    if (!(await this.#store.probe())) return false;
    await this.units.reloadLost();
    return true;
  }

  #publish({ committed, tallied }: Draft): void {
    this.#journeys.keep();
    for (const { tenant, counts } of tallied) this.#journeys.written(tenant, counts);
    for (const one of committed) {
      for (const listener of this.#listeners) {
        try {
          listener(one);
        } catch (error) {
          this.#options.onFailure?.(error);
        }
      }
    }
  }
}
