/**
 * The units in memory: a cache of the store. A unit is loaded when first needed (snapshot, then the inputs after
 * it), and saved in small slices by the checkpoint. What a failed commit touched is dropped and loaded again, so
 * that memory always equals a rebuild. Above a limit, units that nobody asked for lately leave memory once they are
 * saved; their timers are then found on disk.
 */

import type { ControlOf } from "../../core/control.ts";
import { assess, dueOf, type Tools } from "../../core/engine/assess.ts";
import type { Event } from "../../core/event.ts";
import { shardOf } from "../../core/hash.ts";
import type { CompiledLibrary } from "../../core/matching/compile.ts";
import { memoryOf, warmUp } from "../../core/matching/warming.ts";
import { newUnit } from "../../core/new-unit.ts";
import type { Millis } from "../../core/time.ts";
import type { Unit } from "../../core/unit.ts";
import { decodeUnit, encodeUnit } from "../../core/unit-codec.ts";
import { type Engine, UnreadableUnit } from "../../core/unit-upgrades.ts";
import {
  type Log,
  type LogInput,
  type Outbox,
  RecordRefused,
  StoreDamaged,
  type UnitSnapshot,
} from "../../store/contract.ts";
import { DueHeap } from "./due-heap.ts";
import { unitInputOf } from "./log-record.ts";
import { reconcileOf } from "./served-to.ts";
import type { Tenants } from "./tenants.ts";

export interface UnitName {
  readonly tenant: string;
  readonly unit: string;
}

const LOG_PAGE = 5_000;
const text = new TextEncoder();
const fromBytes = new TextDecoder();

export interface UnitsDeps {
  readonly store: Pick<Log, "loadUnits" | "inputs"> & Pick<Outbox, "served">;
  readonly tenants: Tenants;
  readonly tools: Tools;
  readonly engine: Engine;
  /** Hears once of each unit whose state cannot be read. */
  readonly onUnreadable?: ((error: UnreadableUnit) => void) | undefined;
}

/** A unit in memory. */
interface Held {
  unit: Unit;
  /** Log position of the first input that is in no snapshot; 0 when the unit is as on disk. */
  unsavedFrom: number;
  /** The earliest moment it is on the heap for; Infinity when it is not. */
  hinted: number;
  /** What stands for it on the heap, and lets go of it when it leaves memory. */
  readonly ticket: { held: Held | null };
  /** Somebody asked for it since the last round of `evict`. */
  wanted: boolean;
  /** What the unit has to be told before its next input, and before it is saved. */
  owes: ControlOf<"reconcile"> | null;
}

export class Units {
  /** By tenant, then by unit: one look at a short map and one at a long one, and no new text for either. */
  readonly #live = new Map<string, Map<string, Held>>();
  #size = 0;
  /** Changed units, the one that has waited longest first. */
  readonly #dirty = new Set<Held>();
  /** Units that are being read: whoever else wants one waits for the same reading. */
  readonly #loading = new Map<string, Promise<void>>();
  /** Units whose state cannot be read: each was said once, and nobody else waits for it. */
  readonly #unreadable = new Set<string>();
  /** Units whose last input was not written: what is on disk of them has to be read again. */
  readonly #lost = new Map<string, UnitName & { readonly unsavedFrom: number }>();
  /** Snapshots that are being written, with the position their unit was unsaved from. */
  readonly #taken = new Map<UnitSnapshot, number>();
  #sweep: Iterator<Held> | null = null;
  /** Units whose newest inputs another engine had judged: what it did about them has to be told them (reconcile.ts). */
  readonly #owed = new Map<string, UnitName>();
  /** Those of them that were made again from the log alone. */
  readonly #untold = new Set<Held>();
  #judgedBefore = 0;
  readonly due = new DueHeap<unknown>();
  readonly #store: UnitsDeps["store"];
  readonly #tenants: Tenants;
  readonly #tools: Tools;
  readonly #engine: Engine;
  readonly #say: (error: UnreadableUnit) => void;

  constructor({ store, tenants, tools, engine, onUnreadable }: UnitsDeps) {
    this.#store = store;
    this.#tenants = tenants;
    this.#tools = tools;
    this.#engine = engine;
    this.#say = onUnreadable ?? (() => {});
  }

  get size(): number {
    return this.#size;
  }

  get dirty(): number {
    return this.#dirty.size;
  }

  /** Log position from which on inputs are in no snapshot on disk; Infinity when all are. */
  get unsavedFrom(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { unsavedFrom } of this.#dirty) first = Math.min(first, unsavedFrom);
    for (const unsavedFrom of this.#taken.values()) first = Math.min(first, unsavedFrom);
    for (const { unsavedFrom } of this.#lost.values())
      if (unsavedFrom > 0) first = Math.min(first, unsavedFrom);
    return first;
  }

  get(tenant: string, unit: string): Unit | undefined {
    const held = this.#find(tenant, unit);
    if (held === undefined || this.#isBehind(held.unit)) return undefined;
    held.wanted = true;
    return held.unit;
  }

  /** Whether it is in memory, where it is ahead of its snapshot on disk. */
  isAwake(tenant: string, unit: string): boolean {
    return this.#find(tenant, unit) !== undefined;
  }

  /** Names of units in memory that do not know of the newest change of patterns. */
  behind(tenant: string): string[] {
    const all = [...(this.#live.get(tenant)?.values() ?? [])];
    return all.filter(({ unit }) => this.#isBehind(unit)).map(({ unit }) => unit.id);
  }

  *values(): IterableIterator<Unit> {
    for (const held of this.#all()) yield held.unit;
  }

  *#all(): Generator<Held> {
    for (const units of this.#live.values()) yield* units.values();
  }

  #find(tenant: string, unit: string): Held | undefined {
    return this.#live.get(tenant)?.get(unit);
  }

  // ---- reading

  /**
   * Makes sure that these are in memory; those that never were start empty.
   * @throws UnreadableUnit, StoreDamaged, RecordRefused when one of them cannot be read; the others are there
   */
  async load(names: readonly UnitName[]): Promise<void> {
    const waits = this.#ask(names);
    if (waits.length > 0) await Promise.all(waits);
  }

  /** As `load`, and passes over those that cannot be read. @returns how many there were of them */
  async loadReadable(names: readonly UnitName[]): Promise<number> {
    const ended = await Promise.allSettled(this.#ask(names));
    const failed = ended.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    for (const error of failed) if (!isUnreadable(error)) throw error;
    return failed.length;
  }

  /** How many units are known to be unreadable. */
  get unreadable(): number {
    return this.#unreadable.size;
  }

  isUnreadable({ tenant, unit }: UnitName): boolean {
    return this.#unreadable.has(nameOf(tenant, unit));
  }

  /** What has to be waited for until these are in memory. */
  #ask(names: readonly UnitName[]): Promise<void>[] {
    const waits: Promise<void>[] = [];
    const missing = new Map<string, UnitName>();
    for (const one of names) {
      if (this.get(one.tenant, one.unit) !== undefined) continue;
      const name = nameOf(one.tenant, one.unit);
      const loading = this.#loading.get(name);
      if (loading !== undefined) waits.push(loading);
      else missing.set(name, one);
    }
    if (missing.size > 0) waits.push(...this.#read(missing));
    return waits;
  }

  /** One reading for all of them; whoever waits for a unit hears of that one alone whether it could be read. */
  #read(missing: ReadonlyMap<string, UnitName>): Promise<void>[] {
    const reading = this.#restoreAll([...missing.values()]);
    return [...missing.keys()].map((name) => {
      const own = reading
        .then((failed) => {
          if (failed.has(name)) throw failed.get(name);
        })
        .finally(() => this.#loading.delete(name));
      this.#loading.set(name, own);
      return own;
    });
  }

  /** @returns those that cannot be read, and why */
  async #restoreAll(names: readonly UnitName[]): Promise<ReadonlyMap<string, unknown>> {
    const failed = new Map<string, unknown>();
    const asleep: UnitName[] = [];
    for (const name of names) {
      const held = this.#find(name.tenant, name.unit);
      if (held === undefined) asleep.push(name);
      else await this.#unlessUnreadable(name, failed, () => this.#catchUp(held));
    }
    if (asleep.length === 0) return failed;
    const found = await this.#snapshots(asleep, failed);
    for (const name of asleep) {
      const key = nameOf(name.tenant, name.unit);
      if (failed.has(key)) continue;
      await this.#unlessUnreadable(name, failed, () => this.#restore(name, found.get(key)));
    }
    return failed;
  }

  /** Snapshots by the name of their unit. One that is damaged keeps nobody else's from being read. */
  async #snapshots(
    names: readonly UnitName[],
    failed: Map<string, unknown>,
  ): Promise<ReadonlyMap<string, UnitSnapshot>> {
    let snapshots: UnitSnapshot[] = [];
    try {
      snapshots = [...(await this.#store.loadUnits(names))];
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      for (const name of names) {
        await this.#unlessUnreadable(name, failed, async () => {
          snapshots.push(...(await this.#store.loadUnits([name])));
        });
      }
    }
    return new Map(snapshots.map((one) => [nameOf(one.tenant, one.unit), one]));
  }

  async #unlessUnreadable(
    { tenant, unit }: UnitName,
    failed: Map<string, unknown>,
    read: () => Promise<void>,
  ): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      const name = nameOf(tenant, unit);
      failed.set(name, error);
      if (this.#unreadable.has(name)) return;
      this.#unreadable.add(name);
      const { message } = error;
      // Nothing personal: the id of a unit may be somebody's address.
      this.#say(
        new UnreadableUnit(`nothing is done for a customer of ${tenant}: ${message}`, { cause: error }),
      );
    }
  }

  /** Patterns were changed since the unit last heard or learned something. */
  #isBehind(unit: Unit): boolean {
    const newest = this.#tenants.latest(unit.tenant)?.patternChange.seq ?? 0;
    return newest > unit.seq && newest > unit.patternsAsOf && unit.seq > 0;
  }

  async #catchUp(held: Held): Promise<void> {
    if (await this.#learnChanges(held.unit, Number.POSITIVE_INFINITY)) this.touch(held.unit, held.unit.seq);
  }

  /**
   * Patterns that were changed after the unit's last input begin with what they would have counted by then. A timer may
   * come of it, which the snapshot has to tell of: answers whether there was anything to learn.
   */
  async #learnChanges(unit: Unit, upTo: number): Promise<boolean> {
    let hasLearned = false;
    if (unit.seq === 0) return hasLearned;
    const known = Math.max(unit.seq, unit.patternsAsOf);
    for (const state of this.#tenants.changesOf(unit.tenant, known, upTo)) {
      const { library, patternChange } = state;
      const memory = Math.max(0, ...patternChange.came.map((key) => memoryOfRule(library, key)));
      const since = patternChange.at - memory;
      const events = memory === 0 ? [] : await this.#eventsOf(unit, since);
      // While the past was read, somebody else may have done the same.
      if (unit.patternsAsOf >= patternChange.seq) continue;
      warmUp(unit.cells, library, new Set(patternChange.came), unit.id, { events, at: patternChange.at });
      unit.patternsAsOf = patternChange.seq;
      hasLearned ||= events.length > 0;
    }
    return hasLearned;
  }

  /**
   * Null when there is none. One of an older engine is upgraded; the log alone could not rebuild it, since it no longer
   * goes back to its beginning.
   * @throws UnreadableUnit
   */
  #readSnapshot(snapshot: UnitSnapshot | undefined): Unit | null {
    if (snapshot === undefined) return null;
    return decodeUnit(fromBytes.decode(snapshot.state), Number(snapshot.engine), this.#engine);
  }

  /** What the unit has heard since then, in order of arrival. */
  async #eventsOf({ tenant, id, seq: upTo }: Unit, since: Millis): Promise<readonly Event[]> {
    const events: Event[] = [];
    for (let after = 0; after < upTo; ) {
      const inputs = await this.#store.inputs({ after, limit: LOG_PAGE, tenant, unit: id, alone: true });
      for (const { seq, receivedAt, body } of inputs) {
        if (seq <= upTo && receivedAt >= since && "event" in body) events.push(body.event);
      }
      if (inputs.length < LOG_PAGE) break;
      after = inputs.at(-1)?.seq ?? upTo;
    }
    return events;
  }

  async #restore({ tenant, unit: id }: UnitName, snapshot: UnitSnapshot | undefined): Promise<void> {
    const saved = this.#readSnapshot(snapshot);
    const unit = saved ?? newUnit(tenant, id);
    let unsavedFrom = 0;
    for (let after = unit.seq; ; ) {
      const inputs = await this.#store.inputs({ after, limit: LOG_PAGE, tenant, unit: id, alone: true });
      for (const input of inputs) {
        if (this.#wasChangedBefore(unit, input)) await this.#learnChanges(unit, input.seq);
        this.#judgeAgain(unit, input);
      }
      const last = inputs.at(-1);
      if (unsavedFrom === 0) unsavedFrom = inputs[0]?.seq ?? 0;
      if (last === undefined || inputs.length < LOG_PAGE) break;
      after = last.seq;
    }
    this.#lost.delete(nameOf(tenant, id));
    const hasLearned = await this.#learnChanges(unit, Number.POSITIVE_INFINITY);
    const wasJudgedOtherwise = saved === null && unsavedFrom > 0 && unsavedFrom <= this.#judgedBefore;
    const owes = wasJudgedOtherwise ? await reconcileOf(unit, this.#store, this.#engine) : null;
    this.#put(unit, hasLearned ? unsavedFrom || unit.seq : unsavedFrom, owes);
  }

  /**
   * Takes in the next part of the log, of which nothing is missing since the last checkpoint: what no snapshot holds
   * yet is replayed. Quicker than asking for each unit's own inputs.
   */
  async resume(inputs: readonly LogInput[], checkpoint: number): Promise<void> {
    const missing = new Map<string, UnitName>();
    for (const { tenant, unit } of inputs) {
      if (unit !== null && this.#find(tenant, unit) === undefined) {
        missing.set(nameOf(tenant, unit), { tenant, unit });
      }
    }
    const names = [...missing.values()];
    const snapshots = await this.#store.loadUnits(names);
    const found = new Map(snapshots.map((one) => [nameOf(one.tenant, one.unit), one]));
    for (const [key, name] of missing) {
      const saved = this.#readSnapshot(found.get(key));
      if (saved !== null) this.#put(saved, 0);
      else if (await this.#hasInputsUpTo(checkpoint, name)) await this.#restore(name, undefined);
      else this.#put(newUnit(name.tenant, name.unit), 0);
    }
    for (const input of inputs) {
      this.#noteOwed(input);
      const unit = input.unit === null ? undefined : this.#find(input.tenant, input.unit)?.unit;
      if (unit === undefined || input.seq <= unit.seq) continue;
      if (this.#wasChangedBefore(unit, input)) await this.#learnChanges(unit, input.seq);
      this.#judgeAgain(unit, input);
      this.touch(unit, input.seq);
    }
  }

  /** Its snapshot is lost: what the checkpoint says to be in it has to be read again. */
  async #hasInputsUpTo(checkpoint: number, { tenant, unit }: UnitName): Promise<boolean> {
    // Nothing was saved yet: a first import that was killed has a hundred thousand new units, and none is asked about.
    if (checkpoint === 0) return false;
    const [first] = await this.#store.inputs({ after: 0, limit: 1, tenant, unit, alone: true });
    return first !== undefined && first.seq <= checkpoint;
  }

  /** Up to this position other engines had judged. */
  judgedBefore(seq: number): void {
    this.#judgedBefore = seq;
  }

  /** Units that have not been told yet what an earlier engine did about their inputs. */
  get owed(): readonly UnitName[] {
    const owed = new Map(this.#owed);
    for (const { unit } of this.#untold) {
      owed.set(nameOf(unit.tenant, unit.id), { tenant: unit.tenant, unit: unit.id });
    }
    return [...owed.values()];
  }

  told({ tenant, unit }: UnitName): void {
    this.#owed.delete(nameOf(tenant, unit));
  }

  /** What the unit has to be told before anything else; whoever asks tells it. */
  takeOwed(tenant: string, unit: string): ControlOf<"reconcile"> | null {
    if (this.#untold.size === 0) return null;
    const held = this.#find(tenant, unit);
    if (held === undefined) return null;
    const { owes } = held;
    held.owes = null;
    this.#untold.delete(held);
    return owes;
  }

  #noteOwed({ tenant, unit, seq, body }: LogInput): void {
    if (unit === null) return;
    if (seq <= this.#judgedBefore) this.#owed.set(nameOf(tenant, unit), { tenant, unit });
    else if ("control" in body && body.control.kind === "reconcile") this.told({ tenant, unit });
  }

  /** Patterns were changed between the unit's last input and this one. */
  #wasChangedBefore(unit: Unit, input: LogInput): boolean {
    const { patternChange } = this.#tenants.judging(input);
    return unit.seq < patternChange.seq && unit.patternsAsOf < patternChange.seq;
  }

  /** What followed was committed with the input; this only rebuilds the state, by what held at the time. */
  #judgeAgain(unit: Unit, input: LogInput): void {
    if (input.unit === null) return; // tenant-wide: the fold over those has it
    const { seq, receivedAt } = input;
    assess(unit, this.#tenants.judging(input), seq, receivedAt, unitInputOf(input), this.#tools);
  }

  #put(unit: Unit, unsavedFrom: number, owes: Held["owes"] = null): void {
    const ticket: Held["ticket"] = { held: null };
    const held: Held = { unit, unsavedFrom, hinted: Number.POSITIVE_INFINITY, ticket, wanted: true, owes };
    ticket.held = held;
    let units = this.#live.get(unit.tenant);
    if (units === undefined) {
      units = new Map();
      this.#live.set(unit.tenant, units);
    }
    const before = units.get(unit.id);
    if (before === undefined) this.#size += 1;
    else {
      before.ticket.held = null;
      this.#dirty.delete(before);
      this.#untold.delete(before);
    }
    if (owes !== null) this.#untold.add(held);
    units.set(unit.id, held);
    this.#unreadable.delete(nameOf(unit.tenant, unit.id));
    if (unsavedFrom > 0) this.#dirty.add(held);
    this.#hint(held);
  }

  // ---- changing

  /** A unit was changed by inputs that are now on disk, the first of them at this position. */
  touch(unit: Unit, seq: number): void {
    const held = this.#find(unit.tenant, unit.id);
    if (held === undefined) return;
    if (held.unsavedFrom === 0) {
      held.unsavedFrom = seq;
      this.#dirty.add(held);
    }
    this.#hint(held);
  }

  /** Puts a unit in the place of the one of its name; it is as of the same log position. */
  replace(unit: Unit): void {
    this.#put(unit, this.#find(unit.tenant, unit.id)?.unsavedFrom || unit.seq);
  }

  /** Forgets these units; they are loaded again when needed. */
  drop(names: Iterable<UnitName>): void {
    for (const { tenant, unit } of names) {
      const held = this.#find(tenant, unit);
      if (held !== undefined) this.#forget(held);
    }
  }

  #forget(held: Held): void {
    const { tenant, id } = held.unit;
    held.ticket.held = null;
    this.#dirty.delete(held);
    this.#untold.delete(held);
    if (this.#find(tenant, id) !== held) return;
    this.#live.get(tenant)?.delete(id);
    this.#size -= 1;
  }

  /** Forgets units whose last input was not written; `reloadLost` brings back what is on disk of them. */
  lose(units: Iterable<Unit>): void {
    for (const { tenant, id: unit } of units) {
      const unsavedFrom = this.#find(tenant, unit)?.unsavedFrom ?? 0;
      this.drop([{ tenant, unit }]);
      this.#lost.set(nameOf(tenant, unit), { tenant, unit, unsavedFrom });
    }
  }

  /**
   * Their timers would ring for nobody, and their snapshots be forgotten, if they waited to be asked for. One that
   * cannot be read stays lost, and the checkpoint before it.
   */
  async reloadLost(): Promise<void> {
    if (this.#lost.size > 0) await this.loadReadable([...this.#lost.values()]);
  }

  // ---- timers

  hint({ tenant, unit }: UnitName): void {
    const held = this.#find(tenant, unit);
    if (held !== undefined) this.#hint(held);
  }

  #hint(held: Held): void {
    const due = dueOf(held.unit);
    if (due === Number.POSITIVE_INFINITY || held.hinted <= due) return;
    held.hinted = due;
    this.due.push(due, held.ticket);
  }

  /** Names of units in memory with a timer due by then, each once, in order of their due times. */
  takeDue(upTo: number, limit: number): UnitName[] {
    const found = new Set<Held>();
    while (found.size < limit) {
      const entry = this.due.pop(upTo);
      if (entry === null) break;
      const { held } = entry.key as Held["ticket"];
      if (held === null) continue;
      if (held.hinted === entry.due) held.hinted = Number.POSITIVE_INFINITY;
      if (this.#find(held.unit.tenant, held.unit.id) !== held) continue;
      if (dueOf(held.unit) <= upTo) found.add(held);
      else this.#hint(held);
    }
    // Entries may be older than the timers they stand for.
    const inOrder = [...found].sort(
      (a, b) => dueOf(a.unit) - dueOf(b.unit) || (a.unit.id < b.unit.id ? -1 : 1),
    );
    return inOrder.map(({ unit }) => ({ tenant: unit.tenant, unit: unit.id }));
  }

  // ---- saving

  /**
   * Takes up to `limit` changed units as snapshots: those whose oldest unsaved input is at or before this position. One
   * that has to be told something waits: with a snapshot, nobody would know any more that it has. Only at a moment when
   * no batch is under way.
   */
  takeDirty(limit: number, upTo = Number.POSITIVE_INFINITY): UnitSnapshot[] {
    const taken: Held[] = [];
    for (const held of this.#dirty) {
      if (taken.length >= limit || held.unsavedFrom > upTo) break;
      if (held.owes === null) taken.push(held);
    }
    return taken.map((held) => this.#take(held));
  }

  /** Those of them that are in memory, changed or not, as snapshots. */
  snapshotsOf(names: readonly UnitName[]): UnitSnapshot[] {
    const held = names.map(({ tenant, unit }) => this.#find(tenant, unit));
    return held.flatMap((one) => (one === undefined || one.owes !== null ? [] : [this.#take(one)]));
  }

  #take(held: Held): UnitSnapshot {
    const snapshot = this.#snapshotOf(held.unit);
    if (held.unsavedFrom > 0) this.#taken.set(snapshot, held.unsavedFrom);
    this.#dirty.delete(held);
    held.unsavedFrom = 0;
    return snapshot;
  }

  /** These are on disk. */
  saved(snapshots: readonly UnitSnapshot[]): void {
    for (const snapshot of snapshots) this.#taken.delete(snapshot);
  }

  /** These could not be saved: they are what has waited longest. */
  giveBack(snapshots: readonly UnitSnapshot[]): void {
    const others = [...this.#dirty];
    this.#dirty.clear();
    for (const snapshot of snapshots) {
      const held = this.#find(snapshot.tenant, snapshot.unit);
      const from = this.#taken.get(snapshot);
      if (from === undefined) continue;
      if (held === undefined) {
        // It left memory in the meantime, and was not on disk yet.
        const { tenant, unit } = snapshot;
        this.#lost.set(nameOf(tenant, unit), { tenant, unit, unsavedFrom: from });
        continue;
      }
      held.unsavedFrom = from;
      this.#dirty.add(held);
    }
    for (const held of others) this.#dirty.add(held);
    this.saved(snapshots);
  }

  #snapshotOf(unit: Unit): UnitSnapshot {
    const due = dueOf(unit);
    return {
      tenant: unit.tenant,
      unit: unit.id,
      shard: shardOf(unit.tenant, unit.id),
      seq: unit.seq,
      engine: String(this.#engine.version),
      library: this.#tenants.latest(unit.tenant)?.library.version ?? "",
      nextDue: due === Number.POSITIVE_INFINITY ? null : due,
      state: text.encode(encodeUnit(unit)),
    };
  }

  /**
   * Lets go of saved units while there are more than `most`, looking at `looks` of them: one that was asked for since
   * the last round gets another round. Only at a moment when no batch is under way.
   */
  evict(most: number, looks: number): void {
    for (let look = 0; look < looks && this.#size > most; look++) {
      this.#sweep ??= this.#all();
      const { done, value: held } = this.#sweep.next();
      if (done) this.#sweep = null;
      else if (held.wanted) held.wanted = false;
      else if (held.unsavedFrom === 0) this.#forget(held);
    }
  }
}

/** Of one unit alone; whatever else fails, fails for all. */
function isUnreadable(error: unknown): error is Error {
  return error instanceof UnreadableUnit || error instanceof StoreDamaged || error instanceof RecordRefused;
}

function memoryOfRule(library: CompiledLibrary, key: string): Millis {
  const pattern = library.rules.get(key)?.pattern;
  return pattern === undefined ? 0 : memoryOf(pattern);
}

export function nameOf(tenant: string, unit: string): string {
  return `${tenant}\u0000${unit}`;
}
