import { z } from "zod";

/**
 * Zendesk signs the "Test webhook" button's requests, before a webhook exists, with this published secret. Everybody
 * knows it, so it counts only where somebody says so.
 */
export const TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";

/** A webhook of a Zendesk account: subscribed to ticket events, or called by triggers with our template. */
export const settings = z.strictObject({
  /** Agents' ids under which Forestall itself writes; what they do is ignored. */
  integrationUserIds: z.array(z.string().min(1)).default([]),
  /** Tag on tickets that Forestall opened; they and what happens to them are ignored. */
  ownTag: z.string().min(1).default("forestall"),
  /** Tags that are categories; the first one on the ticket counts. Empty: the ticket's first tag. */
  categoryTags: z.array(z.string().min(1)).default([]),
  /** Takes the secret of the "Test webhook" button: for trying out only. */
  allowTestSecret: z.boolean().default(false),
});

export type ZendeskSettings = z.output<typeof settings>;
