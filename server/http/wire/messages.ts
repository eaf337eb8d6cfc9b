/* A message as the person has it. */

import type { DeliveryBody } from "./records.ts";

/** `shown` is in-app only. `delivered` reached the mailbox or phone, and nobody was seen to open it. */
export type MessageEnd =
  | "waiting"
  | "sent"
  | "delivered"
  | "shown"
  | "opened"
  | "clicked"
  | "failed"
  | "not_sent"
  | "unknown"
  | "dry_run";

export interface SentMessageBody {
  readonly delivery: DeliveryBody;
  readonly ended: MessageEnd;
  /** The exact words, in plain text; null before it was rendered, or after erasure. */
  readonly text: MessageTextBody | null;
}

export interface MessageTextBody {
  readonly title: string | null;
  readonly body: string;
}
