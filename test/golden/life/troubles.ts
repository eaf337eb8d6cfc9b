import type { Incoming } from "../../../server/core/event.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import type { Random } from "../../../server/demo/random.ts";
import type { Told } from "./events.ts";
import type { Account, Human } from "./tenants.ts";

/** Whom a trouble happens to. */
export interface Who {
  readonly account: string | null;
  readonly person: string | null;
  /** Colleagues, where there are some. */
  readonly people: readonly Human[];
}

type Trouble = (who: Who, at: number, random: Random) => readonly Told[];

/** The same thing several times, so far apart. */
function times(count: number, apart: number, type: string, data: Incoming["data"]): Trouble {
  return ({ account, person }, at) =>
    Array.from({ length: count }, (_, i) => ({ type, time: at + i * apart, account, person, data }));
}

const then =
  (...parts: readonly (readonly [number, Trouble])[]): Trouble =>
  (who, at, random) =>
    parts.flatMap(([after, trouble]) => trouble(who, at + after, random));

const once = (type: string, data: Incoming["data"] = {}): Trouble => times(1, 0, type, data);
/** Now and then. */
const maybe =
  (share: number, trouble: Trouble): Trouble =>
  (who, at, random) =>
    random.chance(share) ? trouble(who, at, random) : [];
/** Of the account as a whole. */
const ofAccount =
  (trouble: Trouble): Trouble =>
  (who, at, random) =>
    trouble({ ...who, person: null }, at, random);

const level = (used: number): Trouble =>
  ofAccount(once("usage.reported", { metric: "api", used, limit: 100 }));
const ticketOf =
  (category: string): Trouble =>
  (who, at, random) => {
    const ticket = `t${random.int(500, 99_999)}`;
    const base = { account: who.account, person: who.person };
    const data = { ticket, category, channel: "web" };
    return [
      { ...base, type: "ticket.created", time: at, data },
      { ...base, type: "ticket.solved", time: at + random.int(1, 30) * HOUR, data },
      ...(random.chance(0.2)
        ? [
            { ...base, type: "ticket.reopened", time: at + 31 * HOUR, data },
            { ...base, type: "ticket.solved", time: at + 40 * HOUR, data },
          ]
        : []),
    ];
  };

export const rateLimit: Trouble = times(6, 40 * SECOND, "api.request_failed", {
  status: 429,
  endpoint: "/v1/export",
});
export const lockOut: Trouble = times(3, 20 * SECOND, "auth.login_failed", { reason: "password" });

/** Troubles as they come to companies. */
export const AT_COMPANIES: readonly (readonly [Trouble, number])[] = [
  [then([0, rateLimit], [2 * HOUR, maybe(0.3, ticketOf("api"))]), 6],
  [then([0, lockOut], [3 * MINUTE, maybe(0.6, once("auth.login_succeeded"))]), 5],
  [
    then(
      [0, times(4, 8 * SECOND, "auth.login_failed", { reason: "mfa" })],
      [HOUR, maybe(0.2, ticketOf("login"))],
    ),
    3,
  ],
  [
    (who, at, random) =>
      who.people.slice(0, 4).flatMap(({ id }, i) => lockOut({ ...who, person: id }, at + i * MINUTE, random)),
    1,
  ],
  [
    then(
      [
        0,
        ofAccount(
          times(4, 5 * MINUTE, "webhook.delivery_failed", { endpoint: "https://a.test/in", status: 500 }),
        ),
      ],
      [
        3 * HOUR,
        maybe(0.6, ofAccount(once("webhook.delivery_succeeded", { endpoint: "https://a.test/in" }))),
      ],
    ),
    4,
  ],
  [
    then(
      [0, ofAccount(once("billing.payment_failed", { recurring: true, amount: 49, currency: "EUR" }))],
      [2 * DAY, maybe(0.6, ofAccount(once("billing.payment_succeeded", { recurring: true, amount: 49 })))],
      [5 * HOUR, maybe(0.2, ticketOf("billing"))],
    ),
    4,
  ],
  [then([0, level(82)], [HOUR, level(91)], [9 * HOUR, level(96)], [3 * DAY, level(40)]), 3],
  [times(13, 3 * MINUTE, "api.request_failed", { status: 503, endpoint: "/v1/search" }), 2],
  [
    then(
      [0, times(3, 2 * MINUTE, "config.save_failed", { area: "sso", errorCode: "C1" })],
      [HOUR, maybe(0.5, once("config.saved", { area: "sso" }))],
    ),
    3,
  ],
  [
    then(
      [0, once("integration.disconnected", { integration: "crm" })],
      [DAY, maybe(0.6, once("integration.connected", { integration: "crm" }))],
    ),
    3,
  ],
  [
    then(
      [0, once("page.viewed", { page: "/settings/billing" })],
      [4 * MINUTE, once("plan.cancel_viewed", { from: "pro" })],
    ),
    2,
  ],
  [once("security.alert", { kind: "new_device", severity: "high" }), 2],
  [once("app.error", { screen: "editor", errorCode: "E1", severity: "critical" }), 3],
  [
    then(
      [0, once("service.degraded", { component: "search", severity: "major" })],
      [2 * HOUR, maybe(0.7, once("service.recovered", { component: "search" }))],
    ),
    2,
  ],
  [
    then(
      [0, ofAccount(once("health.reported", { score: 25, system: "cs" }))],
      [4 * DAY, ofAccount(once("health.reported", { score: 80, system: "cs" }))],
    ),
    2,
  ],
  [times(3, 10 * SECOND, "ui.rage_click", { screen: "board", element: "save" }), 3],
  [times(5, 15 * SECOND, "ui.retry", { screen: "inbox", element: "next" }), 2],
  [once("message.sentiment", { score: -0.9, channel: "email" }), 2],
  [ticketOf("setup"), 2],
];

/** Troubles as they come to people who buy something. */
export const AT_SHOPS: readonly (readonly [Trouble, number])[] = [
  [
    then(
      [
        0,
        times(2, 2 * MINUTE, "billing.payment_failed", { checkout: "k9", amount: 20, declineCode: "funds" }),
      ],
      [HOUR, maybe(0.4, once("billing.payment_succeeded", { checkout: "k9" }))],
    ),
    5,
  ],
  [once("checkout.abandoned", { step: "pay", checkout: "k3" }), 4],
  [
    then(
      [0, once("checkout.started", { step: "cart", checkout: "k4" })],
      [20 * MINUTE, maybe(0.5, once("checkout.completed", { checkout: "k4" }))],
    ),
    5,
  ],
  [
    then(
      [0, once("order.delayed", { order: "o7", expectedAt: "2026-05-01" })],
      [DAY, maybe(0.5, once("order.delivered", { order: "o7" }))],
      [6 * HOUR, maybe(0.3, ticketOf("order"))],
    ),
    5,
  ],
  [times(3, 30 * SECOND, "form.validation_failed", { form: "address", field: "zip" }), 4],
  [
    then(
      [0, lockOut],
      [4 * MINUTE, maybe(0.5, once("auth.login_succeeded"))],
      [2 * HOUR, maybe(0.2, ticketOf("access"))],
    ),
    4,
  ],
  [times(3, 9 * SECOND, "ui.dead_click", { screen: "inbox", element: "next" }), 2],
  [times(5, 20 * SECOND, "ui.retry", { screen: "board", element: "save" }), 3],
  [once("message.sentiment", { score: -0.8, channel: "chat" }), 3],
  [once("app.crashed", { screen: "editor", errorCode: "E3", severity: "fatal" }), 2],
  [once("security.alert", { kind: "leak", severity: "critical" }), 1],
];

export function whoIn(account: Account, random: Random): Who {
  return { account: account.id, person: random.pick(account.people).id, people: account.people };
}
