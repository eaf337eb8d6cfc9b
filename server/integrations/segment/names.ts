import type { Scalar } from "../../core/event.ts";
import { isKnown, VOCABULARY } from "../../core/vocabulary.ts";

/** How a `track` call becomes one of our events. */
export interface SegmentName {
  readonly type: string;
  /** Our field -> the properties it may be read from, first found wins. Fields of the same name need no entry. */
  readonly from?: { readonly [field: string]: readonly string[] };
  /** Fields that the name itself implies; they win over properties. */
  readonly set?: { readonly [field: string]: Scalar };
}

const apiCall = { endpoint: ["endpoint", "path", "url"], status: ["status", "status_code", "statusCode"] };
const page = { errorCode: ["errorCode", "error_code", "code"], screen: ["screen", "page", "path"] };
const payment = {
  amount: ["amount", "total", "revenue", "value"],
  declineCode: ["declineCode", "decline_code", "failure_code"],
  checkout: ["checkout", "checkout_id", "cart_id"],
  updateUrl: ["updateUrl", "update_url"],
};
const checkout = {
  checkout: ["checkout", "checkout_id", "cart_id", "order_id"],
  step: ["step", "step_name"],
};
const order = { order: ["order", "order_id"], expectedAt: ["expectedAt", "expected_at", "delivery_date"] };
const plan = {
  from: ["from", "previous_plan", "previous_plan_id", "old_plan"],
  to: ["to", "plan", "plan_id", "new_plan"],
};
const feature = { feature: ["feature", "feature_name", "name"] };
const step = { step: ["step", "step_name", "name"] };
const integration = { integration: ["integration", "integration_name", "name"] };
const ticket = { ticket: ["ticket", "ticket_id"], category: ["category", "type"] };
const config = {
  area: ["area", "section", "setting"],
  errorCode: ["errorCode", "error_code", "code"],
};
const form = {
  form: ["form", "form_name", "form_id", "name"],
  field: ["field", "field_name"],
  errorCode: ["errorCode", "error_code", "code"],
};
const webhook = { endpoint: ["endpoint", "url"], status: ["status", "status_code", "statusCode"] };
const action = (name: string): SegmentName => ({ type: "action.failed", from: page, set: { action: name } });

/**
 * Common names of `track` events, read in any case and with spaces, dashes or underscores, and what they mean here.
 * A tenant adds its own names on top; a name that already is one of our types needs no entry.
 */
export const SEGMENT_NAMES: { readonly [name: string]: SegmentName } = {
  "API Request Failed": { type: "api.request_failed", from: apiCall },
  "API Call Failed": { type: "api.request_failed", from: apiCall },
  "API Error": { type: "api.request_failed", from: apiCall },
  "API Rate Limit Hit": { type: "api.request_failed", from: apiCall, set: { status: 429 } },
  "API Rate Limit Exceeded": { type: "api.request_failed", from: apiCall, set: { status: 429 } },
  "Rate Limit Exceeded": { type: "api.request_failed", from: apiCall, set: { status: 429 } },
  "API Request Timed Out": { type: "api.request_timed_out", from: apiCall },
  "Login Failed": { type: "auth.login_failed" },
  "Sign In Failed": { type: "auth.login_failed" },
  "Signed In": { type: "auth.login_succeeded" },
  "Logged In": { type: "auth.login_succeeded" },
  "Login Succeeded": { type: "auth.login_succeeded" },
  "Account Locked": { type: "auth.locked" },
  "User Locked Out": { type: "auth.locked" },
  "Security Alert": { type: "security.alert", from: { kind: ["kind", "type"] } },
  "Webhook Delivery Failed": { type: "webhook.delivery_failed", from: webhook },
  "Webhook Failed": { type: "webhook.delivery_failed", from: webhook },
  "Webhook Delivered": { type: "webhook.delivery_succeeded", from: webhook },
  "Payment Failed": { type: "billing.payment_failed", from: payment },
  "Payment Declined": { type: "billing.payment_failed", from: payment },
  "Subscription Payment Failed": { type: "billing.payment_failed", from: payment, set: { recurring: true } },
  "Renewal Failed": { type: "billing.payment_failed", from: payment, set: { recurring: true } },
  "Payment Succeeded": { type: "billing.payment_succeeded", from: payment },
  "Payment Completed": { type: "billing.payment_succeeded", from: payment },
  "Subscription Renewed": { type: "billing.payment_succeeded", from: payment, set: { recurring: true } },
  "Settings Save Failed": { type: "config.save_failed", from: config },
  "Configuration Save Failed": { type: "config.save_failed", from: config },
  "Settings Saved": { type: "config.saved", from: config },
  "Configuration Saved": { type: "config.saved", from: config },
  "Form Submitted": { type: "form.submitted", from: form },
  "Form Validation Failed": { type: "form.validation_failed", from: form },
  "Form Error": { type: "form.validation_failed", from: form },
  "Save Failed": action("save"),
  "Publish Failed": action("publish"),
  "Invite Failed": action("invite"),
  "Upgrade Failed": action("upgrade"),
  "Integration Connected": { type: "integration.connected", from: integration },
  "Integration Added": { type: "integration.connected", from: integration },
  "Integration Disconnected": { type: "integration.disconnected", from: integration },
  "Integration Removed": { type: "integration.disconnected", from: integration },
  "Feature Used": { type: "feature.used", from: feature },
  "Onboarding Step Completed": { type: "onboarding.step_completed", from: step },
  "Setup Step Completed": { type: "onboarding.step_completed", from: step },
  "Onboarding Completed": { type: "onboarding.completed" },
  "Setup Completed": { type: "onboarding.completed" },
  "Usage Reported": { type: "usage.reported", from: { used: ["used", "value"], limit: ["limit", "quota"] } },
  "Session Started": { type: "session.started" },
  "Application Opened": { type: "session.started" },
  "Session Ended": { type: "session.ended", from: { durationMs: ["durationMs", "duration_ms"] } },
  "Application Backgrounded": { type: "session.ended" },
  "Application Crashed": { type: "app.crashed", from: page },
  "Application Error": { type: "app.error", from: page },
  "Error Shown": { type: "app.error", from: page },
  "Rage Click": { type: "ui.rage_click", from: page },
  "Dead Click": { type: "ui.dead_click", from: page },
  "Checkout Started": { type: "checkout.started", from: checkout },
  "Checkout Abandoned": { type: "checkout.abandoned", from: checkout },
  "Cart Abandoned": { type: "checkout.abandoned", from: checkout },
  "Checkout Completed": { type: "checkout.completed", from: checkout },
  "Order Completed": { type: "checkout.completed", from: checkout },
  "Order Placed": { type: "order.placed", from: order },
  "Order Delayed": { type: "order.delayed", from: order },
  "Order Delivered": { type: "order.delivered", from: order },
  "Order Returned": { type: "order.returned", from: order },
  "Order Refunded": { type: "order.returned", from: order },
  "Plan Changed": { type: "plan.changed", from: plan },
  "Subscription Updated": { type: "plan.changed", from: plan },
  "Upgrade Started": { type: "plan.upgrade_started", from: plan },
  "Upgrade Completed": { type: "plan.upgrade_completed", from: plan },
  "Plan Upgraded": { type: "plan.upgrade_completed", from: plan },
  "Cancel Page Viewed": { type: "plan.cancel_viewed", from: plan },
  "Cancellation Started": { type: "plan.cancel_viewed", from: plan },
  "Ticket Created": { type: "ticket.created", from: ticket },
  "Support Ticket Created": { type: "ticket.created", from: ticket },
  "Ticket Solved": { type: "ticket.solved", from: ticket },
  "Signed Up": { type: "account.signed_up", from: { name: ["company", "account_name"] } },
  "Account Created": { type: "account.signed_up", from: { name: ["company", "account_name"] } },
  "Trial Started": { type: "account.signed_up", from: { name: ["company", "account_name"] } },
};

const BY_FOLDED: ReadonlyMap<string, SegmentName> = new Map(
  Object.entries(SEGMENT_NAMES).map(([name, meaning]) => [fold(name), meaning]),
);

function fold(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, " ")
    .trim();
}

/**
 * What a `track` event name means: the tenant's own dictionary first, then one of our types under its own name, then
 * the default dictionary. Null when nobody knows it: the caller keeps the name as an unknown type, to be mapped.
 */
export function fromSegmentName(
  name: string,
  own: { readonly [name: string]: SegmentName } = {},
): SegmentName | null {
  if (Object.hasOwn(own, name)) return own[name] ?? null;
  if (isKnown(name)) return { type: name };
  return name.length > 100 ? null : (BY_FOLDED.get(fold(name)) ?? null);
}

/** Type and raw data of a `track` call, ready for `admit`; null for a name that nobody knows. */
export function mapSegment(
  name: string,
  properties: { readonly [name: string]: unknown },
  own: { readonly [name: string]: SegmentName } = {},
): { readonly type: string; readonly data: { readonly [name: string]: unknown } } | null {
  const meaning = fromSegmentName(name, own);
  if (meaning === null) return null;
  const data: { [name: string]: unknown } = {};
  for (const field of Object.keys(VOCABULARY[meaning.type] ?? {})) {
    const from = [...(meaning.from?.[field] ?? []), field].find((property) =>
      Object.hasOwn(properties, property),
    );
    if (from !== undefined) data[field] = properties[from];
  }
  return { type: meaning.type, data: { ...data, ...meaning.set } };
}
