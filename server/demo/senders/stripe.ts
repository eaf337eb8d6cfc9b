import { createHmac } from "node:crypto";
import type { Happening } from "../history/story.ts";
import type { DemoKeys } from "../tenant.ts";
import { DEMO_TENANT } from "../tenant.ts";
import type { Post } from "./post.ts";

/** Cents of dollars. */
const centsOf = ({ data }: Happening) => Math.round(Number(data.amount ?? 0) * 100);

/**
 * Payments as Stripe tells of them: one that fails is told three times, as a charge, as a payment intent and as an
 * invoice where there is one, each signed by itself.
 */
export function createStripe(post: Post, keys: DemoKeys, newId: () => string) {
  const send = (type: string, at: number, object: object) => {
    const body = JSON.stringify({
      id: `evt_${newId()}`,
      object: "event",
      api_version: "2025-03-31.basil",
      created: Math.floor(at / 1_000),
      livemode: true,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
      data: { object },
    });
    const time = Math.floor(Date.now() / 1_000);
    const signature = createHmac("sha256", keys.secrets.stripe).update(`${time}.${body}`).digest("hex");
    return post(`/webhooks/${DEMO_TENANT}/stripe`, body, {
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": `t=${time},v1=${signature}`,
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    });
  };

  return async (happening: Happening): Promise<void> => {
    const failed = happening.type === "billing.payment_failed";
    const objects =
      happening.data.recurring === true ? renewal(happening, newId()) : purchase(happening, newId());
    if (failed) {
      await send("charge.failed", happening.at, objects.charge);
      await send("payment_intent.payment_failed", happening.at, objects.intent);
      if (objects.invoice !== null) await send("invoice.payment_failed", happening.at, objects.invoice);
      return;
    }
    if (objects.invoice === null) await send("payment_intent.succeeded", happening.at, objects.intent);
    else await send("invoice.paid", happening.at, objects.invoice);
  };
}

interface Objects {
  readonly charge: object;
  readonly intent: object;
  readonly invoice: object | null;
}

/** The next invoice of a subscription. */
function renewal(happening: Happening, id: string): Objects {
  const { account, data } = happening;
  const customer = account.stripeId;
  const billing = account.people.find(({ roles }) => roles.includes("billing")) ?? account.people[0];
  const amount = centsOf(happening);
  const [charge, intent, invoice] = [`ch_${id}`, `pi_${id}`, `in_${id}`];
  const declined = {
    code: "card_declined",
    decline_code: data.declineCode,
    charge,
    message: "Your card was declined.",
  };
  return {
    charge: {
      id: charge,
      object: "charge",
      amount,
      currency: "usd",
      customer,
      invoice,
      payment_intent: intent,
      description: "Subscription update",
      failure_code: "card_declined",
      outcome: { type: "issuer_declined", reason: data.declineCode },
      paid: false,
      status: "failed",
    },
    intent: {
      id: intent,
      object: "payment_intent",
      amount,
      currency: "usd",
      customer,
      invoice,
      latest_charge: charge,
      description: "Subscription update",
      last_payment_error: declined,
      status: "requires_payment_method",
    },
    invoice: {
      id: invoice,
      object: "invoice",
      amount_due: amount,
      amount_paid: amount,
      attempt_count: 1,
      billing_reason: "subscription_cycle",
      charge,
      currency: "usd",
      customer,
      customer_email: billing?.email ?? null,
      customer_name: billing?.name ?? null,
      hosted_invoice_url: `https://invoice.example.com/i/${invoice}`,
      payment_intent: intent,
      subscription: `sub_${customer.slice(4)}`,
    },
  };
}

/** One thing bought in a checkout; the intent stands for the checkout, however often it is tried. */
function purchase(happening: Happening, id: string): Objects {
  const { account, person, data } = happening;
  const intent = `pi_${String(data.checkout ?? id).replaceAll("-", "")}`;
  const charge = `ch_${id}`;
  const metadata = { account_id: account.id, ...(person === null ? {} : { user_id: person.id }) };
  const base = { amount: centsOf(happening), currency: "usd", customer: account.stripeId, metadata };
  return {
    charge: {
      ...base,
      id: charge,
      object: "charge",
      payment_intent: intent,
      failure_code: "card_declined",
      outcome: { type: "issuer_declined", reason: data.declineCode },
      status: "failed",
    },
    intent: {
      ...base,
      id: intent,
      object: "payment_intent",
      latest_charge: charge,
      last_payment_error: { code: "card_declined", decline_code: data.declineCode, charge },
    },
    invoice: null,
  };
}
