/**
 * Replays a recording through the engine: the fold of the tenant-wide records, `assess` for everything else, units
 * that go through their snapshot where the recording says that they were saved, and a rebuild from snapshot and tail
 * where the server was cut off.
 */
import { mentions, withoutPerson } from "../../server/actions/erasing.ts";
import type { TenantControl } from "../../server/core/control.ts";
import { assess, type UnitInput } from "../../server/core/engine/assess.ts";
import type { Event } from "../../server/core/event.ts";
import { type CompiledLibrary, compileLibrary } from "../../server/core/matching/compile.ts";
import { memoryOf, warmUp } from "../../server/core/matching/warming.ts";
import { newUnit } from "../../server/core/new-unit.ts";
import { formatDuration } from "../../server/core/time.ts";
import type { Unit } from "../../server/core/unit.ts";
import { decodeUnit, encodeUnit } from "../../server/core/unit-codec.ts";
import { THIS_ENGINE } from "../../server/core/unit-upgrades.ts";
import { createTenants } from "../../server/flow/pipeline/tenants.ts";
import { hashId } from "../../server/lib/ids.ts";
import type { LogInput } from "../../server/store/contract.ts";
import {
  createTally,
  type Digests,
  isMark,
  type Mark,
  type Recording,
  type Short,
  type Tally,
} from "./recording.ts";

const TOOLS = { hash: hashId, assume: "real" } as const;

export interface Replayed {
  readonly digests: Digests;
  readonly decisions: readonly Short[];
  /** Units that were rebuilt from their snapshot and what came after it. */
  readonly rebuilt: number;
}

/** A unit with what it takes to rebuild it. */
interface Held {
  unit: Unit;
  /** Its last snapshot; empty when there is none yet. */
  saved: string;
  /** Inputs that are in no snapshot. */
  tail: LogInput[];
  /** What it has heard, in order of arrival: patterns that change look back. */
  heard: { readonly event: Event; readonly receivedAt: number }[];
}

export function replay({ lines, libraries, digests }: Recording): Replayed {
  const compiled = new Map<string, CompiledLibrary>();
  const tenants = createTenants((version) => {
    const library = compiled.get(version) ?? compileLibrary(libraries.get(version) ?? [], version);
    compiled.set(version, library);
    return library;
  });
  const units = new Map<string, Held>();
  const tally = createTally(digests.engine);
  let rebuilt = 0;

  const held = (tenant: string, id: string): Held => {
    const known = units.get(`${tenant} ${id}`);
    if (known !== undefined) return known;
    const made: Held = { unit: newUnit(tenant, id), saved: "", tail: [], heard: [] };
    units.set(`${tenant} ${id}`, made);
    return made;
  };

  /** Patterns that have changed since the unit's last input begin with what they would have counted. */
  const learn = (unit: Unit, { heard }: Held, seq: number): void => {
    const { tenant, id } = unit;
    if (unit.seq === 0) return;
    for (const state of tenants.changesOf(tenant, Math.max(unit.seq, unit.patternsAsOf), seq)) {
      const { library, patternChange } = state;
      const patterns = patternChange.came.map((key) => library.rules.get(key)?.pattern);
      const since =
        patternChange.at - Math.max(0, ...patterns.map((each) => (each === undefined ? 0 : memoryOf(each))));
      const events =
        since === patternChange.at
          ? []
          : heard.filter(({ receivedAt }) => receivedAt >= since).map(({ event }) => event);
      warmUp(unit.cells, library, new Set(patternChange.came), id, { events, at: patternChange.at });
      unit.patternsAsOf = patternChange.seq;
    }
  };

  const apply = (unit: Unit, of: Held, input: LogInput) => {
    const { seq, receivedAt, body } = input;
    learn(unit, of, seq);
    return assess(unit, tenants.judging(input), seq, receivedAt, body as UnitInput, TOOLS);
  };

  const take = (input: LogInput): void => {
    const { seq, tenant, unit: id, receivedAt, body } = input;
    if (id === null) {
      if ("control" in body) tenants.apply(tenant, seq, receivedAt, body.control as TenantControl);
      return tally.add(seq, []);
    }
    const of = held(tenant, id);
    tally.add(seq, apply(of.unit, of, input));
    of.tail.push(input);
    if ("event" in body) of.heard.push({ event: body.event, receivedAt });
  };

  const save = (): void => {
    for (const one of units.values()) {
      if (one.tail.length === 0) continue;
      one.saved = encodeUnit(one.unit);
      one.unit = decodeUnit(one.saved);
      one.tail = [];
    }
  };

  /** As a start does after a stop without warning. */
  const restart = (): void => {
    for (const one of units.values()) {
      if (one.tail.length === 0) continue;
      const { tenant, id } = one.unit;
      const unit = one.saved === "" ? newUnit(tenant, id) : decodeUnit(one.saved);
      const heard = one.heard;
      let events = one.tail.filter(({ body }) => "event" in body).length;
      for (const input of one.tail) {
        apply(unit, { ...one, heard: heard.slice(0, heard.length - events) }, input);
        if ("event" in input.body) events -= 1;
      }
      one.unit = unit;
      rebuilt += 1;
    }
  };

  const erase = ({ tenant, person, pseudonym }: Extract<Mark, { readonly mark: "erased" }>): void => {
    save();
    for (const [name, one] of [...units]) {
      if (one.unit.tenant !== tenant || !mentions(one.unit, person)) continue;
      one.unit = withoutPerson(one.unit, person, pseudonym);
      one.saved = encodeUnit(one.unit);
      one.heard = one.heard.map((each) =>
        each.event.person === person ? { ...each, event: { ...each.event, person: pseudonym } } : each,
      );
      units.delete(name);
      units.set(`${tenant} ${one.unit.id}`, one);
    }
  };

  for (const line of lines) {
    if (!isMark(line)) take(line);
    else if (line.mark === "saved") save();
    else if (line.mark === "restarted") restart();
    else if (line.mark === "erased") erase(line);
  }
  return finish(tally, digests, rebuilt);
}

function finish(tally: Tally, { commit }: Digests, rebuilt: number): Replayed {
  return {
    digests: tally.digests({ commit, engine: String(THIS_ENGINE.version) }),
    decisions: tally.decisions,
    rebuilt,
  };
}

/** The first thing that is decided otherwise than it was recorded, in words; null when nothing is. */
export function firstDifference(recording: Recording, replayed: Replayed): string | null {
  const { decisions: recorded } = recording;
  const { decisions: now } = replayed;
  const at = recorded.findIndex((one, i) => JSON.stringify(one) !== JSON.stringify(now[i]));
  const [was, is] = at < 0 ? [undefined, now[recorded.length]] : [recorded[at], now[at]];
  if (was === undefined && is === undefined) return differingChunk(recording.digests, replayed.digests);
  const seq = Math.min(was?.[0] ?? Number.POSITIVE_INFINITY, is?.[0] ?? Number.POSITIVE_INFINITY);
  const input = recording.lines.find((line) => !isMark(line) && line.seq === seq);
  const what = input === undefined || isMark(input) ? `input ${seq}` : wordsOf(input);
  const [before, after] = [was, is].map((one) =>
    one?.[0] === seq ? judgementWords(one) : "nothing is decided",
  );
  return `${what}: recorded was "${before}", now it is "${after}"`;
}

function differingChunk(recorded: Digests, now: Digests): string | null {
  for (const kind of ["ofDecisions", "ofEffects"] as const) {
    const at = recorded[kind].findIndex((digest, i) => digest !== now[kind][i]);
    if (at < 0) continue;
    const what = kind === "ofDecisions" ? "a field of a decision" : "a record that is no decision";
    return `${what} differs, of what follows from the inputs ${at * 10_000 + 1} to ${(at + 1) * 10_000}`;
  }
  return null;
}

function wordsOf({ seq, tenant, unit, receivedAt, body }: LogInput): string {
  const what = "event" in body ? body.event.type : body.control.kind;
  return `input ${seq} (${what} in ${unit ?? "the tenant"} of ${tenant}, ${new Date(receivedAt).toISOString()})`;
}

function judgementWords([, kind, reason, channel, person, step, holds]: Short): string {
  const until = holds === null ? "" : ` for ${formatDuration(holds)}`;
  return `${kind} (${reason})${until}, step ${step}, ${channel ?? "no channel"}, to ${person ?? "nobody"}`;
}
