import type { Foreign } from "../../lib/foreign.ts";
import type { StripeSettings } from "./settings.ts";

/** One event of Stripe's, opened. */
export interface Opened {
  readonly source: string;
  readonly settings: StripeSettings;
  readonly id: string;
  readonly type: string;
  readonly time: number;
  readonly object: Foreign;
  readonly previous: Foreign;
}
