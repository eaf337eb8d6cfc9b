import type { Runner } from "../actions/contract.ts";
import type { Config } from "../config.ts";
import type { Pattern } from "../core/pattern.ts";
import type { Millis } from "../core/time.ts";
import type { Pipeline } from "../flow/contract.ts";
import type { PipelineControl } from "../flow/pipeline.ts";
import type { Logger } from "../lib/log.ts";
import type { Messages } from "../messages/render.ts";
import type { Reads } from "../reads/reads.ts";
import type { Store } from "../store/contract.ts";

/** The open application: the same with and without a running server. */
export interface App {
  readonly config: Config;
  readonly store: Store;
  readonly pipeline: Pipeline & PipelineControl;
  readonly messages: Messages;
  /** The shipped pattern library. */
  readonly library: { readonly version: string; readonly patterns: readonly Pattern[] };
  readonly log: Logger;
  readonly now: () => Millis;
  /** Carries out what people do. */
  readonly actions: Runner;
  /** What they look at beside it. */
  readonly reads: Reads;
  /** Tells the log what can be sent on which channel, when that changed. @returns whether it did */
  refreshReadiness(tenant: string): Promise<boolean>;
  close(): Promise<void>;
}
