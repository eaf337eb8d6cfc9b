import type { Incoming, Ref, Report } from "../../core/event.ts";
import { at, type Foreign, first, known, list, number, text } from "../../lib/foreign.ts";
import { mainUnits } from "./amount.ts";
import { customerOf, idOf } from "./customer.ts";
import type { Opened } from "./opened.ts";

/**
 * One payment is told three times, in any order: as a charge, a payment intent and an invoice.
 *
 * | | charge | payment intent | invoice | attempt |
 * |---|---|---|---|---|
 * | charge event | id | `payment_intent` | `invoice`, until 2025 | the charge is the attempt |
 * | intent event | `latest_charge`, `charges` | id | `invoice` until 2025, then `payment_details.order_reference` | the charge |
 * | invoice event | `charge`, until 2025 | `payment_intent` until 2025, then in `payments` when expanded | id | `attempt_count` |
 *
 * So the charge's id is the identity wherever it is known, and is so in all three until 2025. What later versions
 * no longer name is joined by the other names, and in the last resort by customer, amount and currency of a
 * payment that is known to recur: within a few minutes, and only reports of different kinds.
 */
const WITHIN = 10 * 60_000;

/** What Stripe itself writes as the description of payments that a subscription makes. */
const BY_SUBSCRIPTION = /^Subscription (creation|update)|^Payment for Invoice/;

export function fromPayment(event: Opened, outcome: "failed" | "succeeded"): Incoming | string {
  const { object } = event;
  const kind = text(object.object);
  const amount = first(
    number(outcome === "failed" ? object.amount_due : object.amount_paid),
    number(object.amount),
  );
  // An invoice of nothing is "paid" when a trial starts; it says nothing about the card.
  if (outcome === "succeeded" && amount === 0) return "a payment of nothing";
  const names = namesOf(object, kind);
  const recurring = recurringOf(object, kind, names.invoice);
  const billed = recurring === true ? billOf(object, amount) : undefined;
  const report: Report = {
    kind: kind ?? event.type,
    names: known({ ...names, bill: billed }),
    within: WITHIN,
    detail: recurring === undefined ? 0 : 1,
  };
  return {
    source: event.source,
    id: `payment-${outcome}:${identityOf(object, names, event)}`,
    type: `billing.payment_${outcome}`,
    time: event.time,
    ...whoOf(object, event),
    report,
    data: dataOf(object, names, amount, recurring),
  };
}

interface Names {
  readonly charge: string | undefined;
  readonly intent: string | undefined;
  readonly invoice: string | undefined;
}

function namesOf(object: Foreign, kind: string | undefined): Names {
  const own = text(object.id);
  const payment = at(list(at(object, "payments", "data"))[0], "payment");
  const order = text(at(object, "payment_details", "order_reference"));
  return {
    charge: kind === "charge" ? own : chargeOf(object, payment),
    intent:
      kind === "payment_intent"
        ? own
        : first(idOf(object.payment_intent), idOf(at(payment, "payment_intent"))),
    invoice:
      kind === "invoice" ? own : (idOf(object.invoice) ?? (order?.startsWith("in_") ? order : undefined)),
  };
}

function chargeOf(object: Foreign, payment: unknown): string | undefined {
  return first(
    idOf(at(object, "last_payment_error", "charge")),
    idOf(object.latest_charge),
    idOf(object.charge),
    idOf(list(at(object, "charges", "data"))[0]),
    idOf(at(payment, "charge")),
  );
}

/** Undefined where it cannot be told, which is not the same as no. */
function recurringOf(
  object: Foreign,
  kind: string | undefined,
  invoice: string | undefined,
): boolean | undefined {
  if (kind === "invoice") {
    const reason = text(object.billing_reason);
    const subscription = idOf(object.subscription) ?? at(object, "parent", "subscription_details");
    return Boolean(subscription) || reason === undefined || reason.startsWith("subscription");
  }
  if (invoice !== undefined) return true;
  const description = text(object.description, 500);
  return description !== undefined && BY_SUBSCRIPTION.test(description) ? true : undefined;
}

function billOf(object: Foreign, amount: number | undefined): string | undefined {
  const customer = idOf(object.customer);
  return customer === undefined || amount === undefined
    ? undefined
    : `${customer}:${amount}:${text(object.currency) ?? ""}`;
}

/** The charge is one attempt; an invoice counts its attempts; an intent without a charge has only its event. */
function identityOf(object: Foreign, { charge, invoice, intent }: Names, event: Opened): string {
  if (charge !== undefined) return charge;
  if (object.object === "invoice" && invoice !== undefined)
    return `${invoice}:${text(object.attempt_count) ?? "1"}`;
  return `${intent ?? invoice ?? ""}:${event.id}`;
}

function whoOf(object: Foreign, { settings }: Opened): Partial<Incoming> {
  const who = customerOf(object, settings);
  if (who.person !== undefined) return who;
  const email = first(
    text(object.customer_email),
    text(object.receipt_email),
    text(at(object, "billing_details", "email")),
  );
  if (email === undefined) return who;
  const person: Ref = { namespace: "email", value: email };
  return { ...who, person, contact: { email } };
}

function dataOf(
  object: Foreign,
  { intent, charge }: Names,
  amount: number | undefined,
  recurring: boolean | undefined,
): Incoming["data"] {
  const failure = at(object, "last_payment_error");
  const declineCode = first(
    text(at(failure, "decline_code")),
    text(at(failure, "code")),
    text(at(object, "outcome", "reason")),
    text(object.failure_code),
  );
  // A one-off payment is one checkout, however often it is tried: that is what the intent stands for.
  const checkout = recurring === true ? undefined : (intent ?? charge);
  const updateUrl = text(object.hosted_invoice_url, 512);
  const currency = text(object.currency);
  const paid = amount === undefined ? undefined : mainUnits(amount, currency);
  return known({ recurring, amount: paid, currency, declineCode, checkout, updateUrl });
}
