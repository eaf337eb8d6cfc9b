import type { Clock } from "../lib/clock.ts";
import type { Outbound } from "../lib/outbound-line.ts";
import { cloudevents } from "./cloudevents/index.ts";
import type { Integration } from "./contract.ts";
import { inApp } from "./in-app/index.ts";
import { segment } from "./segment/index.ts";
import { sendgrid } from "./sendgrid/index.ts";
import { sentry } from "./sentry/index.ts";
import { stripe } from "./stripe/index.ts";
import { twilio } from "./twilio/index.ts";
import { zendesk } from "./zendesk/index.ts";

/** Every system there is, by its id. A new one is one folder and one line here. */
export function createRegistry(deps: {
  readonly outbound: Outbound;
  readonly clock: Clock;
}): ReadonlyMap<string, Integration> {
  const all = [cloudevents, inApp, segment, sendgrid(deps), sentry, stripe, twilio(deps), zendesk];
  return new Map(all.map((integration) => [integration.id, integration]));
}
