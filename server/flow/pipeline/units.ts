/**
 * The units in memory: a cache of the store. A unit is loaded when first needed (snapshot, then the inputs after
 * it), and saved in small slices by the checkpoint. What a failed commit touched is dropped and loaded again, so
 * that memory always equals a rebuild.
 */
import { shardOf } from "../../core/hash.ts";
import { newUnit } from "../../core/new-unit.ts";
import type { Unit } from "../../core/unit.ts";
import { decodeUnit, ENGINE, encodeUnit } from "../../core/unit-codec.ts";
import type { LogInput, Store, UnitSnapshot } from "../../store/contract.ts";
import { assess, dueOf, type Tools, type UnitInput } from "../assess.ts";
import { DueHeap } from "./due-heap.ts";
import type { Tenants } from "./tenants.ts";

export interface UnitName {
  readonly tenant: string;
  readonly unit: string;
}

const REPLAY_PAGE = 5_000;
const text = new TextEncoder();
const fromBytes = new TextDecoder();

type UnitStore = Pick<Store, "loadUnits" | "inputs">;

export class Units {
  readonly #live = new Map<string, Unit>();
  readonly #dirty = new Set<string>();
  /** When each unit was last put on the heap for: a later entry is pushed only when it is earlier. */
  readonly #hinted = new Map<string, number>();
  /** Units that are being read: whoever else wants one waits for the same reading. */
  readonly #loading = new Map<string, Promise<void>>();
  /** Units whose last input was not written: what is on disk of them has to be read again. */
  readonly #lost = new Map<string, UnitName>();
  readonly due = new DueHeap();
  readonly #store: UnitStore;
  readonly #tenants: Tenants;
  readonly #tools: Tools;

  constructor(store: UnitStore, tenants: Tenants, tools: Tools) {
    this.#store = store;
    this.#tenants = tenants;
    this.#tools = tools;
  }

  get size(): number {
    return this.#live.size;
  }

  get dirty(): number {
    return this.#dirty.size;
  }

  get(tenant: string, unit: string): Unit | undefined {
    return this.#live.get(nameOf(tenant, unit));
  }

  values(): IterableIterator<Unit> {
    return this.#live.values();
  }

  /** Makes sure that these are in memory; those that never were start empty. */
  async load(names: readonly UnitName[]): Promise<void> {
    const waits: Promise<void>[] = [];
    const missing = new Map<string, UnitName>();
    for (const one of names) {
      const name = nameOf(one.tenant, one.unit);
      if (this.#live.has(name)) continue;
      const loading = this.#loading.get(name);
      if (loading !== undefined) waits.push(loading);
      else missing.set(name, one);
    }
    if (missing.size > 0) waits.push(this.#read(missing));
    if (waits.length > 0) await Promise.all(waits);
  }

  async #read(missing: ReadonlyMap<string, UnitName>): Promise<void> {
    const reading = this.#restoreAll([...missing.values()]);
    for (const name of missing.keys()) this.#loading.set(name, reading);
    try {
      await reading;
    } finally {
      for (const name of missing.keys()) this.#loading.delete(name);
    }
  }

  async #restoreAll(names: readonly UnitName[]): Promise<void> {
    const snapshots = await this.#store.loadUnits(names);
    const found = new Map(snapshots.map((one) => [nameOf(one.tenant, one.unit), one]));
    for (const name of names) await this.#restore(name, found.get(nameOf(name.tenant, name.unit)));
  }

  async #restore({ tenant, unit: id }: UnitName, snapshot: UnitSnapshot | undefined): Promise<void> {
    const unit = readSnapshot(snapshot) ?? newUnit(tenant, id);
    for (let after = unit.seq; ; ) {
      const inputs = await this.#store.inputs({ after, limit: REPLAY_PAGE, tenant, unit: id });
      for (const input of inputs) this.#replay(unit, input);
      const last = inputs.at(-1);
      if (last === undefined || inputs.length < REPLAY_PAGE) break;
      after = last.seq;
    }
    const name = nameOf(tenant, id);
    this.#live.set(name, unit);
    this.#lost.delete(name);
    if (snapshot === undefined ? unit.seq > 0 : unit.seq > snapshot.seq) this.#dirty.add(name);
    this.hint(unit);
  }

  /** What followed was committed with the input; this only rebuilds the state, by what held at the time. */
  #replay(unit: Unit, { unit: id, tenant, seq, receivedAt, body }: LogInput): void {
    if (id === null) return; // tenant-wide: the fold over those has it
    assess(unit, this.#tenants.asOf(tenant, seq), seq, receivedAt, body as UnitInput, this.#tools);
  }

  /** A unit was changed by an input that is now on disk. */
  touch(unit: Unit): void {
    this.#dirty.add(nameOf(unit.tenant, unit.id));
    this.hint(unit);
  }

  hint(unit: Unit): void {
    const due = dueOf(unit);
    const name = nameOf(unit.tenant, unit.id);
    if (due === Number.POSITIVE_INFINITY || (this.#hinted.get(name) ?? Number.POSITIVE_INFINITY) <= due)
      return;
    this.#hinted.set(name, due);
    this.due.push(due, name);
  }

  /** Names of units in memory with a timer due by then. */
  takeDue(upTo: number, limit: number): UnitName[] {
    // A unit may be on the heap more than once; one tick is enough.
    const names = new Map<string, UnitName>();
    while (names.size < limit) {
      const entry = this.due.pop(upTo);
      if (entry === null) break;
      if (this.#hinted.get(entry.key) === entry.due) this.#hinted.delete(entry.key);
      const unit = this.#live.get(entry.key);
      if (unit === undefined) continue;
      if (dueOf(unit) <= upTo) names.set(entry.key, { tenant: unit.tenant, unit: unit.id });
      else this.hint(unit);
    }
    return [...names.values()];
  }

  /** Forgets these units; they are loaded again when needed. */
  drop(names: Iterable<UnitName>): void {
    for (const { tenant, unit } of names) {
      const name = nameOf(tenant, unit);
      this.#live.delete(name);
      this.#dirty.delete(name);
      this.#hinted.delete(name);
    }
  }

  /** Forgets units whose last input was not written; `reloadLost` brings back what is on disk of them. */
  lose(names: Iterable<UnitName>): void {
    for (const one of names) {
      this.drop([one]);
      this.#lost.set(nameOf(one.tenant, one.unit), one);
    }
  }

  /** Their timers would ring for nobody, and their snapshots be forgotten, if they waited to be asked for. */
  async reloadLost(): Promise<void> {
    if (this.#lost.size > 0) await this.load([...this.#lost.values()]);
  }

  replace(unit: Unit): void {
    this.#live.set(nameOf(unit.tenant, unit.id), unit);
    this.touch(unit);
  }

  /** Takes up to `limit` changed units as snapshots. Only at a moment when no batch is under way. */
  takeDirty(limit: number): UnitSnapshot[] {
    const names: string[] = [];
    for (const name of this.#dirty) {
      if (names.length >= limit) break;
      names.push(name);
    }
    return this.#snapshots(names);
  }

  /** Those of them that are in memory, changed or not, as snapshots. */
  snapshotsOf(names: readonly UnitName[]): UnitSnapshot[] {
    return this.#snapshots(names.map(({ tenant, unit }) => nameOf(tenant, unit)));
  }

  #snapshots(names: readonly string[]): UnitSnapshot[] {
    const snapshots: UnitSnapshot[] = [];
    for (const name of names) {
      this.#dirty.delete(name);
      const unit = this.#live.get(name);
      if (unit !== undefined) snapshots.push(this.#snapshotOf(unit));
    }
    return snapshots;
  }

  giveBack(snapshots: readonly UnitSnapshot[]): void {
    for (const { tenant, unit } of snapshots) this.#dirty.add(nameOf(tenant, unit));
  }

  #snapshotOf(unit: Unit): UnitSnapshot {
    const due = dueOf(unit);
    return {
      tenant: unit.tenant,
      unit: unit.id,
      shard: shardOf(unit.tenant, unit.id),
      seq: unit.seq,
      engine: ENGINE,
      library: this.#tenants.latest(unit.tenant)?.library.version ?? "",
      nextDue: due === Number.POSITIVE_INFINITY ? null : due,
      state: text.encode(encodeUnit(unit)),
    };
  }
}

export function nameOf(tenant: string, unit: string): string {
  return `${tenant}\u0000${unit}`;
}

/** A snapshot of another engine, or one that does not read, is ignored: the log has everything. */
function readSnapshot(snapshot: UnitSnapshot | undefined): Unit | null {
  if (snapshot === undefined || snapshot.engine !== ENGINE) return null;
  try {
    return decodeUnit(fromBytes.decode(snapshot.state));
  } catch {
    return null;
  }
}
