import type { Tally } from "../../core/control.ts";
import type { Effect } from "../../core/effect.ts";
import type { Incident } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import type { Unit } from "../../core/unit.ts";
import type {
  AuditRow,
  Batch,
  DeadLetter,
  LogInput,
  Reception,
  StopWrite,
  TenancyChange,
  Unlink,
} from "../../store/contract.ts";
import type { Along, Committed } from "../contract.ts";
import type { Learned } from "./directory.ts";

/** What one transaction will write, while it is being gathered. */
export interface Draft extends Learned {
  readonly inputs: LogInput[];
  readonly effects: Effect[];
  readonly receptions: Reception[];
  readonly deadLetters: DeadLetter[];
  readonly audit: AuditRow[];
  readonly tenancy: TenancyChange[];
  readonly incidents: Incident[];
  readonly stops: StopWrite[];
  readonly unlinked: Unlink[];
  readonly unknown: Map<string, { tenant: string; source: string; type: string; count: number; at: Millis }>;
  /** Units that have been changed in memory by this draft, with the position of the first input that did. */
  readonly touched: Map<Unit, number>;
  readonly committed: Committed[];
  /** Counts of journey signals that this batch writes. */
  readonly tallied: { readonly tenant: string; readonly counts: readonly Tally[] }[];
}

export function newDraft(): Draft {
  return {
    inputs: [],
    effects: [],
    identities: [],
    memberships: [],
    contacts: [],
    receptions: [],
    deadLetters: [],
    audit: [],
    tenancy: [],
    incidents: [],
    stops: [],
    unlinked: [],
    unknown: new Map(),
    touched: new Map(),
    committed: [],
    tallied: [],
  };
}

export function isEmpty(draft: Draft): boolean {
  return (
    draft.inputs.length === 0 &&
    draft.receptions.length === 0 &&
    draft.deadLetters.length === 0 &&
    draft.audit.length === 0 &&
    draft.tenancy.length === 0 &&
    draft.stops.length === 0 &&
    draft.unknown.size === 0
  );
}

export function batchOf(draft: Draft): Batch {
  const { inputs, effects, contacts, identities, memberships, stops, unlinked } = draft;
  const { receptions, deadLetters, audit, tenancy, incidents } = draft;
  return {
    inputs,
    effects,
    contacts,
    identities,
    memberships,
    stops,
    unlinked,
    receptions,
    deadLetters,
    audit,
    tenancy,
    incidents,
    unknownTypes: [...draft.unknown.values()],
  };
}

export function addAlong(draft: Draft, along: Along | undefined): void {
  if (along?.reception !== undefined) draft.receptions.push(along.reception);
  if (along?.deadLetter !== undefined) draft.deadLetters.push(along.deadLetter);
  if (along?.stops !== undefined) draft.stops.push(...along.stops);
  if (along?.tenancy !== undefined) draft.tenancy.push(...along.tenancy);
  if (along?.audit !== undefined) draft.audit.push({ ...along.audit, undone: false });
}
