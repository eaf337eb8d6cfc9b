import type { Delivery } from "../../core/delivery.ts";
import type { Millis } from "../../core/time.ts";
import type { Pipeline } from "../../flow/contract.ts";
import type { Cancel } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Rendered } from "../../messages/render.ts";
import type { Directory, Outbox, Records } from "../../store/contract.ts";

/** What the demo's page needs of the rest. Only for a tenant whose data is all invented, on this machine. */
export interface PageDeps {
  readonly store: Pick<Directory, "account" | "person"> &
    Pick<Outbox, "delivery" | "sentCopy"> &
    Pick<Records, "summary" | "risks" | "decisions" | "deliveries" | "match" | "trace">;
  readonly pipeline: Pick<Pipeline, "tenant" | "subscribe">;
  readonly now: () => Millis;
  readonly log: Logger;
  readonly timers: { after(delay: Millis, task: () => void): Cancel };
  /** Whose accounts, decisions and messages are shown. */
  readonly tenant: string;
  /** A message that nobody has fetched yet, as it would be shown. */
  readonly render: (delivery: Delivery) => Promise<Rendered | { readonly reason: string }>;
  /** Sends many failing customers at once. @returns how many, 0 when that is under way already */
  readonly startIncident: () => Promise<number>;
}
