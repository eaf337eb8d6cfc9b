import type { TenantControl } from "../../core/control.ts";
import { type CompiledLibrary, compileLibrary } from "../../core/matching/compile.ts";
import type { Pattern } from "../../core/pattern.ts";
import {
  ALL_ON,
  DEFAULT_SETTINGS,
  DRY_RUN,
  type Incident,
  NEVER_CHANGED,
  NOTHING_CONNECTED,
  type TenantState,
} from "../../core/tenant.ts";
import { DAY, type Millis } from "../../core/time.ts";
import type { LogInput } from "../../store/contract.ts";

/** How long an ended incident still matters to its matches: as long as a hold may last. */
const REMEMBER_INCIDENT = 3 * DAY;

export type LibraryOf = (version: string) => CompiledLibrary;

/**
 * The tenant-wide states, as a fold over the log. Versions are immutable and kept by log position, so that a unit
 * that is rebuilt later is judged by what held at the time.
 */
export interface Tenants {
  latest(tenant: string): TenantState | null;
  asOf(tenant: string, seq: number): TenantState;
  /**
   * The version that a record of the log was judged under: the one it names, or, where it is from before records
   * named one, the one that held at its position.
   * @throws RangeError when the log lacks the version that the record names
   */
  judging(input: Pick<LogInput, "tenant" | "seq" | "judgedUnder">): TenantState;
  /** The states that a change of patterns made, after the one position and up to the other. */
  changesOf(tenant: string, after: number, upTo: number): readonly TenantState[];
  apply(tenant: string, seq: number, at: Millis, control: TenantControl): TenantState;
  /** Undoes every version after this position: their commit did not happen. */
  rollBack(seq: number): void;
  all(): Iterable<TenantState>;
}

export function createTenants(libraryOf: LibraryOf): Tenants {
  const versions = new Map<string, TenantState[]>();
  const empty = (tenant: string): TenantState => ({
    id: tenant,
    seq: 0,
    settings: DEFAULT_SETTINGS,
    library: libraryOf(""),
    patternChange: NEVER_CHANGED,
    channels: NOTHING_CONNECTED,
    notReady: new Map(),
    templates: new Map(),
    switches: ALL_ON,
    rollout: DRY_RUN,
    productAreas: new Map(),
    incidents: [],
  });
  const latest = (tenant: string) => versions.get(tenant)?.at(-1) ?? null;
  const asOf = (tenant: string, seq: number) => {
    const known = versions.get(tenant) ?? [];
    for (let i = known.length - 1; i >= 0; i--) {
      const version = known[i];
      if (version !== undefined && version.seq <= seq) return version;
    }
    return empty(tenant);
  };
  return {
    latest,
    asOf,
    judging({ tenant, seq, judgedUnder }) {
      const state = asOf(tenant, judgedUnder ?? seq);
      if (judgedUnder === undefined || state.seq === judgedUnder) return state;
      throw new RangeError(
        `record ${seq} of tenant ${tenant} was judged under its version ${judgedUnder}, which the log lacks`,
      );
    },
    changesOf(tenant, after, upTo) {
      const isOne = ({ seq, patternChange }: TenantState) =>
        patternChange.seq === seq && seq > after && seq <= upTo;
      return (versions.get(tenant) ?? []).filter(isOne);
    },
    apply(tenant, seq, at, control) {
      const next = fold(latest(tenant) ?? empty(tenant), { seq, at }, control, libraryOf);
      const known = versions.get(tenant);
      if (known === undefined) versions.set(tenant, [next]);
      else known.push(next);
      return next;
    },
    rollBack(seq) {
      for (const [tenant, known] of versions) {
        while ((known.at(-1)?.seq ?? 0) > seq) known.pop();
        if (known.length === 0) versions.delete(tenant);
      }
    },
    *all() {
      for (const known of versions.values()) {
        const last = known.at(-1);
        if (last !== undefined) yield last;
      }
    },
  };
}

/** Where in the log something stands, and when it came. */
interface Moment {
  readonly seq: number;
  readonly at: Millis;
}

function fold(state: TenantState, moment: Moment, control: TenantControl, libraryOf: LibraryOf): TenantState {
  const { seq } = moment;
  switch (control.kind) {
    case "settings":
      return { ...state, seq, settings: control.settings };
    case "library":
      return withLibrary(state, moment, libraryOf(control.version));
    case "readiness":
      return {
        ...state,
        seq,
        channels: control.channels,
        notReady: new Map(control.notReady),
        templates: new Map(control.templates),
      };
    case "switches":
      return { ...state, seq, switches: control.switches };
    case "rollout":
      return { ...state, seq, rollout: control.rollout };
    case "product_area": {
      const at = Math.min(control.at, state.productAreas.get(control.name) ?? control.at);
      return { ...state, seq, productAreas: new Map([...state.productAreas, [control.name, at]]) };
    }
    case "incident":
      return { ...state, seq, incidents: withIncident(state.incidents, control.incident) };
  }
}

function withIncident(known: readonly Incident[], incident: Incident): readonly Incident[] {
  const now = incident.endedAt ?? incident.startedAt;
  const others = known.filter(
    (one) => one.id !== incident.id && (one.endedAt === null || now - one.endedAt < REMEMBER_INCIDENT),
  );
  return [...others, incident];
}

/** A tenant's first patterns meet customers without a past. */
function withLibrary(before: TenantState, { seq, at }: Moment, next: CompiledLibrary): TenantState {
  const library = succeed(before.library, next);
  if (before.library.patterns.length === 0) return { ...before, seq, library };
  const came = [...library.rules.keys()].filter((key) => !before.library.rules.has(key));
  return { ...before, seq, library, patternChange: { seq, at, came } };
}

/**
 * A new library keeps the patterns that were changed or left out, paused: they open nothing any more, but what they
 * have open stays until it closes.
 */
function succeed(before: CompiledLibrary, next: CompiledLibrary): CompiledLibrary {
  const kept = new Set(next.patterns.map(nameOfVersion));
  const gone = before.patterns.filter((pattern) => !kept.has(nameOfVersion(pattern)));
  if (gone.length === 0) return next;
  const paused = gone.map((pattern): Pattern => ({ ...pattern, status: "paused" }));
  return compileLibrary([...next.patterns, ...paused], next.version);
}

function nameOfVersion({ id, version }: Pattern): string {
  return `${id}@${version}`;
}
