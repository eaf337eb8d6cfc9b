import type { Incoming } from "../../core/event.ts";
import { at, type Foreign, record, text, unixMillis } from "../../lib/foreign.ts";
import { parseJson } from "../../lib/json.ts";
import { type Normalised, type RawRequest, type Source, Unreadable } from "../contract.ts";
import { billingContact, customerOf, fromCustomer } from "./customer.ts";
import type { Opened } from "./opened.ts";
import { fromPayment } from "./payment.ts";
import { type StripeSettings, settings as schema } from "./settings.ts";
import { verify } from "./verify.ts";

export const source: Source = {
  secret: { madeBy: "vendor", where: "Signing secret of the endpoint, under Developers, Webhooks" },
  verify,

  normalise(request, given, sourceId): Normalised {
    const body = record(parseJson(request.body, Unreadable));
    const webhookId = text(body.id) ?? null;
    const opened = open(body, request, schema.parse(given), sourceId);
    const made = typeof opened === "string" ? opened : eventsOf(opened);
    return typeof made === "string"
      ? { events: [], receipts: [], webhookId, ignored: [made] }
      : { events: made, receipts: [], webhookId, ignored: [] };
  },
};

/** Events that the dashboard's "send test webhook" makes all share this id. */
const TEST_ID = /^evt_0+$/;

function open(
  body: Foreign,
  request: RawRequest,
  settings: StripeSettings,
  sourceId: string,
): Opened | string {
  if (body.object === "v2.core.event") return "a thin event, which carries no data";
  const id = text(body.id);
  const type = text(body.type);
  if (id === undefined || type === undefined) return "no Stripe event in the body";
  if (body.livemode !== true && !settings.testMode) return "an event of the test mode";
  const object = record(at(body, "data", "object"));
  const own = TEST_ID.test(id) ? `test:${type}:${text(object.id) ?? ""}` : id;
  const previous = record(at(body, "data", "previous_attributes"));
  const time = unixMillis(body.created) ?? request.receivedAt;
  return { source: sourceId, settings, id: own, type, time, object, previous };
}

function eventsOf(event: Opened): readonly Incoming[] | string {
  switch (event.type) {
    case "charge.failed":
    case "payment_intent.payment_failed":
    case "invoice.payment_failed":
      return withContact(fromPayment(event, "failed"), event);
    case "charge.succeeded":
    case "payment_intent.succeeded":
    case "invoice.paid":
    case "invoice.payment_succeeded":
      return withContact(fromPayment(event, "succeeded"), event);
    case "customer.subscription.updated":
      return fromSubscription(event);
    case "customer.created":
    case "customer.updated":
      return fromCustomer(event);
    default:
      return "an event that says nothing about a payment or customer";
  }
}

function withContact(payment: Incoming | string, event: Opened): readonly Incoming[] | string {
  if (typeof payment === "string") return payment;
  const contact = billingContact(event);
  return contact === null ? [payment] : [payment, contact];
}

const UNPAID = new Set(["past_due", "unpaid"]);

/**
 * A subscription that becomes unpaid repeats what its invoice said already; one that is active again was paid, in
 * whatever way, so that is a recovery.
 */
function fromSubscription(event: Opened): readonly Incoming[] | string {
  const { source: from, id, time, object, previous, settings } = event;
  const before = text(previous.status);
  if (text(object.status) !== "active" || before === undefined || !UNPAID.has(before)) {
    return "a subscription whose state of payment did not recover";
  }
  const data = { recurring: true };
  return [
    { source: from, id, type: "billing.payment_succeeded", time, ...customerOf(object, settings), data },
  ];
}
