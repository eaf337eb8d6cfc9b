/**
 * What a field may hold. `url` is a string that is dropped rather than cut when too long; `flags` is a record of
 * booleans; `people` is a record from a role to a list of person ids; `presence` keeps only that there was a value.
 */
export type FieldKind = "string" | "number" | "boolean" | "url" | "strings" | "flags" | "people" | "presence";
export type Fields = { readonly [field: string]: FieldKind };

const text = "string";
const failedCall: Fields = { status: "number", endpoint: text, latencyMs: "number" };
const login: Fields = { reason: text, session: text };
const webhook: Fields = { endpoint: text, status: "number" };
const payment: Fields = {
  recurring: "boolean",
  amount: "number",
  currency: text,
  declineCode: text,
  checkout: text,
  updateUrl: "url",
};
const config: Fields = { area: text, errorCode: text };
const form: Fields = { form: text, field: text, errorCode: text };
const action: Fields = { action: text, errorCode: text };
const integration: Fields = { integration: text };
const session: Fields = { durationMs: "number", platform: text, replay: text };
const screen: Fields = { screen: text, element: text, errorCode: text, severity: text };
const checkout: Fields = { step: text, checkout: text };
const order: Fields = { order: text, expectedAt: text };
const plan: Fields = { from: text, to: text };
const service: Fields = { component: text, severity: text };
const ticket: Fields = { ticket: text, category: text, channel: text, rating: text };
const account: Fields = {
  name: text,
  plan: text,
  segment: text,
  region: text,
  industry: text,
  mrr: "number",
  owner: text,
  timeZone: text,
  productArea: text,
  contacts: "people",
};
const person: Fields = {
  email: "presence",
  phone: "presence",
  locale: text,
  timeZone: text,
  account: text,
  roles: "strings",
  tier: text,
  consent: "flags",
};

/**
 * The event vocabulary: every type, and the only data fields kept of it. Nothing else of an event is stored, so
 * message bodies and form contents have no field here, and contact data appears only as "there is one".
 */
export const VOCABULARY: { readonly [type: string]: Fields } = {
  "api.request_failed": failedCall,
  "api.request_timed_out": failedCall,
  "auth.login_failed": login,
  "auth.login_succeeded": login,
  "auth.locked": login,
  "security.alert": { kind: text, severity: text },
  "webhook.delivery_failed": webhook,
  "webhook.delivery_succeeded": webhook,
  "billing.payment_failed": payment,
  "billing.payment_succeeded": payment,
  "config.save_failed": config,
  "config.saved": config,
  "form.submitted": form,
  "form.validation_failed": form,
  "action.succeeded": action,
  "action.failed": action,
  "integration.connected": integration,
  "integration.disconnected": integration,
  "feature.used": { feature: text, core: "boolean" },
  "onboarding.step_completed": { step: text },
  "onboarding.completed": { step: text },
  "usage.reported": { metric: text, used: "number", limit: "number" },
  "page.viewed": { page: text, dwellMs: "number", exit: "boolean" },
  "session.started": session,
  "session.ended": session,
  "app.error": screen,
  "app.crashed": screen,
  "app.slow": screen,
  "ui.rage_click": screen,
  "ui.dead_click": screen,
  "ui.retry": screen,
  "checkout.started": checkout,
  "checkout.abandoned": checkout,
  "checkout.completed": checkout,
  "order.placed": order,
  "order.delayed": order,
  "order.delivered": order,
  "order.returned": order,
  "plan.changed": plan,
  "plan.upgrade_started": plan,
  "plan.upgrade_completed": plan,
  "plan.cancel_viewed": plan,
  "message.sentiment": { score: "number", channel: text },
  "service.degraded": service,
  "service.recovered": service,
  "health.reported": { score: "number", system: text },
  "ticket.created": ticket,
  "ticket.updated": ticket,
  "ticket.solved": ticket,
  "ticket.reopened": ticket,
  "ticket.rated": ticket,
  "survey.answered": { kind: text, score: "number", delivery: text },
  "account.signed_up": account,
  "account.updated": account,
  "person.identified": person,
};

export const KNOWN_TYPES: ReadonlySet<string> = new Set(Object.keys(VOCABULARY));

/** True for a type of the vocabulary; other types are kept and counted, without data. */
export function isKnown(type: string): boolean {
  return KNOWN_TYPES.has(type);
}
