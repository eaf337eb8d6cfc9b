import type { Runner } from "../../actions/contract.ts";
import type { Channel, Pattern } from "../../core/pattern.ts";
import type { TenantState } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import type { PersonState, Tracked, Unit } from "../../core/unit.ts";
import type { Pipeline } from "../../flow/contract.ts";
import type { Clock } from "../../lib/clock.ts";
import type { KeyedLock } from "../../lib/keyed-lock.ts";
import type { Directory, Log, Outbox, Records } from "../../store/contract.ts";

/** A message that somebody wants to send by hand. */
export interface ManualQuestion {
  readonly tenant: TenantState;
  readonly unit: Unit;
  readonly person: PersonState;
  readonly channel: Channel;
  readonly template: string;
  readonly tracked: Tracked | null;
  readonly pattern: Pattern | null;
  readonly now: Millis;
}

/** What the API needs of the rest: adapters, given by the composition root. */
export interface ApiDeps {
  readonly store: Directory & Records & Pick<Outbox, "delivery" | "sentCopy"> & Pick<Log, "inputs">;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  /** Carries out what people do. */
  readonly actions: Runner;
  /** A fresh id for an action; no decision depends on it. */
  newId(): string;
  /** Ids of what the action makes; the same for the same parts. */
  hashId(...parts: readonly (string | number)[]): string;
  /** Shared with whoever else changes the same things, such as the command line. */
  readonly turns?: KeyedLock;
  /** A template as the person would see it; null when it cannot be rendered. */
  render(question: ManualQuestion): Promise<unknown>;
}
