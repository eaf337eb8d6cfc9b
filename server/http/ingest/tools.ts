import type { IncomingMessage, ServerResponse } from "node:http";
import type { Config } from "../../config.ts";
import type { Pipeline } from "../../flow/contract.ts";
import type { Receiver, ReceiverDeps } from "../../flow/receive.ts";
import type { Integration } from "../../integrations/contract.ts";
import type { Clock, Timers } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { TokenBook } from "../auth.ts";
import type { Limiter } from "../rate-limit.ts";
import type { createBodyReader } from "./body.ts";
import type { IngestLimits } from "./limits.ts";
import type { Route } from "./route.ts";
import type { SourceBook } from "./source-book.ts";

export interface IngestDeps {
  readonly pipeline: ReceiverDeps["pipeline"] & Pick<Pipeline, "refusal">;
  readonly store: ReceiverDeps["store"];
  readonly integrations: ReadonlyMap<string, Integration>;
  readonly sources: SourceBook;
  readonly tokens: Pick<TokenBook, "find">;
  /** Where senders reach us, without a slash at the end. Never taken from a request. */
  readonly publicUrl: () => string;
  readonly trustProxy: Config["trustProxy"];
  readonly clock: Clock & Timers;
  readonly newId: () => string;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  readonly limits?: Partial<IngestLimits>;
  /** Counts answers: of which sort of address, with which status. */
  readonly count?: (kind: Route["kind"], status: number) => void;
}

/** What the handlers of the two sorts of addresses share. */
export interface Tools extends Omit<IngestDeps, "limits"> {
  readonly limits: IngestLimits;
  readonly receiver: Receiver;
  readonly bodies: ReturnType<typeof createBodyReader>;
  readonly perToken: Limiter;
  readonly perPublicToken: Limiter;
  readonly perSource: Limiter;
}

/** One request on its way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: { readonly [name: string]: string | undefined };
  /** Path and query as they were sent. */
  readonly url: string;
  readonly address: string;
  /** Headers of the answer, whatever it will be. */
  extra: Record<string, string>;
}
