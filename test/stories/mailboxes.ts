import type { ChannelAdapter, Outgoing } from "../../server/integrations/contract.ts";
import { RetryLater } from "../../server/integrations/contract.ts";
import type { Clock } from "../../server/lib/clock.ts";

/** What a provider delivered, as it lies in the boxes of those who get it. */
export interface Mailbox {
  /** Nothing gets through while this is so. */
  isDown: boolean;
  readonly onDelivered: ((message: Outgoing) => void)[];
}

export interface Mailboxes {
  readonly mail: Mailbox;
  readonly phones: Mailbox;
  adapter(system: string): ChannelAdapter | undefined;
}

export function mailboxes(clock: Clock): Mailboxes {
  const mail: Mailbox = { isDown: false, onDelivered: [] };
  const phones: Mailbox = { isDown: false, onDelivered: [] };
  const adapters = new Map([
    ["sendgrid", provider("email", mail, clock)],
    ["twilio", provider("sms", phones, clock)],
  ]);
  return { mail, phones, adapter: (system) => adapters.get(system) };
}

function provider(kind: "email" | "sms", box: Mailbox, clock: Clock): ChannelAdapter {
  let taken = 0;
  return {
    kind,
    reconciles: "receipts",
    async send(message) {
      if (box.isDown) throw new RetryLater("503 from the provider", null);
      for (const tell of box.onDelivered) tell(message);
      taken += 1;
      return { providerId: `${kind}-${taken}-${clock.now()}` };
    },
  };
}
