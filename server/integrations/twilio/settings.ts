import { z } from "zod";

export const TWILIO_BASE_URL = "https://api.twilio.com";

const E164 = /^\+[1-9]\d{6,14}$/;

/** A Twilio account as a way to send SMS: an auth token or an API key, a number or a messaging service. */
export const settings = z
  .strictObject({
    accountSid: z.string().regex(/^AC[0-9a-f]{32}$/i, "an account SID is AC and 32 hex digits"),
    /** Also what Twilio signs its callbacks with. */
    authToken: z.string().min(8).optional(),
    apiKeySid: z
      .string()
      .regex(/^SK[0-9a-f]{32}$/i, "an API key SID is SK and 32 hex digits")
      .optional(),
    apiKeySecret: z.string().min(8).optional(),
    from: z.string().regex(E164, "a number as +15551234567").optional(),
    messagingServiceSid: z
      .string()
      .regex(/^MG[0-9a-f]{32}$/i, "a messaging service SID is MG and 32 hex digits")
      .optional(),
    baseUrl: z.url({ protocol: /^https?$/ }).default(TWILIO_BASE_URL),
  })
  .refine(({ authToken, apiKeySid, apiKeySecret }) => authToken ?? (apiKeySid && apiKeySecret), {
    path: ["authToken"],
    message: "give authToken, or apiKeySid and apiKeySecret",
  })
  .refine(({ from, messagingServiceSid }) => from ?? messagingServiceSid, {
    path: ["from"],
    message: "give from or messagingServiceSid",
  });

export type TwilioSettings = z.output<typeof settings>;

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** An API key is preferred: it can be withdrawn by itself. */
export function loginOf({ accountSid, authToken, apiKeySid, apiKeySecret }: TwilioSettings): Login {
  if (apiKeySid !== undefined && apiKeySecret !== undefined) {
    return { username: apiKeySid, password: apiKeySecret };
  }
  return { username: accountSid, password: authToken ?? "" };
}
