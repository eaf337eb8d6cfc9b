/** How the parts of the flow meet. The pipeline is the one place that assesses and commits. */
import type { TenantControl, UnitControl } from "../core/control.ts";
import type { Effect } from "../core/effect.ts";
import type { Event, Incoming } from "../core/event.ts";
import type { TenantState } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";
import type { Unit } from "../core/unit.ts";
import type { AuditRow, DeadLetter, Reception, StopWrite, TenancyChange } from "../store/contract.ts";

export interface ReceiveResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

/** What else goes into the same transaction. */
export interface Along {
  readonly reception?: Reception;
  readonly deadLetter?: DeadLetter;
  readonly audit?: Omit<AuditRow, "undone">;
  readonly tenancy?: readonly TenancyChange[];
  /** Addresses for the stop list. */
  readonly stops?: readonly StopWrite[];
}

export type Target =
  | { readonly unit: string }
  /** Every unit the person is in; the result is that of the default one. */
  | { readonly person: string };

export interface ControlResult {
  readonly seq: number;
  readonly effects: readonly Effect[];
}

/** Too much is waiting, or the store does not take writes: try again after that many seconds. */
export class Overloaded extends Error {
  override readonly name = "Overloaded";
  readonly status: 429 | 503;
  readonly retryAfterS: number;
  constructor(status: 429 | 503, retryAfterS: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

export interface Pipeline {
  /** Resolves when the events and all that follows from them are on disk. @throws Overloaded */
  receive(tenant: string, incoming: readonly Incoming[], along?: Along): Promise<ReceiveResult>;
  /** @throws Overloaded */
  control(tenant: string, target: Target, control: UnitControl, along?: Along): Promise<ControlResult>;
  /** @throws Overloaded */
  tenantControl(tenant: string, control: TenantControl, along?: Along): Promise<ControlResult>;
  /** Reads a unit's state as of now (loads it when it sleeps); must not be changed by the caller. */
  peek(tenant: string, unit: string): Promise<Unit | null>;
  tenant(id: string): TenantState | null;
  /** Called after each commit with what was committed, in order; must not throw. */
  subscribe(listener: (committed: Committed) => void): () => void;
  /** Runs timers that are due. */
  tick(now: Millis): Promise<void>;
  /** Waits until nothing is in flight and writes a checkpoint. */
  drain(): Promise<void>;
  /** How an event would be refused right now; null when it would be taken. */
  refusal(): Overloaded | null;
  readonly load: { readonly waiting: number; readonly failing: boolean };
}

export interface Committed {
  readonly tenant: string;
  readonly seq: number;
  readonly at: Millis;
  readonly event: Event | null;
  readonly effects: readonly Effect[];
}
