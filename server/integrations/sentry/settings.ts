import { z } from "zod";

/** An internal or public integration of a Sentry organisation, or its legacy "WebHooks" plugin. */
export const settings = z.strictObject({
  /** Tags that hold the account's id in the tenant's own namespace; the first that is there counts. */
  accountTags: z.array(z.string().min(1)).default(["account", "account_id", "accountId", "account.id"]),
  /** Whose ids `user.id` holds: `native` when the SDK is told the tenant's own. */
  userNamespace: z.string().min(1).default("native"),
});

export type SentrySettings = z.output<typeof settings>;
