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
import type { LogInput, Store } from "../store/contract.ts";
import { assess, type Tools } from "./assess.ts";
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
import { Directory, eventOf, type Pseudonym } from "./pipeline/directory.ts";
import { JourneyCounter } from "./pipeline/journey-counter.ts";
import { createTenants, type LibraryOf, type Tenants } from "./pipeline/tenants.ts";
import { nameOf, type UnitName, Units } from "./pipeline/units.ts";

export interface PipelineOptions {
  readonly store: Store;
  readonly now: () => Millis;
  readonly tools: Tools;
  readonly libraryOf: LibraryOf;
  readonly pseudonym: Pseudonym;
  /** Events waiting above which callers hear 429. */
  readonly mostWaiting?: number;
  readonly onFailure?: (error: unknown) => void;
  /** How a pause between slices is made; a test may make it immediate. */
  readonly pause?: () => Promise<void>;
}

interface Job {
  readonly size: number;
  /** Names what it needs before it may run, then changes memory and fills the draft. */
  prepare(): Promise<void>;
  run(draft: Draft): Promise<void>;
  done(): void;
  failed(error: unknown): void;
}

const MOST_WAITING = 20_000;
/** Events in one commit at most: bounds how long one batch holds the loop. */
const BATCH_EVENTS = 1_000;
const TICK_UNITS = 500;
/** Without a backfilled event for this long, a tenant's history counts as brought in. */
const HISTORY_PAUSE = 5 * SECOND;
const CHECKPOINT_SLICE = 64;

export function createPipeline(options: PipelineOptions): Pipeline & PipelineControl {
  return new StorePipeline(options);
}

/** What only the composition root and the upkeep jobs use. */
export interface PipelineControl {
  /** Folds the tenant-wide log and takes up the units with inputs after the checkpoint. */
  start(onProgress?: (inputs: number) => void): Promise<void>;
  /** Saves changed units, a few at a time; true when all are saved. */
  checkpoint(): Promise<void>;
  /** Replaces a unit's state, as erasing does. */
  rewrite(tenant: string, unit: string, change: (unit: Unit) => Unit): Promise<void>;
  readonly units: Units;
  readonly tenants: Tenants;
}

class StorePipeline implements Pipeline, PipelineControl {
  readonly units: Units;
  readonly tenants: Tenants;
  readonly #options: PipelineOptions;
  readonly #store: Store;
  readonly #directory: Directory;
  readonly #journeys: JourneyCounter;
  readonly #listeners = new Set<(committed: Committed) => void>();
  #queue: Job[] = [];
  #waiting = 0;
  #running: Promise<void> | null = null;
  #failing = false;
  #seq = 0;
  #clock: Millis = 0;
  #lastProbe: Millis = 0;
  /** Tenant -> until when its history counts as still coming in. */
  readonly #historyUntil = new Map<string, Millis>();

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#store = options.store;
    this.tenants = createTenants(options.libraryOf);
    this.units = new Units(options.store, this.tenants, options.tools);
    this.#directory = new Directory(options.store, options.pseudonym);
    this.#journeys = new JourneyCounter();
  }

  // ---- what callers see

  get load(): { waiting: number; failing: boolean } {
    return { waiting: this.#waiting, failing: this.#failing };
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
    return this.#submit(incoming.length, {
      prepare: async () => {
        known = await this.#store.known(incoming.map(({ source, id }) => ({ tenant, source, id })));
        await this.#directory.prepare(tenant, incoming);
        await this.units.load(this.#unitsOf(tenant, incoming));
      },
      run: async (draft) => {
        addAlong(draft, along);
        for (const one of incoming) {
          if (this.#isKnown(tenant, one, known)) duplicates += 1;
          else await this.#takeEvent(tenant, one, along?.reception?.id, draft);
        }
      },
      result: () => ({ accepted: incoming.length - duplicates, duplicates, rejected: [] }),
    });
  }

  async control(tenant: string, target: Target, control: UnitControl, along?: Along): Promise<ControlResult> {
    const units = "unit" in target ? [target.unit] : await this.#directory.unitsOf(tenant, target.person);
    const [first = "person" in target ? `person/${target.person}` : TENANT_UNIT, ...others] = units;
    let result: ControlResult = { seq: 0, effects: [] };
    return this.#submit(1, {
      prepare: () => this.units.load([first, ...others].map((unit) => ({ tenant, unit }))),
      run: async (draft) => {
        addAlong(draft, along);
        const effects: Effect[] = [];
        for (const unit of [first, ...others]) {
          effects.push(...this.#apply(tenant, unit, this.#clock, { control }, draft));
          await this.#takeForwarded(draft);
        }
        result = { seq: this.#seq, effects };
      },
      result: () => result,
    });
  }

  tenantControl(tenant: string, control: TenantControl, along?: Along): Promise<ControlResult> {
    let result: ControlResult = { seq: 0, effects: [] };
    return this.#submit(1, {
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
    const state = this.units.get(tenant, unit);
    if (state === undefined || state.seq > 0) return state ?? null;
    // Asking about a name must not make a unit of it.
    this.units.drop([{ tenant, unit }]);
    return null;
  }

  async tick(now: Millis): Promise<void> {
    await this.#writeTallies(now);
    const later: UnitName[] = [];
    for (;;) {
      const asleep = await this.#store.dueUnits(now, TICK_UNITS);
      await this.units.load(asleep);
      const due = this.units.takeDue(now, TICK_UNITS);
      const [ready, waiting] = this.#withoutHistory(due, now);
      later.push(...waiting);
      await Promise.all(ready.map(({ tenant, unit }) => this.control(tenant, { unit }, { kind: "tick" })));
      if (due.length < TICK_UNITS) break;
    }
    for (const { tenant, unit } of later) {
      const state = this.units.get(tenant, unit);
      if (state !== undefined) this.units.hint(state);
    }
  }

  /** A tick would carry a unit to the present while its past is still being told. */
  #withoutHistory(due: readonly UnitName[], now: Millis): readonly [UnitName[], UnitName[]] {
    const isWaiting = ({ tenant }: UnitName) => (this.#historyUntil.get(tenant) ?? 0) > now;
    return [due.filter((name) => !isWaiting(name)), due.filter(isWaiting)];
  }

  /** Counts of the journey signals become inputs of the tenant's own unit once a minute. */
  async #writeTallies(now: Millis): Promise<void> {
    for (const { tenant, counts } of this.#journeys.take(now)) {
      await this.control(tenant, { unit: TENANT_UNIT }, { kind: "tally", counts });
    }
  }

  // ---- starting, saving, rewriting

  async start(onProgress?: (inputs: number) => void): Promise<void> {
    this.#seq = await this.#store.lastSeq();
    for await (const input of this.#log({ after: 0, tenantWide: true })) {
      if (input.unit === null) this.tenants.apply(input.tenant, input.seq, tenantControlOf(input));
      this.#clock = Math.max(this.#clock, input.receivedAt);
    }
    const names = new Map<string, { tenant: string; unit: string }>();
    let read = 0;
    for await (const { tenant, unit, receivedAt } of this.#log({ after: await this.#store.checkpoint() })) {
      if (unit !== null) names.set(nameOf(tenant, unit), { tenant, unit });
      // History has times of its own: only what came live moves the clock.
      if (receivedAt <= this.#options.now()) this.#clock = Math.max(this.#clock, receivedAt);
      read += 1;
      if (read % 50_000 === 0) onProgress?.(read);
    }
    const all = [...names.values()];
    for (let at = 0; at < all.length; at += 500) await this.units.load(all.slice(at, at + 500));
  }

  async *#log(query: { after: number; tenantWide?: boolean }): AsyncGenerator<LogInput> {
    let { after } = query;
    for (;;) {
      const page = await this.#store.inputs({ ...query, after, limit: 10_000 });
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < 10_000) return;
      after = last.seq;
    }
  }

  async checkpoint(): Promise<void> {
    const reached = this.#seq;
    let left = this.units.dirty;
    while (left > 0) {
      const slice = this.units.takeDirty(Math.min(left, CHECKPOINT_SLICE));
      if (slice.length === 0) break;
      try {
        await this.#store.saveUnits(slice);
      } catch (error) {
        this.units.giveBack(slice);
        throw error;
      }
      left -= slice.length;
      await (this.#options.pause ?? nextTurn)();
    }
    await this.#store.setCheckpoint(reached);
  }

  async drain(): Promise<void> {
    while (this.#running !== null) await this.#running;
    await this.#writeTallies(Number.POSITIVE_INFINITY);
    await this.checkpoint();
  }

  async rewrite(tenant: string, unit: string, change: (unit: Unit) => Unit): Promise<void> {
    await this.units.load([{ tenant, unit }]);
    const state = this.units.get(tenant, unit);
    if (state !== undefined) this.units.replace(change(state));
    this.#directory.forget();
    await this.checkpoint();
  }

  // ---- batches

  #submit<Result>(
    size: number,
    work: { prepare(): Promise<void>; run(draft: Draft): Promise<void>; result(): Result },
  ): Promise<Result> {
    const refusal = this.#refusal(size);
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise<Result>((resolve, reject) => {
      const { prepare, run } = work;
      this.#queue.push({ size, prepare, run, done: () => resolve(work.result()), failed: reject });
      this.#waiting += size;
      this.#running ??= this.#work();
    });
  }

  #refusal(size: number): Overloaded | null {
    const most = this.#options.mostWaiting ?? MOST_WAITING;
    if (this.#waiting + size > most && this.#waiting > 0) {
      return new Overloaded(429, 2, "too many events are waiting; send them again shortly");
    }
    if (!this.#failing) return null;
    // One caller a second finds out whether the store takes writes again.
    const now = this.#options.now();
    if (now - this.#lastProbe >= SECOND) {
      this.#lastProbe = now;
      void this.#recover();
    }
    return new Overloaded(503, 2, "the store does not take writes at the moment");
  }

  async #recover(): Promise<void> {
    const works = await this.#store.probe().catch(() => false);
    if (works) this.#failing = false;
  }

  async #work(): Promise<void> {
    // Let the requests of this turn of the event loop gather first.
    await nextTurn();
    while (this.#queue.length > 0) await this.#runBatch(this.#takeJobs());
    this.#running = null;
  }

  #takeJobs(): Job[] {
    let events = 0;
    let count = 0;
    for (const job of this.#queue) {
      if (count > 0 && events + job.size > BATCH_EVENTS) break;
      events += job.size;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #runBatch(jobs: readonly Job[]): Promise<void> {
    const draft = newDraft();
    const seqBefore = this.#seq;
    const clockBefore = this.#clock;
    try {
      this.#clock = Math.max(this.#clock, this.#options.now());
      this.#known.clear();
      // In turn: what one job learns (a new member, a new name) the next one knows.
      for (const job of jobs) {
        await job.prepare();
        await job.run(draft);
      }
      if (!isEmpty(draft)) await this.#store.commit(batchOf(draft));
    } catch (error) {
      this.#undo(draft, seqBefore, clockBefore);
      this.#failing = true;
      this.#options.onFailure?.(error);
      const refusal = new Overloaded(503, 2, "nothing was written; send it again shortly", { cause: error });
      for (const job of jobs) this.#finish(job, () => job.failed(refusal));
      return;
    }
    for (const name of draft.touched.values()) {
      const unit = this.units.get(name.tenant, name.unit);
      if (unit !== undefined) this.units.touch(unit);
    }
    for (const job of jobs) this.#finish(job, () => job.done());
    this.#publish(draft.committed);
  }

  #finish(job: Job, settle: () => void): void {
    this.#waiting -= job.size;
    settle();
  }

  #undo(draft: Draft, seq: number, clock: Millis): void {
    this.#seq = seq;
    this.#clock = clock;
    this.#forwards = [];
    this.units.drop(draft.touched.values());
    this.tenants.rollBack(seq);
    this.#directory.forget();
    this.#journeys.undo();
  }

  #publish(committed: readonly Committed[]): void {
    this.#journeys.keep();
    for (const one of committed) for (const listener of this.#listeners) listener(one);
  }

  // ---- one input

  /** Identities seen in this batch: a delivery may repeat itself within one commit. */
  readonly #known = new Set<string>();
  #forwards: { tenant: string; unit: string; control: UnitControl }[] = [];

  #isKnown(tenant: string, { source, id }: Incoming, known: ReadonlySet<string>): boolean {
    const identity = `${tenant}\u0000${source}\u0000${id}`;
    if (known.has(identity) || this.#known.has(identity)) return true;
    this.#known.add(identity);
    return false;
  }

  /** The units the events need, as far as can be said before they are attributed. */
  #unitsOf(tenant: string, incoming: readonly Incoming[]) {
    const names = new Set<string>();
    for (const one of incoming) names.add(this.#directory.foresee(tenant, one));
    return [...names].map((unit) => ({ tenant, unit }));
  }

  async #takeEvent(
    tenant: string,
    incoming: Incoming,
    reception: string | undefined,
    draft: Draft,
  ): Promise<void> {
    const backfill = incoming.backfill === true;
    if (backfill) this.#historyUntil.set(tenant, this.#options.now() + HISTORY_PAUSE);
    const clamped = !backfill && incoming.time > this.#clock + ON_TIME;
    const receivedAt = backfill ? incoming.time : this.#clock;
    const attributed = this.#directory.attribute(tenant, incoming, receivedAt, draft);
    for (const { unit, control } of attributed.before) this.#forwards.push({ tenant, unit, control });
    if (attributed.before.length > 0) await this.#takeForwarded(draft);
    const { unit } = attributed;
    if (this.units.get(tenant, unit) === undefined) await this.units.load([{ tenant, unit }]);
    const event = eventOf(tenant, incoming, attributed, receivedAt, clamped, reception);
    if (!isKnown(event.type)) countUnknown(draft, event);
    this.#noteProductArea(tenant, event, draft);
    this.#countJourneys(tenant, event);
    this.#apply(tenant, unit, receivedAt, { event }, draft);
    if (this.#forwards.length > 0) await this.#takeForwarded(draft);
  }

  #countJourneys(tenant: string, event: Event): void {
    const library = this.tenants.latest(tenant)?.library;
    if (library === undefined || event.backfill === true || event.receivedAt - event.time > LATE) return;
    this.#journeys.count(tenant, library, event);
  }

  #noteProductArea(tenant: string, event: Event, draft: Draft): void {
    const { productArea } = event.data;
    if (typeof productArea !== "string" || productArea === "") return;
    if (this.tenants.latest(tenant)?.productAreas.has(productArea) === true) return;
    this.#takeTenantControl(tenant, { kind: "product_area", name: productArea, at: event.time }, draft);
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
    const seq = ++this.#seq;
    const state = this.tenants.asOf(tenant, seq);
    draft.touched.set(nameOf(tenant, unitId), { tenant, unit: unitId });
    draft.inputs.push({ seq, tenant, unit: unitId, shard: shardOf(tenant, unitId), receivedAt, body });
    const effects = assess(unit, state, seq, receivedAt, body, this.#options.tools);
    draft.effects.push(...effects);
    const event = "event" in body ? body.event : null;
    draft.committed.push({ tenant, seq, at: receivedAt, event, effects });
    for (const effect of effects) {
      if (effect.kind === "forward")
        this.#forwards.push({ tenant, unit: effect.unit, control: effect.control });
      else if (effect.kind === "tenant") this.#takeTenantControl(tenant, effect.control, draft);
    }
    return effects;
  }

  /** Inputs that follow from others: they may need units that sleep, and lead to further ones. */
  async #takeForwarded(draft: Draft): Promise<void> {
    for (let next = this.#forwards.shift(); next !== undefined; next = this.#forwards.shift()) {
      const { tenant, unit, control } = next;
      if (this.units.get(tenant, unit) === undefined) await this.units.load([{ tenant, unit }]);
      this.#apply(tenant, unit, this.#clock, { control }, draft);
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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
