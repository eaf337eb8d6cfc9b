import { z } from "zod";

/** Region of the account: the address of its API. */
const SENDGRID_BASE_URL = "https://api.sendgrid.com";

/** A SendGrid account as a way to send email. */
export const settings = z.strictObject({
  /** "Mail Send" is the only scope it needs. */
  apiKey: z.string().trim().startsWith("SG.", "a SendGrid API key starts with SG."),
  /** `https://api.eu.sendgrid.com` for an account in the EU region. */
  baseUrl: z.url({ protocol: /^https?$/ }).default(SENDGRID_BASE_URL),
  /** What SendGrid shows under "Signed Event Webhook"; two while the key is changed. Secrets in name only. */
  webhookKeys: z.array(z.string().min(40)).max(2).default([]),
  /** SendGrid checks the message and sends nothing. */
  sandbox: z.boolean().default(false),
});

export type SendgridSettings = z.output<typeof settings>;
