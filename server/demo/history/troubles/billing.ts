import { hash32 } from "../../../core/hash.ts";
import { DAY, HOUR, MINUTE, type Millis, SECOND } from "../../../core/time.ts";
import type { DemoAccount } from "../../world/world.ts";
import { repeat, step, type Trouble } from "../story.ts";

const pays = ({ plan }: DemoAccount) => plan !== "free";
const dayOf = (at: Millis) => new Date(at).toISOString().slice(0, 10);
/** An order number as people know them. */
const orderOf = (serial: string) => `LS-${100_000 + (hash32(serial) % 900_000)}`;
const DECLINES = ["insufficient_funds", "expired_card", "generic_decline"];

/** Money and limits: payments, checkouts, orders, quotas, and thoughts of leaving. */
export const BILLING: readonly Trouble[] = [
  {
    pattern: "P-004",
    actor: "billing",
    times: 50,
    fits: pays,
    script: ({ account, random }) => [
      step(0, "billing.payment_failed", {
        recurring: true,
        amount: account.mrr,
        currency: "usd",
        declineCode: random.pick(DECLINES),
      }),
    ],
    ending: ({ account }) => [
      step(0, "billing.payment_succeeded", { recurring: true, amount: account.mrr, currency: "usd" }),
    ],
  },
  {
    pattern: "P-017",
    actor: "anyone",
    times: 30,
    script: ({ actor, random, serial }) =>
      repeat(
        2,
        4 * MINUTE,
        (after) =>
          step(
            after,
            "billing.payment_failed",
            { amount: 129, currency: "usd", checkout: `co-${serial}`, declineCode: "generic_decline" },
            actor,
          ),
        random,
      ),
    ending: ({ actor, serial }) => [step(0, "checkout.completed", { checkout: `co-${serial}` }, actor)],
  },
  {
    pattern: "P-018",
    actor: "anyone",
    times: 40,
    script: ({ actor, serial }) => [
      step(0, "checkout.started", { checkout: `co-${serial}`, step: "cart" }, actor),
      step(6 * MINUTE, "checkout.abandoned", { checkout: `co-${serial}`, step: "shipping" }, actor),
    ],
    ending: ({ actor, serial }) => [step(0, "checkout.completed", { checkout: `co-${serial}` }, actor)],
  },
  {
    pattern: "P-019",
    actor: "anyone",
    times: 34,
    script: ({ actor, serial }) => [
      step(0, "checkout.started", { checkout: `co-${serial}`, step: "cart" }, actor),
    ],
    firesAfter: 30 * MINUTE,
    ending: ({ actor, serial }) => [step(0, "checkout.completed", { checkout: `co-${serial}` }, actor)],
  },
  {
    pattern: "P-022",
    actor: "anyone",
    times: 34,
    script: ({ actor, serial, at, random }) => [
      step(0, "order.placed", { order: orderOf(serial) }, actor),
      step(
        30 * HOUR,
        "order.delayed",
        { order: orderOf(serial), expectedAt: dayOf(at + random.int(4, 9) * DAY) },
        actor,
      ),
    ],
    ending: ({ actor, serial }) => [step(0, "order.delivered", { order: orderOf(serial) }, actor)],
  },
  {
    pattern: "P-005",
    actor: "technical",
    times: 36,
    fits: ({ plan }) => plan === "pro" || plan === "enterprise",
    script: () => [
      step(0, "usage.reported", { metric: "api_calls", used: 7_100, limit: 10_000 }),
      step(6 * HOUR, "usage.reported", { metric: "api_calls", used: 8_300, limit: 10_000 }),
    ],
    ending: () => [step(0, "usage.reported", { metric: "api_calls", used: 900, limit: 10_000 })],
  },
  {
    pattern: "P-014",
    actor: "admin",
    times: 30,
    fits: pays,
    script: () => [
      step(0, "usage.reported", { metric: "products", used: 840, limit: 1_000 }),
      step(9 * HOUR, "usage.reported", { metric: "products", used: 912, limit: 1_000 }),
    ],
    ending: () => [step(0, "usage.reported", { metric: "products", used: 912, limit: 2_000 })],
  },
  {
    pattern: "P-006",
    actor: "admin",
    times: 34,
    fits: pays,
    script: () => [
      step(0, "usage.reported", { metric: "seats", used: 17, limit: 20 }),
      step(5 * HOUR, "usage.reported", { metric: "seats", used: 20, limit: 20 }),
    ],
    ending: () => [step(0, "usage.reported", { metric: "seats", used: 20, limit: 40 })],
  },
  {
    pattern: "P-020",
    actor: "admin",
    times: 26,
    fits: pays,
    script: ({ actor }) => [
      step(0, "page.viewed", { page: "/settings/billing", dwellMs: 41_000 }, actor),
      step(3 * MINUTE, "plan.cancel_viewed", {}, actor),
    ],
  },
  {
    pattern: "P-030",
    actor: "admin",
    times: 16,
    fits: ({ plan }) => plan === "enterprise" || plan === "pro",
    script: ({ random }) => [
      step(0, "health.reported", { score: random.int(18, 38), system: "success-platform" }),
      // The weekly sync repeats what it said.
      step(20 * SECOND, "health.reported", { score: 36, system: "success-platform" }),
    ],
    firesAfter: 0,
  },
];
