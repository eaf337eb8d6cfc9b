import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Incoming } from "../../server/core/event.ts";
import { createReportJoiner } from "../../server/flow/receive/reports.ts";
import { stripe } from "../../server/integrations/stripe/index.ts";
import {
  aPayment,
  customerUpdated,
  failedAtCheckout,
  failedSince2025,
  failedUntil2025,
  invoicePaid,
  subscriptionActiveAgain,
} from "../fixtures/stripe.ts";

const settings = stripe.settings.parse({}) as Record<string, unknown>;
const NOW = Date.UTC(2026, 2, 2, 12);
const requestOf = (payload: unknown) => ({
  method: "POST",
  url: "https://help.acme.test/webhooks/acme/stripe",
  headers: {},
  body: Buffer.from(JSON.stringify(payload)),
  receivedAt: NOW,
});
const read = (payload: unknown, given = settings) => {
  const normalised = stripe.source?.normalise(requestOf(payload), given, "stripe");
  if (normalised === undefined) throw new Error("Stripe is a source");
  return normalised;
};
const eventsOf = (payload: unknown) => read(payload).events;

/** What the pipeline would count: each identity once. */
function counted(payloads: readonly unknown[], join = createReportJoiner()): readonly Incoming[] {
  const byId = new Map<string, Incoming>();
  for (const event of payloads.flatMap(eventsOf).map((one) => join("acme", one))) {
    if (!byId.has(event.id)) byId.set(event.id, event);
  }
  return [...byId.values()];
}
const failuresIn = (events: readonly Incoming[]) =>
  events.filter(({ type }) => type === "billing.payment_failed");
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];
const inOrder = (three: object, order: readonly number[]) => order.map((i) => Object.values(three)[i]);

describe("one failed payment that is told three times", () => {
  it.each(ORDERS)("counts once until 2025, in the order %i %i %i, even without a memory", (...order) => {
    const payloads = inOrder(failedUntil2025(aPayment()), order);

    const ids = new Set(failuresIn(payloads.flatMap(eventsOf)).map(({ id }) => id));

    expect(ids).toEqual(new Set(["payment-failed:ch_3Fors"]));
  });

  it.each(ORDERS)("counts once as recurring since 2025, in the order %i %i %i", (...order) => {
    const failures = failuresIn(counted(inOrder(failedSince2025(aPayment()), order)));

    expect(failures.filter(({ data }) => data.recurring === true)).toHaveLength(1);
    // A charge that comes first knows of no subscription, so it is one attempt at a checkout until more is known.
    expect(failures.filter(({ data }) => data.recurring !== true).length).toBeLessThanOrEqual(1);
  });

  it.each(ORDERS)(
    "counts once as recurring where nothing names the invoice, in the order %i %i %i",
    (...order) => {
      const failures = failuresIn(counted(inOrder(failedSince2025(aPayment(), false), order)));

      expect(failures.filter(({ data }) => data.recurring === true)).toHaveLength(1);
    },
  );

  it("counts once when the tenant listens to one of the three", () => {
    for (const payload of Object.values(failedSince2025(aPayment()))) {
      expect(failuresIn(counted([payload]))).toHaveLength(1);
    }
  });

  it("counts once when every delivery is repeated, in any order", () => {
    const payloads = [
      ...Object.values(failedSince2025(aPayment())),
      ...Object.values(failedSince2025(aPayment())),
    ];

    fc.assert(
      fc.property(fc.shuffledSubarray(payloads, { minLength: 6 }), (shuffled) => {
        const failures = failuresIn(counted(shuffled));
        expect(failures.filter(({ data }) => data.recurring === true)).toHaveLength(1);
      }),
      { seed: 20260302, numRuns: 300 },
    );
  });

  it("counts again for the next attempt, hours or a minute later", () => {
    const first = aPayment();
    const later = aPayment({ event: "evt_2", charge: "ch_4Fors", attempt: 2, at: first.at + 259_200 });
    const soon = aPayment({ event: "evt_3", charge: "ch_5Fors", attempt: 3, at: first.at + 60 });

    expect(
      failuresIn(counted([failedUntil2025(first), failedUntil2025(later)].flatMap(Object.values))),
    ).toHaveLength(2);
    const recurring = counted([failedSince2025(first), failedSince2025(soon)].flatMap(Object.values));
    expect(failuresIn(recurring).filter(({ data }) => data.recurring === true)).toHaveLength(2);
  });

  it("is never one with the payment of another customer", () => {
    const other = aPayment({
      event: "evt_2",
      charge: "ch_9",
      intent: "pi_9",
      invoice: "in_9",
      customer: "cus_9",
    });
    const payloads = [failedSince2025(aPayment(), false), failedSince2025(other, false)].flatMap(
      Object.values,
    );

    fc.assert(
      fc.property(fc.shuffledSubarray(payloads, { minLength: 6 }), (shuffled) => {
        const recurring = failuresIn(counted(shuffled)).filter(({ data }) => data.recurring === true);
        expect(recurring).toHaveLength(2);
      }),
      { seed: 20260302, numRuns: 300 },
    );
  });
});

describe("a card declined twice at one checkout", () => {
  it("is two failures of one checkout, in any order of the four reports", () => {
    const first = failedAtCheckout(aPayment({ event: "evt_a", charge: "ch_a" }));
    const second = failedAtCheckout(aPayment({ event: "evt_b", charge: "ch_b", at: aPayment().at + 20 }));

    fc.assert(
      fc.property(
        fc.shuffledSubarray([first.charge, first.intent, second.charge, second.intent], { minLength: 4 }),
        (shuffled) => {
          const failures = failuresIn(counted(shuffled));
          expect(failures).toHaveLength(2);
          for (const { data } of failures) {
            expect(data).toMatchObject({ checkout: "pi_3Fors" });
            expect(data).not.toHaveProperty("recurring");
          }
        },
      ),
      { seed: 20260302, numRuns: 200 },
    );
  });

  it("names the buyer by the address on the card", () => {
    const [event] = eventsOf(failedAtCheckout(aPayment()).charge);

    expect(event).toMatchObject({
      person: { namespace: "email", value: "buyer@example.test" },
      contact: { email: "buyer@example.test" },
    });
  });
});

describe("what is kept of a failed payment", () => {
  it("is whose, how much in main units, why, and where to mend it", () => {
    const [event] = eventsOf(failedUntil2025(aPayment()).invoice);

    expect(event).toMatchObject({
      source: "stripe",
      type: "billing.payment_failed",
      time: (aPayment().at + 2) * 1000,
      account: { namespace: "stripe", value: "cus_Fors" },
      data: {
        recurring: true,
        amount: 99,
        currency: "eur",
        updateUrl: "https://invoice.stripe.test/i/acct_1/live_1",
      },
    });
    expect(eventsOf(failedUntil2025(aPayment()).charge)[0]?.data.declineCode).toBe("insufficient_funds");
  });

  it("has the tenant's own id from metadata, of the object or of the subscription, and Stripe's beside it", () => {
    const metadata = { account_id: "acct_7" };
    const expected = {
      account: { namespace: "native", value: "acct_7" },
      alsoAccount: [{ namespace: "stripe", value: "cus_Fors" }],
    };

    expect(eventsOf(failedUntil2025(aPayment({ metadata })).charge)[0]).toMatchObject(expected);
    expect(eventsOf(failedSince2025(aPayment({ metadata })).invoice)[0]).toMatchObject(expected);
  });

  it("has no account when a guest paid, and is kept all the same", () => {
    const [event] = eventsOf(failedUntil2025(aPayment({ customer: null })).charge);

    expect(event?.type).toBe("billing.payment_failed");
    expect(event?.account).toBeUndefined();
  });

  it("knows currencies without cents", () => {
    const yen = structuredClone(failedUntil2025(aPayment({ amount: 9900 })).charge) as {
      data: { object: { currency?: string } };
    };
    yen.data.object.currency = "jpy";

    expect(eventsOf(yen)[0]?.data.amount).toBe(9900);
  });

  it("tells who is to hear about payments, once for each customer and address", () => {
    const contacts = counted([failedUntil2025(aPayment()).invoice, invoicePaid(aPayment())])
      .concat(counted(Object.values(failedUntil2025(aPayment({ event: "evt_9", attempt: 2 })))))
      .filter(({ type }) => type === "person.identified");

    expect(new Set(contacts.map(({ id }) => id)).size).toBe(1);
    expect(contacts[0]).toMatchObject({
      person: { namespace: "email", value: "billing@acme.test" },
      account: { namespace: "stripe", value: "cus_Fors" },
      contact: { email: "billing@acme.test", name: "Acme" },
      data: { roles: ["billing"] },
    });
    expect(contacts[0]?.id).not.toContain("acme");
  });
});

describe("recoveries", () => {
  it("are paid invoices, told twice and counted once, and subscriptions that are active again", () => {
    const paid = [invoicePaid(aPayment()), invoicePaid(aPayment(), "invoice.payment_succeeded")];

    expect(counted(paid).filter(({ type }) => type === "billing.payment_succeeded")).toHaveLength(1);
    expect(eventsOf(subscriptionActiveAgain())).toMatchObject([
      { type: "billing.payment_succeeded", account: { value: "cus_Fors" }, data: { recurring: true } },
    ]);
  });

  it("are no invoices of nothing, which a trial makes", () => {
    expect(read(invoicePaid(aPayment({ amount: 0 })))).toMatchObject({
      events: [],
      ignored: ["a payment of nothing"],
    });
  });

  it("are never one with the failure before", () => {
    const events = counted([...Object.values(failedSince2025(aPayment())), invoicePaid(aPayment())]);

    expect(events.some(({ type }) => type === "billing.payment_succeeded")).toBe(true);
  });
});

describe("what else Stripe sends", () => {
  it("is a customer's contact data", () => {
    expect(eventsOf(customerUpdated())).toMatchObject([
      { type: "person.identified", contact: { email: "billing@acme.test" }, data: { locale: "de-DE" } },
    ]);
    expect(read(customerUpdated({ email: null })).events).toEqual([]);
  });

  it.each([
    [
      "an unknown type",
      { id: "evt_1", object: "event", type: "radar.early_fraud_warning.created", data: {} },
    ],
    ["a thin event", { id: "evt_1", object: "v2.core.event", type: "v1.billing.meter.error" }],
    ["nothing that is an event", { a: 1 }],
    ["a list", []],
    ["nulls in every place", { id: "evt_1", type: "charge.failed", data: null, created: null }],
  ])("is acknowledged: %s", (_what, payload) => {
    expect(() => read(payload)).not.toThrow();
  });

  it("is left out when it is a test and tests are not wanted", () => {
    const test = { ...failedUntil2025(aPayment()).charge, livemode: false };

    expect(read(test, { ...settings, testMode: false }).events).toEqual([]);
    expect(read(test).events).toHaveLength(1);
  });

  it("is told apart in the dashboard's tests, which all have one id", () => {
    const sample = { ...subscriptionActiveAgain(), id: "evt_00000000000000" };
    const other = structuredClone(sample);
    other.data.object.id = "sub_2";

    expect(counted([sample, sample, other])).toHaveLength(2);
  });
});
