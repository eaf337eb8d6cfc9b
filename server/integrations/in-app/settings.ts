import { z } from "zod";

/** `https://app.example.com`: scheme, host and port, nothing more. */
const origin = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    "an origin: https://app.example.com",
  );

/** Messages inside the tenant's own product, shown by the snippet in its pages. */
export const settings = z.strictObject({
  /** The pages that may ask for messages. */
  origins: z.array(origin).max(50).default([]),
});
