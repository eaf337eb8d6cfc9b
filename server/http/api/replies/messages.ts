import { z } from "zod";
import type * as wire from "../../wire.ts";
import { type Answer, named, text, textOrNull } from "./base.ts";
import { delivery } from "./records.ts";

export const messageText: Answer<wire.MessageTextBody | null> = z
  .strictObject({ title: textOrNull, body: text })
  .nullable();

export const sentMessage: Answer<wire.SentMessageBody> = named(
  "SentMessage",
  z.strictObject({
    delivery,
    ended: z.enum([
      "waiting",
      "sent",
      "delivered",
      "shown",
      "opened",
      "clicked",
      "failed",
      "not_sent",
      "unknown",
      "dry_run",
    ]),
    text: messageText,
  }),
);
