import type { EventData } from "../event.ts";
import { Buckets } from "./buckets.ts";
import { Cell, Cells } from "./cells.ts";
import { Episode } from "./episode.ts";
import { Evidence } from "./evidence.ts";
import { Facts } from "./facts.ts";
import { Log } from "./log.ts";
import { type Extra, type Moment, State } from "./state.ts";

/** Grows when the meaning of the encoding changes. */
const ENGINE = 1;

/** The cells as JSON-able data: equal cells give equal text. */
export function encodeCells(cells: Cells): unknown {
  const { log, facts } = cells;
  const signals: EncodedSignal[] = [];
  for (let i = log.start; i < log.end; i++) {
    const { time, source, id, person, data } = log.read(i);
    const { key, roles } = log.addresseeAt(i);
    signals.push([time, source, id, person, log.hasData(i) ? data : null, log.partAt(i), key, roles]);
  }
  const encoded: EncodedCells = {
    engine: ENGINE,
    unit: cells.unit,
    now: Number.isFinite(cells.now) ? cells.now : null,
    crowded: cells.crowded,
    made: cells.made,
    sweepAt: cells.sweepAt,
    room: [log.start, log.times.length],
    signals,
    cells: cells.list.map((cell) => encodeCell(cells, cell)),
    facts:
      facts === null
        ? null
        : [facts.signedUpAt, facts.onboardedAt, facts.segments.entries.slice(), facts.plans.entries.slice()],
  };
  return encoded;
}

/** @throws RangeError when the state is of another engine, or of no shape this one has written. */
export function decodeCells(state: unknown): Cells {
  const encoded = read(state);
  try {
    return decode(encoded);
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    throw new RangeError("matcher state of a shape this engine has not written", { cause });
  }
}

function decode(encoded: EncodedCells): Cells {
  const cells = new Cells();
  cells.unit = encoded.unit;
  cells.now = encoded.now ?? Number.NEGATIVE_INFINITY;
  cells.crowded = encoded.crowded;
  cells.made = encoded.made;
  cells.sweepAt = encoded.sweepAt;
  cells.log = decodeLog(encoded);
  const pending = countPending(encoded.signals);
  for (const entry of encoded.cells) decodeCell(cells, entry, pending);
  if (encoded.facts !== null) cells.facts = decodeFacts(encoded.facts);
  return cells;
}

/** A copy that shares nothing that changes. */
export function cloneCells(cells: Cells): Cells {
  const clone = new Cells();
  clone.unit = cells.unit;
  clone.library = cells.library;
  clone.now = cells.now;
  clone.crowded = cells.crowded;
  clone.made = cells.made;
  clone.sweepAt = cells.sweepAt;
  clone.log = cells.log.copy();
  clone.facts = cells.facts?.copy() ?? null;
  for (const cell of cells.list) {
    const copy = clone.add(new Cell(cell.number, cell.ruleKey, cell.rule, cell.part));
    copy.base = cell.base?.copy() ?? null;
    copy.pending = cell.pending;
    clone.setDue(copy, cells.dueOf(cell));
  }
  return clone;
}

// ---- what the encoding looks like

type EncodedSignal = [
  time: number,
  source: string,
  id: string,
  person: string | null,
  data: EventData | null,
  part: string | null,
  rule: string,
  roles: number,
];
type EncodedEvidence = [
  count: number,
  firstAt: number | null,
  times: number[],
  ids: string[],
  shares: [person: string, count: number, newest: number, stamp: number][],
  data: EventData,
];
type EncodedEpisode = [
  ordinal: number,
  firstAt: number,
  firedAt: number,
  lastSeen: number,
  evidence: EncodedEvidence,
  firing: Episode["firing"],
];
type EncodedBuckets = [
  first: number,
  current: number,
  total: number,
  evidence: EncodedEvidence,
  past: number[],
];
type EncodedExtra = null | boolean | { moment: Moment } | { buckets: EncodedBuckets };
type EncodedState = [
  episodes: number,
  lastFired: number | null,
  episode: EncodedEpisode | null,
  times: number[],
  refs: (string | null)[],
  extra: EncodedExtra,
];
type EncodedCell = [
  number: number,
  rule: string,
  part: string | null,
  due: number | null,
  base: EncodedState | null,
];
type Entries = Facts["segments"]["entries"];
type EncodedFacts = [
  signedUpAt: number | null,
  onboardedAt: number | null,
  segments: Entries,
  plans: Entries,
];
interface EncodedCells {
  readonly engine: number;
  readonly unit: string;
  readonly now: number | null;
  readonly crowded: boolean;
  readonly made: number;
  readonly sweepAt: number;
  /** Where the log starts, and how much it holds. */
  readonly room: [start: number, capacity: number];
  readonly signals: EncodedSignal[];
  readonly cells: EncodedCell[];
  readonly facts: EncodedFacts | null;
}

function read(state: unknown): EncodedCells {
  if (typeof state !== "object" || state === null) throw new RangeError("no matcher state");
  const encoded = state as Partial<EncodedCells>;
  if (encoded.engine !== ENGINE) {
    throw new RangeError(`matcher state of engine ${String(encoded.engine)}, this one is ${ENGINE}`);
  }
  const isComplete =
    typeof encoded.unit === "string" &&
    (encoded.now === null || typeof encoded.now === "number") &&
    typeof encoded.crowded === "boolean" &&
    Number.isInteger(encoded.made) &&
    Number.isInteger(encoded.sweepAt) &&
    Array.isArray(encoded.room) &&
    rowsOf(encoded.signals, 8) &&
    rowsOf(encoded.cells, 5) &&
    (encoded.facts === null || rowsOf([encoded.facts], 4));
  if (!isComplete) throw new RangeError("matcher state of a shape this engine has not written");
  return encoded as EncodedCells;
}

function rowsOf(rows: unknown, width: number): boolean {
  return Array.isArray(rows) && rows.every((row) => Array.isArray(row) && row.length === width);
}

// ---- part by part

function decodeLog({ room: [start, capacity], signals }: EncodedCells): Log {
  const log = new Log();
  if (start + signals.length > capacity) throw new RangeError("matcher state with more signals than room");
  log.reserve(start, capacity);
  for (const [time, source, id, person, data, part, key, roles] of signals) {
    const signal = { time, source, id, person, data: data ?? {} };
    log.insert(log.end, signal, part, { key, roles, rule: null });
    if (data === null) log.forgetData(log.end - 1);
  }
  return log;
}

function countPending(signals: readonly EncodedSignal[]): Map<string, number> {
  const pending = new Map<string, number>();
  for (const [, , , , , part, key] of signals) {
    const name = nameOf(key, part);
    pending.set(name, (pending.get(name) ?? 0) + 1);
  }
  return pending;
}

function nameOf(ruleKey: string, part: string | null): string {
  return part === null ? ruleKey : `${ruleKey}\u0000${part}`;
}

function encodeCell(cells: Cells, cell: Cell): EncodedCell {
  const due = cells.dueOf(cell);
  return [
    cell.number,
    cell.ruleKey,
    cell.part,
    due === Number.POSITIVE_INFINITY ? null : due,
    cell.base === null ? null : encodeState(cell.base),
  ];
}

function decodeCell(
  cells: Cells,
  [number, ruleKey, part, due, base]: EncodedCell,
  pending: ReadonlyMap<string, number>,
): void {
  const cell = cells.add(new Cell(number, ruleKey, null, part));
  cell.base = base === null ? null : decodeState(base);
  cell.pending = pending.get(nameOf(ruleKey, part)) ?? 0;
  if (due !== null) cells.setDue(cell, due);
}

function encodeState(state: State): EncodedState {
  const { episodes, lastFired, episode, times, refs, extra } = state;
  return [
    episodes,
    lastFired,
    episode === null ? null : encodeEpisode(episode),
    times.slice(),
    refs.slice(),
    encodeExtra(extra),
  ];
}

function decodeState(encoded: EncodedState): State {
  const [episodes, lastFired, episode, times, refs, extra] = encoded;
  const state = new State();
  state.episodes = episodes;
  state.lastFired = lastFired;
  state.episode = episode === null ? null : decodeEpisode(episode);
  state.times = times.slice();
  state.refs = refs.slice();
  state.extra = decodeExtra(extra);
  return state;
}

function encodeExtra(extra: Extra): EncodedExtra {
  if (extra === null || typeof extra === "boolean") return extra;
  if (!(extra instanceof Buckets)) return { moment: extra };
  const { first, current, total, evidence, past } = extra;
  return { buckets: [first, current, total, encodeEvidence(evidence), past.slice()] };
}

function decodeExtra(encoded: EncodedExtra): Extra {
  if (encoded === null || typeof encoded === "boolean") return encoded;
  if ("moment" in encoded) return encoded.moment;
  const [first, current, total, evidence, past] = encoded.buckets;
  const buckets = new Buckets(first, current);
  buckets.total = total;
  buckets.evidence = decodeEvidence(evidence);
  buckets.past = past.slice();
  return buckets;
}

function encodeEpisode({ ordinal, firstAt, firedAt, lastSeen, evidence, firing }: Episode): EncodedEpisode {
  return [ordinal, firstAt, firedAt, lastSeen, encodeEvidence(evidence), firing];
}

function decodeEpisode([ordinal, firstAt, firedAt, lastSeen, evidence, firing]: EncodedEpisode): Episode {
  return new Episode(ordinal, firstAt, firedAt, lastSeen, decodeEvidence(evidence), firing);
}

function encodeEvidence({ count, firstAt, times, ids, shares, data }: Evidence): EncodedEvidence {
  return [
    count,
    Number.isFinite(firstAt) ? firstAt : null,
    times.slice(),
    ids.slice(),
    [...shares].map(([person, { count, newest, stamp }]) => [person, count, newest, stamp]),
    data,
  ];
}

function decodeEvidence([count, firstAt, times, ids, shares, data]: EncodedEvidence): Evidence {
  const evidence = new Evidence();
  evidence.count = count;
  evidence.firstAt = firstAt ?? Number.POSITIVE_INFINITY;
  evidence.times = times.slice();
  evidence.ids = ids.slice();
  evidence.shares = new Map(
    shares.map(([person, count, newest, stamp]) => [person, { count, newest, stamp }]),
  );
  evidence.data = data;
  return evidence;
}

function decodeFacts([signedUpAt, onboardedAt, segments, plans]: EncodedFacts): Facts {
  const facts = new Facts();
  facts.signedUpAt = signedUpAt;
  facts.onboardedAt = onboardedAt;
  facts.segments.entries = segments.slice();
  facts.plans.entries = plans.slice();
  return facts;
}
