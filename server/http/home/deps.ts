import type { Delivery } from "../../core/delivery.ts";
import type { Millis } from "../../core/time.ts";
import type { Pipeline } from "../../flow/contract.ts";
import type { Cancel } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Rendered } from "../../messages/render.ts";
import type { Store } from "../../store/contract.ts";

/** What the front page needs of the rest, given by whoever starts the server. */
export interface HomeDeps {
  readonly store: Pick<
    Store,
    | "summary"
    | "risks"
    | "decisions"
    | "decision"
    | "deliveries"
    | "delivery"
    | "match"
    | "account"
    | "person"
    | "trace"
    | "sentCopy"
    | "incidents"
    | "tenants"
  >;
  readonly pipeline: Pick<Pipeline, "tenant" | "subscribe">;
  readonly now: () => Millis;
  readonly log: Logger;
  /** The page of the simulated tenant; null on a real server, whose front page says what to do next. */
  readonly demo: DemoHome | null;
}

/** Only for a tenant whose data is all invented, on this machine. */
export interface DemoHome {
  readonly tenant: string;
  /** A message that nobody has fetched yet, as it would be shown. */
  readonly render: (delivery: Delivery) => Promise<Rendered | { readonly reason: string }>;
  /** Sends many failing customers at once. @returns how many, 0 when that is under way already */
  readonly startIncident: () => Promise<number>;
  readonly timers: { after(delay: Millis, task: () => void): Cancel };
}
