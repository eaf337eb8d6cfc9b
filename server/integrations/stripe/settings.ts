import { z } from "zod";

/** A webhook endpoint of a Stripe account. */
export const settings = z.strictObject({
  /** Metadata keys that hold the account's id in the tenant's own namespace; the first that is there counts. */
  accountKeys: z
    .array(z.string().min(1))
    .default(["account_id", "accountId", "account", "forestall_account"]),
  /** The same for the person's id. */
  personKeys: z.array(z.string().min(1)).default(["user_id", "userId", "forestall_person"]),
  /** Takes events of Stripe's test mode too. */
  testMode: z.boolean().default(true),
});

export type StripeSettings = z.output<typeof settings>;
