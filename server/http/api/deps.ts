import type { ManualQuestion } from "../../actions/by-hand.ts";
import type { Runner } from "../../actions/contract.ts";
import type { Pipeline } from "../../flow/contract.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Directory, Log, Outbox, Records } from "../../store/contract.ts";

/** What the API needs of the rest: adapters, given by the composition root. */
export interface ApiDeps {
  readonly store: Directory & Records & Pick<Outbox, "delivery" | "sentCopy"> & Pick<Log, "inputs">;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  /** Carries out what people do. */
  readonly actions: Runner;
  /** A template as the person would see it; null when it cannot be rendered. */
  render(question: ManualQuestion): Promise<unknown>;
}
