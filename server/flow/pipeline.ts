/**
 * The pipeline: the one place that assesses and commits. Whatever arrives while a commit is in flight becomes the
 * next batch, so that concurrent requests share one fsync; a caller is answered when its batch is on disk.
 *
 * A commit that fails leaves memory as a fresh rebuild would: the touched units are dropped and loaded again from
 * the store, the directory forgets, the tenant-wide versions are rolled back. Until a probe succeeds, callers hear
 * 503 at once.
 */

import type { TenantControl, UnitControl } from "../core/control.ts";
import type { Effect } from "../core/effect.ts";
import type { Event, Incoming } from "../core/event.ts";
import { shardOf } from "../core/hash.ts";
import { TENANT_UNIT } from "../core/new-unit.ts";
import { LATE, type Millis, ON_TIME, SECOND } from "../core/time.ts";
import type { Unit } from "../core/unit.ts";
import { isKnown } from "../core/vocabulary.ts";
import { type LogInput, type Store, StoreUnavailable } from "../store/contract.ts";
import { profileOf } from "./assess/joining.ts";
import { structuredPerson } from "./assess/profile.ts";
import { assess, HISTORY_ROUND, type Tools } from "./assess.ts";
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
import { type Attributed, Directory, eventOf, type Pseudonym } from "./pipeline/directory.ts";
import { JourneyCounter } from "./pipeline/journey-counter.ts";
import { type Job, nextTurn, Queue } from "./pipeline/queue.ts";
import { createTenants, type LibraryOf, type Tenants } from "./pipeline/tenants.ts";
import { type UnitName, Units } from "./pipeline/units.ts";

/** What the pipeline needs of the store. */
export type PipelineStore = Pick<
  Store,
  | "commit"
  | "probe"
  | "lastSeq"
  | "known"
  | "loadUnits"
  | "saveUnits"
  | "dueUnits"
  | "checkpoint"
  | "setCheckpoint"
  | "inputs"
  | "identify"
  | "memberships"
  | "erased"
  | "stopped"
>;

export interface PipelineOptions {
  readonly store: PipelineStore;
  readonly now: () => Millis;
  readonly tools: Tools;
  readonly libraryOf: LibraryOf;
  readonly pseudonym: Pseudonym;
  /** Events waiting above which callers hear 429. */
  readonly mostWaiting?: number;
  readonly onFailure?: (error: unknown) => void;
  /** Units in memory above which those that nobody asked for lately leave it. */
  readonly mostUnits?: number;
  /** How a pause between slices is made, of about so many milliseconds; a test may make it immediate. */
  readonly pause?: (millis: number) => Promise<void>;
}

const MOST_WAITING = 20_000;
const TICK_UNITS = 500;
/** Without a backfilled event for this long, a tenant's history counts as brought in. */
const HISTORY_PAUSE = 5 * SECOND;
const CHECKPOINT_SLICE = 64;
const LOG_PAGE = 10_000;
const PROGRESS_EVERY = 50_000;

/** Some 2 KB each. Those beyond sleep on disk, and wake within a millisecond. */
const MOST_UNITS = 200_000;
const EVICT_LOOKS = 16;
/**
 * So many of the newest inputs need not be in a snapshot: replaying them takes a start half a second, and units that
 * are busy are saved once for many inputs. Beyond the most, saving takes all the time it can get.
 */
const LEAVE_UNSAVED = 50_000;
const MOST_UNSAVED = 250_000;
/** Milliseconds of one go, which is shorter than the upkeep's round; after each slice so many times its length off. */
const SAVE_FOR = 700;
const REST = 5;
/** A slice that took longer is halved: nobody waits long for a snapshot. */
const LONG_SLICE = 4;
const MOST_SLICE = 64;
/** Inputs by which the checkpoint moves at least, so that it is not written all the time. */
const WRITE_EVERY = 5_000;

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
  /** Replaces a unit's state, as erasing does. */
  rewrite(tenant: string, unit: string, change: (unit: Unit) => Unit): Promise<void>;
  readonly units: Units;
  readonly tenants: Tenants;
}

/** An input that follows from another one, at the same moment. */
interface Forward extends UnitName {
  readonly control: UnitControl;
  readonly receivedAt: Millis;
}

class StorePipeline implements Pipeline, PipelineControl {
  readonly units: Units;
  readonly tenants: Tenants;
  readonly #options: PipelineOptions;
  readonly #store: PipelineStore;
  readonly #directory: Directory;
  readonly #journeys = new JourneyCounter();
  readonly #listeners = new Set<(committed: Committed) => void>();
  readonly #queue: Queue;
  readonly #mostUnits: number;
  #seq = 0;
  /** Units in the next slice to save; follows what the disk can do. */
  #slice = MOST_SLICE / 4;
  #checkpointed = 0;
  /**
   * The moment of the batch, as the machine's clock has it. A clock that is set back is believed: within a unit time
   * never goes back (its own clock sees to that), and what happens now is not late because the machine once erred.
   */
  #clock: Millis = 0;
  /** Tenant -> until when its history counts as still coming in. */
  readonly #historyUntil = new Map<string, Millis>();

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#store = options.store;
    this.tenants = createTenants(options.libraryOf);
    this.units = new Units(options.store, this.tenants, options.tools);
    this.#directory = new Directory(options.store, options.pseudonym);
    this.#mostUnits = options.mostUnits ?? MOST_UNITS;
    this.#queue = new Queue({
      now: options.now,
      mostWaiting: options.mostWaiting ?? MOST_WAITING,
      runBatch: (jobs) => this.#runBatch(jobs),
      recover: () => this.#recover(),
    });
  }

  // ---- what callers see

  get load(): { waiting: number; failing: boolean } {
    return this.#queue.load;
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
        duplicates = 0;
        known = await this.#store.known(incoming.map(({ source, id }) => ({ tenant, source, id })));
        await this.#directory.prepare(tenant, incoming);
        const asleep = this.#asleep(tenant, incoming);
        if (asleep.length > 0) await this.units.load(asleep);
      },
      run: async (draft) => {
        addAlong(draft, along);
        for (const stop of along?.stops ?? []) this.#directory.stop(tenant, stop);
        for (const one of incoming) {
          if (this.#isKnown(tenant, one, known)) duplicates += 1;
          else {
            const rest = this.#takeEvent(tenant, one, along?.reception?.id, draft);
            if (rest !== null) await rest;
          }
        }
      },
      result: () => ({ accepted: incoming.length - duplicates, duplicates, rejected: [] }),
    });
  }

  control(tenant: string, target: Target, control: UnitControl, along?: Along): Promise<ControlResult> {
    let result: ControlResult = { seq: 0, effects: [] };
    let inputs: readonly { readonly unit: string; readonly control: UnitControl }[] = [];
    return this.#queue.submit(1, {
      prepare: async () => {
        inputs = await this.#addressed(tenant, target, control);
        await this.units.load(inputs.map(({ unit }) => ({ tenant, unit })));
      },
      run: async (draft) => {
        addAlong(draft, along);
        const effects: Effect[] = [];
        for (const input of inputs) {
          effects.push(...(await this.#takeControl(tenant, input.unit, input.control, draft)));
        }
        result = { seq: this.#seq, effects };
      },
      result: () => result,
    });
  }

  tenantControl(tenant: string, control: TenantControl, along?: Along): Promise<ControlResult> {
    let result: ControlResult = { seq: 0, effects: [] };
    return this.#queue.submit(1, {
      prepare: async () => {},
      run: async (draft) => {
        addAlong(draft, along);
        this.#takeTenantControl(tenant, control, draft);
        result = { seq: this.#seq, effects: [] };
      },
      result: () => result,
    });
  }

  async peek(tenant: string, unit: string): Promise<Unit | null> {
    await this.units.load([{ tenant, unit }]);
    return this.#queue.between(() => {
      const state = this.units.get(tenant, unit);
      if (state === undefined || state.seq > 0) return state ?? null;
      // Asking about a name must not make a unit of it.
      this.units.drop([{ tenant, unit }]);
      return null;
    });
  }

  // ---- time

  async tick(now: Millis): Promise<void> {
    // A store that takes no writes keeps its timers: they run, at their due times, when it does again.
    if (!(await this.#queue.ready())) return;
    await this.#writeTallies(now);
    const later: UnitName[] = [];
    try {
      while (await this.#tickSome(now, later));
    } finally {
      await this.#hint(later);
    }
  }

  /** Ticks some of the units that are due, asleep or awake, and answers whether there may be more. */
  async #tickSome(now: Millis, later: UnitName[]): Promise<boolean> {
    const asleep = await this.#store.dueUnits(now, TICK_UNITS);
    await this.units.load(asleep);
    const due = this.units.takeDue(now, TICK_UNITS);
    const [ready, waiting] = this.#withoutHistory(due, now);
    later.push(...waiting);
    const ticked = await Promise.allSettled(
      ready.map(({ tenant, unit }) => this.control(tenant, { unit }, { kind: "tick" })),
    );
    const failed = ready.filter((_, i) => ticked[i]?.status === "rejected");
    later.push(...failed);
    // What is on disk says that they are due until a newer snapshot says otherwise; they must not hide the others.
    if (asleep.length === TICK_UNITS) await this.#save(() => this.units.snapshotsOf(asleep));
    return (
      failed.length === 0 && ready.length > 0 && (due.length === TICK_UNITS || asleep.length === TICK_UNITS)
    );
  }

  /** Their timers are still due: they are asked again at the next tick. */
  async #hint(names: readonly UnitName[]): Promise<void> {
    if (names.length === 0) return;
    await this.#queue.between(() => {
      for (const { tenant, unit } of names) {
        const state = this.units.get(tenant, unit);
        if (state !== undefined) this.units.hint(state);
      }
    });
  }

  /** A tick would carry a unit to the present while its past is still being told. */
  #withoutHistory(due: readonly UnitName[], now: Millis): readonly [UnitName[], UnitName[]] {
    const isWaiting = ({ tenant }: UnitName) => (this.#historyUntil.get(tenant) ?? 0) > now;
    return [due.filter((name) => !isWaiting(name)), due.filter(isWaiting)];
  }

  #tallying: Promise<void> = Promise.resolve();

  /** Counts of the journey signals become inputs of the tenant's own unit once a minute. */
  #writeTallies(now: Millis): Promise<void> {
    this.#tallying = this.#tallying
      .catch(() => {})
      .then(async () => {
        for (const { tenant, counts } of this.#journeys.due(now)) {
          await this.control(tenant, { unit: TENANT_UNIT }, { kind: "tally", counts });
        }
      });
    return this.#tallying;
  }

  // ---- starting, saving, rewriting

  async start(onProgress?: (inputs: number) => void): Promise<void> {
    this.#seq = await this.#store.lastSeq();
    for await (const page of this.#pages({ after: 0, tenantWide: true })) {
      for (const input of page) {
        if (input.unit !== null) continue;
        this.tenants.apply(input.tenant, input.seq, tenantControlOf(input));
      }
    }
    let read = 0;
    for await (const page of this.#pages({ after: await this.#store.checkpoint() })) {
      for (const input of page) this.#takeUp(input);
      await this.units.resume(page);
      read += page.length;
      if (read >= PROGRESS_EVERY) onProgress?.(read);
      await this.#makeRoom(page.at(-1)?.seq ?? 0);
    }
  }

  #takeUp(input: LogInput): void {
    this.#countAgain(input);
  }

  /** While the log is read: more units than are to be kept in memory are saved and let go. */
  async #makeRoom(reached: number): Promise<void> {
    if (this.units.size <= this.#mostUnits) return;
    while (this.units.dirty > 0) await this.#save(() => this.units.takeDirty(CHECKPOINT_SLICE * 8));
    this.units.evict(this.#mostUnits / 2, this.units.size * 2);
    await this.#store.setCheckpoint(Math.min(reached, this.#journeys.oldest - 1));
  }

  /** Journey signals that were counted but not written are counted again. */
  #countAgain({ tenant, seq, body }: LogInput): void {
    if ("event" in body) {
      this.#countJourneys(tenant, body.event, seq);
      this.#journeys.keep();
    } else if (body.control.kind === "tally") this.#journeys.written(tenant, body.control.counts);
  }

  async *#pages(query: { after: number; tenantWide?: boolean }): AsyncGenerator<readonly LogInput[]> {
    let { after } = query;
    for (;;) {
      const page = await this.#store.inputs({ ...query, after, limit: LOG_PAGE });
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      if (page.length < LOG_PAGE) return;
      after = last.seq;
    }
  }

  async checkpoint(): Promise<void> {
    await this.units.reloadLost();
    let left = await this.#queue.between(() => this.units.dirty);
    while (left > 0) {
      const size = Math.min(left, CHECKPOINT_SLICE);
      const saved = await this.#save(() => this.units.takeDirty(size));
      if (saved === 0) break;
      left -= size;
      await (this.#options.pause ?? rest)(0);
    }
    await this.#writeCheckpoint();
  }

  async saveSome(): Promise<void> {
    await this.units.reloadLost();
    const until = this.#options.now() + SAVE_FOR;
    const isUrgent = this.#seq - this.units.unsavedFrom > MOST_UNSAVED;
    for (let more = true; more && this.#options.now() < until; ) {
      const begun = this.#options.now();
      more = await this.#saveSlice();
      const spent = this.#options.now() - begun;
      this.#slice = sliceAfter(spent, this.#slice);
      if (more) await (this.#options.pause ?? rest)(isUrgent ? 0 : spent * REST);
    }
    await this.#writeCheckpoint(WRITE_EVERY);
  }

  /** Saves what has waited longest, and lets go of what nobody wants; false when there is nothing more to do. */
  async #saveSlice(): Promise<boolean> {
    const isFull = this.units.size > this.#mostUnits;
    const upTo = isFull ? this.#seq : this.#seq - LEAVE_UNSAVED;
    const saved = await this.#save(() => this.units.takeDirty(this.#slice, upTo));
    if (!isFull) return saved > 0;
    await this.#queue.between(() => this.units.evict(this.#mostUnits, this.#slice * EVICT_LOOKS));
    return this.units.size > this.#mostUnits;
  }

  /** Every input up to here is in a snapshot, and every journey signal up to here is counted in the log. */
  async #writeCheckpoint(steps = 0): Promise<void> {
    const reached = await this.#queue.between(() =>
      Math.min(this.#seq, this.units.unsavedFrom - 1, this.#journeys.oldest - 1),
    );
    if (reached < this.#checkpointed + steps) return;
    await this.#store.setCheckpoint(reached);
    this.#checkpointed = reached;
  }

  /** Writes snapshots that are taken at a moment when no batch is under way; what cannot be saved stays dirty. */
  async #save(take: () => ReturnType<Units["takeDirty"]>): Promise<number> {
    const slice = await this.#queue.between(take);
    if (slice.length === 0) return 0;
    try {
      await this.#store.saveUnits(slice);
    } catch (error) {
      this.units.giveBack(slice);
      throw error;
    }
    this.units.saved(slice);
    return slice.length;
  }

  async drain(): Promise<void> {
    await this.#queue.idle();
    await this.#writeTallies(Number.POSITIVE_INFINITY);
    await this.checkpoint();
  }

  async rewrite(tenant: string, unit: string, change: (unit: Unit) => Unit): Promise<void> {
    await this.units.load([{ tenant, unit }]);
    await this.#queue.between(() => {
      const state = this.units.get(tenant, unit);
      if (state !== undefined) this.units.replace(change(state));
      this.#directory.forget();
    });
    await this.checkpoint();
  }

  // ---- batches

  async #runBatch(jobs: readonly Job[]): Promise<void> {
    const draft = newDraft();
    const seqBefore = this.#seq;
    const clockBefore = this.#clock;
    let committing = false;
    try {
      this.#clock = this.#options.now();
      this.#known.clear();
      this.#directory.trim();
      // In turn: what one job learns (a new member, a new name) the next one knows.
      for (const job of jobs) {
        await job.prepare();
        await job.run(draft);
      }
      committing = true;
      if (!isEmpty(draft)) await this.#store.commit(batchOf(draft));
    } catch (error) {
      this.#undo(draft, seqBefore, clockBefore);
      this.#options.onFailure?.(error);
      return this.#afterFailure(jobs, error, committing || error instanceof StoreUnavailable);
    }
    for (const [unit, seq] of draft.touched) this.units.touch(unit, seq);
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

  #undo(draft: Draft, seq: number, clock: Millis): void {
    this.#seq = seq;
    this.#clock = clock;
    this.#forwards = [];
    this.units.lose(draft.touched.keys());
    this.tenants.rollBack(seq);
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

  // ---- one input

  /** Identities seen in this batch: a delivery may repeat itself within one commit. */
  readonly #known = new Set<string>();
  #forwards: Forward[] = [];

  #isKnown(tenant: string, { source, id }: Incoming, known: ReadonlySet<string>): boolean {
    const identity = `${tenant}\u0000${source}\u0000${id}`;
    if ((known.size > 0 && known.has(identity)) || this.#known.has(identity)) return true;
    this.#known.add(identity);
    return false;
  }

  /** The units the events need and that are not in memory, as far as can be said before they are attributed. */
  #asleep(tenant: string, incoming: readonly Incoming[]): UnitName[] {
    const names: UnitName[] = [];
    for (const one of incoming) {
      const unit = this.#directory.foresee(tenant, one);
      if (this.units.get(tenant, unit) === undefined) names.push({ tenant, unit });
    }
    return names;
  }

  /** Which units a control concerns: the one it names, or all that the person is in, the default one first. */
  async #addressed(
    tenant: string,
    target: Target,
    control: UnitControl,
  ): Promise<readonly { readonly unit: string; readonly control: UnitControl }[]> {
    if ("unit" in target) return [{ unit: target.unit, control }];
    const person = await this.#directory.nameNow(tenant, target.person);
    const units = await this.#directory.unitsOf(tenant, person);
    const renamed =
      "person" in control && control.person === target.person ? { ...control, person } : control;
    return (units.length === 0 ? [`person/${person}`] : units).map((unit) => ({
      unit,
      control: renamed as UnitControl,
    }));
  }

  async #takeControl(
    tenant: string,
    unit: string,
    control: UnitControl,
    draft: Draft,
  ): Promise<readonly Effect[]> {
    const effects = this.#apply(tenant, unit, this.#clock, { control }, draft);
    if (control.kind === "tally") draft.tallied.push({ tenant, counts: control.counts });
    await this.#follow(tenant, unit, this.#clock, effects, draft);
    return effects;
  }

  /**
   * Nearly always everything is in memory and nothing follows: then nothing is waited for.
   * @returns null, or what has to end before the next input is taken
   */
  #takeEvent(
    tenant: string,
    incoming: Incoming,
    reception: string | undefined,
    draft: Draft,
  ): Promise<void> | null {
    const backfill = incoming.backfill === true;
    if (backfill) this.#historyUntil.set(tenant, this.#options.now() + HISTORY_PAUSE);
    const clamped = !backfill && incoming.time > this.#clock + ON_TIME;
    const receivedAt = backfill ? incoming.time : this.#clock;
    const attributed = this.#directory.attribute(tenant, incoming, receivedAt, draft);
    const event = eventOf(tenant, incoming, attributed, receivedAt, clamped, reception);
    const { unit, before } = attributed;
    const isReady = before.length === 0 && this.units.get(tenant, unit) !== undefined;
    if (!isReady) return this.#takeAfter(before, unit, event, draft);
    const effects = this.#takeAttributed(unit, event, draft);
    return effects.length === 0 ? null : this.#follow(tenant, unit, receivedAt, effects, draft);
  }

  /** Inputs that come before the event, and units that sleep, take time. */
  async #takeAfter(before: Attributed["before"], unitId: string, event: Event, draft: Draft): Promise<void> {
    const { tenant, receivedAt } = event;
    for (const { unit, control } of before) this.#forwards.push({ tenant, unit, control, receivedAt });
    await this.#takeForwarded(draft);
    await this.units.load([{ tenant, unit: unitId }]);
    const effects = this.#takeAttributed(unitId, event, draft);
    await this.#follow(tenant, unitId, receivedAt, effects, draft);
  }

  #takeAttributed(unit: string, event: Event, draft: Draft): readonly Effect[] {
    const { tenant, receivedAt } = event;
    if (!isKnown(event.type)) countUnknown(draft, event);
    this.#noteProductArea(tenant, event, draft);
    this.#countJourneys(tenant, event, this.#seq + 1);
    const before = event.backfill === true ? this.#tellOfHistory(tenant, unit, receivedAt, draft) : [];
    const effects = this.#apply(tenant, unit, receivedAt, { event }, draft);
    return before.length === 0 ? effects : [...before, ...effects];
  }

  /**
   * The moment at which history is brought in stands in the log: what falls due between the last of it and the present
   * must not be taken for something that happens now.
   */
  #tellOfHistory(tenant: string, unitId: string, receivedAt: Millis, draft: Draft): readonly Effect[] {
    const unit = this.units.get(tenant, unitId);
    // A unit that lives already is not carried back.
    if (unit === undefined || receivedAt < unit.clock) return [];
    if (unit.toldAt > 0 && this.#clock <= unit.toldAt + HISTORY_ROUND) return [];
    const control = { kind: "history", at: this.#clock } as const;
    return this.#apply(tenant, unitId, receivedAt, { control }, draft);
  }

  /** What an input leads to in other units. */
  async #follow(
    tenant: string,
    unit: string,
    receivedAt: Millis,
    effects: readonly Effect[],
    draft: Draft,
  ): Promise<void> {
    await this.#tellOtherUnits(tenant, unit, receivedAt, effects);
    if (this.#forwards.length > 0) await this.#takeForwarded(draft);
  }

  #countJourneys(tenant: string, event: Event, seq: number): void {
    if (event.backfill === true || event.receivedAt - event.time > LATE) return;
    this.#journeys.count(tenant, this.tenants.asOf(tenant, seq).library, event, seq);
  }

  #noteProductArea(tenant: string, event: Event, draft: Draft): void {
    const { productArea: name } = event.data;
    if (typeof name !== "string" || name === "") return;
    const known = this.tenants.latest(tenant)?.productAreas.get(name);
    if (known !== undefined && known <= event.time) return;
    this.#takeTenantControl(tenant, { kind: "product_area", name, at: event.time }, draft);
  }

  #apply(
    tenant: string,
    unitId: string,
    receivedAt: Millis,
    body: { readonly event: Event } | { readonly control: UnitControl },
    draft: Draft,
  ): Effect[] {
    const unit = this.units.get(tenant, unitId);
    if (unit === undefined) throw new TypeError(`unit ${unitId} was not loaded`);
    // Within a unit time never goes back, whatever the machine's clock does.
    const at = Math.max(receivedAt, unit.clock);
    const seq = ++this.#seq;
    const state = this.tenants.asOf(tenant, seq);
    if (!draft.touched.has(unit)) draft.touched.set(unit, seq);
    draft.inputs.push({ seq, tenant, unit: unitId, shard: shardOf(tenant, unitId), receivedAt: at, body });
    const effects = assess(unit, state, seq, at, body, this.#options.tools);
    for (const effect of effects) draft.effects.push(effect);
    const event = "event" in body ? body.event : null;
    draft.committed.push({ tenant, seq, at, event, effects });
    for (const effect of effects) {
      if (effect.kind === "tenant") this.#takeTenantControl(tenant, effect.control, draft);
      else if (effect.kind === "forward") {
        this.#forwards.push({ tenant, unit: effect.unit, control: effect.control, receivedAt });
      }
    }
    return effects;
  }

  /** A person in several accounts: what one of them has learned about the person, the others are told. */
  async #tellOtherUnits(
    tenant: string,
    unitId: string,
    receivedAt: Millis,
    effects: readonly Effect[],
  ): Promise<void> {
    const persons = new Set(effects.flatMap((effect) => (effect.kind === "person" ? [effect.row.id] : [])));
    for (const id of persons) {
      const units = this.#directory.knownUnitsOf(tenant, id) ?? (await this.#directory.unitsOf(tenant, id));
      const others = units.filter((unit) => unit !== unitId);
      if (others.length === 0 || !units.includes(unitId)) continue;
      await this.units.load(others.map((unit) => ({ tenant, unit })));
      const person = this.units.get(tenant, unitId)?.persons.get(id);
      if (person === undefined) continue;
      for (const unit of others) {
        const there = this.units.get(tenant, unit)?.persons.get(id);
        if (there !== undefined && profileOf(there) === profileOf(person)) continue;
        const control = { kind: "profile", person: structuredPerson(person) } as const;
        this.#forwards.push({ tenant, unit, control, receivedAt });
      }
    }
  }

  /** Inputs that follow from others: they may need units that sleep, and lead to further ones. */
  async #takeForwarded(draft: Draft): Promise<void> {
    for (let next = this.#forwards.shift(); next !== undefined; next = this.#forwards.shift()) {
      const { tenant, unit, control, receivedAt } = next;
      if (this.units.get(tenant, unit) === undefined) await this.units.load([{ tenant, unit }]);
      const effects = this.#apply(tenant, unit, receivedAt, { control }, draft);
      if (control.kind !== "profile") await this.#tellOtherUnits(tenant, unit, receivedAt, effects);
    }
  }

  #takeTenantControl(tenant: string, control: TenantControl, draft: Draft): void {
    const seq = ++this.#seq;
    const receivedAt = this.#clock;
    this.tenants.apply(tenant, seq, control);
    draft.inputs.push({ seq, tenant, unit: null, shard: null, receivedAt, body: { control } });
    if (control.kind === "incident") draft.incidents.push(control.incident);
    draft.committed.push({
      tenant,
      seq,
      at: receivedAt,
      event: null,
      effects: [{ kind: "tenant", control }],
    });
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

function tenantControlOf(input: LogInput): TenantControl {
  if (!("control" in input.body)) throw new TypeError(`input ${input.seq} is not a tenant-wide record`);
  return input.body.control as TenantControl;
}

function countUnknown(draft: Draft, { tenant, source, type, receivedAt: at }: Event): void {
  const key = `${tenant}\u0000${source}\u0000${type}`;
  const known = draft.unknown.get(key);
  if (known === undefined) draft.unknown.set(key, { tenant, source, type, count: 1, at });
  else known.count += 1;
}
