import type { Clock } from "../../lib/clock.ts";
import type { Outbound } from "../../lib/outbound-line.ts";
import type { Integration } from "../contract.ts";
import { twilioChannel } from "./channel.ts";
import { receipts } from "./receipts.ts";
import { settings } from "./settings.ts";

export function twilio(deps: { readonly outbound: Outbound; readonly clock: Clock }): Integration {
  return { id: "twilio", title: "Twilio", settings, channel: { ...twilioChannel(deps), receipts } };
}
