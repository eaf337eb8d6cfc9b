import { named, orNull, part, text, textOrNull, word } from "./base.ts";
import { delivery } from "./records.ts";

/** A message as the person has it. */

export const messageText = part("The words of a message, in plain text", {
  title: textOrNull("Subject or heading, where its channel has one"),
  body: text("The message"),
});

export const messageEnd = word(
  "`shown` is in-app only; `delivered` reached the mailbox or phone, and nobody was seen to open it",
  ["waiting", "sent", "delivered", "shown", "opened", "clicked", "failed", "not_sent", "unknown", "dry_run"],
);

export const sentMessage = named("SentMessage", "A message, how it ended, and its words", {
  delivery: delivery.describe("The message"),
  ended: messageEnd,
  text: orNull("The exact words, in plain text; null before it was rendered, or after erasure", messageText),
});
