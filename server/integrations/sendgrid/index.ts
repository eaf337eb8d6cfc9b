import type { Clock } from "../../lib/clock.ts";
import type { Outbound } from "../../lib/outbound-line.ts";
import type { Integration } from "../contract.ts";
import { sendgridChannel } from "./channel.ts";
import { receipts } from "./receipts.ts";
import { settings } from "./settings.ts";

export function sendgrid(deps: { readonly outbound: Outbound; readonly clock: Clock }): Integration {
  return { id: "sendgrid", title: "SendGrid", settings, channel: { ...sendgridChannel(deps), receipts } };
}
