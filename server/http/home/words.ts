import type { Decision, Reason } from "../../core/decision.ts";
import type { Channel } from "../../core/pattern.ts";
import type { Band } from "../../core/unit.ts";

/** Why something was not sent, or not yet, in words that need no manual. */
const REASONS: { readonly [reason in Reason]: string } = {
  killed: "this is switched off",
  retracted: "a late event showed that it did not happen",
  resolved: "the trouble is over",
  below: "too little to act on",
  opted_out: "they asked us to stop, or switched this channel off",
  no_consent: "they have not agreed to this channel",
  unreachable: "we have no address for them",
  not_ready: "a text or link is missing",
  muted: "they said that they do not have this problem",
  snoozed: "they asked us to wait",
  paused: "a colleague paused messages to them",
  duplicate: "they were written to about this already",
  incident: "many customers at once, so one answer for all",
  cooldown: "they wrote a ticket, so a person is on it",
  holdout: "control group: left alone, to measure what help is worth",
  review: "a colleague has to approve it first",
  cap: "they had two messages within 24 hours",
  gap: "they had a message less than two hours ago",
  quiet: "it is night where they are",
  stale: "waited for too long to be of use",
  alert_only: "this is for a person, never for a message",
  log_only: "noted, never acted on",
  nobody: "nobody is known to write to",
  review_expired: "nobody approved it in time",
  review_rejected: "a colleague rejected it",
  ladder_end: "every channel was tried",
  history: "it happened too long ago",
  manual: "a colleague sent it by hand",
  none: "nothing stood in the way",
};

export const reasonWords = (reason: Reason): string => REASONS[reason];

/** Who is not logged in is known by the session of a page only, and its name says nothing to anybody. */
export const personWords = (person: string | null): string =>
  person === null || person.startsWith("anonymous:") ? "a visitor who is not logged in" : person;

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
export type Verdict = "sent" | "asked" | "held" | "not_sent";

export const VERDICTS: { readonly [verdict in Verdict]: string } = {
  sent: "Send",
  asked: "Ask a person",
  held: "Hold",
  not_sent: "Do not send",
};

export function verdictOf({ kind, reason, channel }: Pick<Decision, "kind" | "reason" | "channel">): Verdict {
  if (kind === "hold") return "held";
  const human = channel?.startsWith("human.") === true;
  if (kind === "send") return human ? "asked" : "sent";
  return reason === "alert_only" ? "asked" : "not_sent";
}
