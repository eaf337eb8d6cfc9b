import type { Config } from "../config.ts";
import type { Incoming } from "../core/event.ts";
import type { Pattern } from "../core/pattern.ts";
import type { TenantSettings, TenantState } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";
import type { Pipeline } from "../flow/contract.ts";
import type { PipelineControl } from "../flow/pipeline.ts";
import type { Integration } from "../integrations/contract.ts";
import { PlainError } from "../lib/errors.ts";
import type { KeyedLock } from "../lib/keyed-lock.ts";
import type { Logger } from "../lib/log.ts";
import type { MessageSettings, Messages } from "../messages/render.ts";
import type { Store } from "../store/contract.ts";

/** What administration works on, given by the composition root. */
export interface AdminDeps {
  readonly config: Config;
  readonly store: Store;
  readonly pipeline: Pipeline & PipelineControl;
  readonly messages: Messages;
  messageSettings(settings: TenantSettings): MessageSettings;
  readonly library: { readonly version: string; readonly patterns: readonly Pattern[] };
  readonly integrations: readonly Integration[];
  /** One CloudEvent as an event, or a sentence that says what is wrong with it. */
  readEvent(value: unknown, receivedAt: Millis): Incoming | string;
  readonly log: Logger;
  readonly now: () => Millis;
  /** One change at a time of each thing, over this and the API: what was read is still so when it is written. */
  readonly turns: KeyedLock;
  /** Where this server is reached, when that is known better than from the settings. */
  ownUrl?(): string;
  /** Called after tokens, sources or channels were changed, so that caches can be read anew. */
  changed?(what: "tokens" | "sources" | "channels"): Promise<void> | void;
}

/** @throws PlainError when there is no such tenant */
export function tenantOf(deps: Pick<AdminDeps, "pipeline">, id: string): TenantState {
  const tenant = deps.pipeline.tenant(id);
  if (tenant === null) {
    throw new PlainError(
      `There is no tenant ${id}; \`forestall tenant list\` shows those there are, \`forestall tenant create ${id}\` makes it.`,
    );
  }
  return tenant;
}
