import type { Decision } from "../../core/decision.ts";
import type { Channel } from "../../core/pattern.ts";
import type { Band } from "../../core/unit.ts";

export { personWords, reasonWords } from "../../core/reasons.ts";

const SYSTEMS: { readonly [system: string]: string } = {
  sentry: "Sentry",
  stripe: "Stripe",
  zendesk: "Zendesk",
  segment: "Segment",
  cloudevents: "the product's own systems",
};

export const systemWords = (system: string): string => SYSTEMS[system] ?? system;

const CHANNELS: { readonly [channel: string]: string } = {
  email: "Email",
  sms: "SMS",
  voice: "Call",
  push: "Push",
  chat: "Chat",
  broadcast: "Broadcast",
  "in_app.tooltip": "In-app tooltip",
  "in_app.banner": "In-app banner",
  "in_app.prompt": "In-app prompt",
  "in_app.notification": "In-app notification",
  "in_app.message": "In-app message",
  "in_app.guide": "In-app guide",
  "human.csm": "Customer success manager",
  "human.l2": "Second-level support",
  "human.phone": "Phone call by a colleague",
  "human.ops": "Support operations",
  "human.agent": "Support agent",
};

export const channelWords = (channel: Channel): string => CHANNELS[channel] ?? channel;

export const BANDS: readonly { readonly band: Band; readonly label: string; readonly range: string }[] = [
  { band: "critical", label: "Critical", range: "81 to 100" },
  { band: "alert", label: "Alert", range: "61 to 80" },
  { band: "watch", label: "Watch", range: "31 to 60" },
  { band: "normal", label: "Normal", range: "0 to 30" },
];

/** What a decision comes down to for somebody who looks on. */
export type Standing = "sent" | "asked" | "held" | "not_sent";

export const STANDINGS: { readonly [standing in Standing]: string } = {
  sent: "Send",
  asked: "Ask a person",
  held: "Hold",
  not_sent: "Do not send",
};

export function standingOf({
  kind,
  reason,
  channel,
}: Pick<Decision, "kind" | "reason" | "channel">): Standing {
  if (kind === "hold") return "held";
  const human = channel?.startsWith("human.") === true;
  if (kind === "send") return human ? "asked" : "sent";
  return reason === "alert_only" ? "asked" : "not_sent";
}

/** What a message is called that no pattern chose: an incident's, and what a colleague sends. */
export const WITHOUT_PATTERN = "To many, or by hand";
