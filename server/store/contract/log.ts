/* The log of inputs, what is written together with it, and the snapshots of units that are made of it. */

import type { Millis } from "../../core/time.ts";
import type { Batch, LogInput } from "./batch.ts";

export interface UnitSnapshot {
  readonly tenant: string;
  readonly unit: string;
  readonly shard: number;
  /** Position of the last input it contains. */
  readonly seq: number;
  readonly engine: string;
  readonly library: string;
  /** Earliest timer, so that a unit can sleep on disk until then; null for none. */
  readonly nextDue: Millis | null;
  readonly state: Uint8Array;
}

/** The engine that judges the log. */
export interface JudgedBy {
  readonly engine: number;
  /** Position up to which earlier engines judged; 0 when none did. */
  readonly judgedBefore: number;
}

/** A unit by its name. */
export interface UnitRef {
  readonly tenant: string;
  readonly unit: string;
}

/** An event as its sender names it. */
export interface EventRef {
  readonly tenant: string;
  readonly source: string;
  readonly id: string;
}

/** Which part of the log is read. */
export interface InputQuery {
  /** Only positions greater than this one. */
  readonly after: number;
  readonly limit: number;
  /** Of this tenant; of all unless given. */
  readonly tenant?: string;
  /** Of this unit of the tenant, together with the tenant-wide records. */
  readonly unit?: string;
  /** The tenant-wide records alone, of the tenant or of all. */
  readonly tenantWide?: boolean;
  /** With `unit`: without the tenant-wide records. */
  readonly alone?: true;
}

/**
 * The pipeline is the only writer. It gives each input its position (`seq`), which grows over all tenants and never
 * comes again, also not after old inputs were removed.
 */
export interface Log {
  /**
   * Writes all of the batch, or nothing of it; on disk when it resolves. What is read afterwards, through any method
   * of the store, knows of it. The pipeline waits for one before it makes the next.
   * @throws StoreUnavailable nothing was written, or nobody knows and the store has closed itself
   */
  commit(batch: Batch): Promise<void>;
  /** Whether a small write would go through now; used before accepting again after a failure. Never rejects. */
  probe(): Promise<boolean>;
  /** Position of the newest input there is or ever was; 0 before the first. */
  lastSeq(): Promise<number>;
  /** Of these events, which are known: answers `tenant\u0000source\u0000id`. An identity is kept for 7 days. */
  known(events: readonly EventRef[]): Promise<ReadonlySet<string>>;
  /** In order of seq, lowest first. Inputs that retention removed are passed over. */
  inputs(query: InputQuery): Promise<readonly LogInput[]>;
  /**
   * Snapshots in the order asked for. A unit that has none is left out, and so is a damaged one while the log has
   * everything: it is rebuilt from it.
   * @throws StoreDamaged when one is damaged after retention has shortened the log
   */
  loadUnits(units: readonly UnitRef[]): Promise<readonly UnitSnapshot[]>;
  /**
   * Each replaces the unit's former one. On disk with the next `setCheckpoint` or `commit` at the latest: a snapshot
   * that a crash takes is made again from the log.
   * @throws StoreUnavailable
   */
  saveUnits(snapshots: readonly UnitSnapshot[]): Promise<void>;
  /** Units that sleep on disk and have a timer due at `upTo` or before, the earliest first. */
  dueUnits(upTo: Millis, limit: number): Promise<readonly UnitRef[]>;
  /** Of a tenant, names of units whose snapshot is older than that log position, in order, after the name `after`. */
  unitsBefore(
    tenant: string,
    query: { readonly seq: number; readonly after: string; readonly limit: number },
  ): Promise<readonly string[]>;
  /** Log position before which every unit's snapshot contains all its inputs; 0 at first. */
  checkpoint(): Promise<number>;
  /** On disk when it resolves, and with it every snapshot saved before. @throws StoreUnavailable */
  setCheckpoint(seq: number): Promise<void>;
  /** Which engine has judged the log so far; null where none has said so. */
  judgedBy(): Promise<JudgedBy | null>;
  /** On disk when it resolves: what is judged from now on is judged by this engine. @throws StoreUnavailable */
  setJudgedBy(by: JudgedBy): Promise<void>;
}
