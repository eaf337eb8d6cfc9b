import type { Incoming, Ref } from "../../../server/core/event.ts";
import type { Random } from "../../../server/demo/random.ts";
import type { Account, Human } from "./tenants.ts";

type Data = Incoming["data"];

const ENDPOINTS = ["/v1/export", "/v1/import", "/v1/search"];
const AREAS = ["sso", "billing", "webhooks"];
const SCREENS = ["editor", "board", "inbox"];
const PAGES = ["home", "billing", "/settings/billing", "docs", "pricing"];
const CATEGORIES = ["api", "billing", "login", "setup", "order", "other"];
const STEPS = ["invite", "connect", "import"];
const SEVERITIES = ["info", "low", "high", "critical"];

const screen = (r: Random): Data => ({
  screen: r.pick(SCREENS),
  element: r.pick(["save", "next"]),
  errorCode: r.pick(["E1", "E2", "E3"]),
  severity: r.pick(SEVERITIES),
});
const ticket = (r: Random): Data => ({
  ticket: `t${r.int(1, 400)}`,
  category: r.pick(CATEGORIES),
  channel: r.pick(["email", "web"]),
});
const call = (r: Random): Data => ({
  status: r.pick([400, 429, 500, 503]),
  endpoint: r.pick(ENDPOINTS),
  latencyMs: r.int(5, 90),
});
const plan = (r: Random): Data => ({ from: "pro", to: r.pick(["free", "team"]) });
const checkout = (r: Random): Data => ({ step: r.pick(["cart", "pay"]), checkout: `k${r.int(1, 300)}` });
const order = (r: Random): Data => ({ order: `o${r.int(1, 300)}` });
const account = (r: Random): Data => ({
  plan: r.pick(["free", "pro", "team"]),
  region: r.pick(["eu", "us"]),
  mrr: r.int(1, 90) * 100,
});

/** What an event of each type may say. */
export const DATA: { readonly [type: string]: (random: Random) => Data } = {
  "api.request_failed": call,
  "api.request_timed_out": (r) => ({ endpoint: r.pick(ENDPOINTS), latencyMs: 30_000 }),
  "auth.login_failed": (r) => ({ reason: r.pick(["password", "mfa"]) }),
  "auth.login_succeeded": () => ({}),
  "auth.locked": () => ({ reason: "attempts" }),
  "security.alert": (r) => ({ kind: r.pick(["new_device", "leak"]), severity: r.pick(SEVERITIES) }),
  "webhook.delivery_failed": (r) => ({
    endpoint: r.pick(["https://a.test/in", "https://b.test"]),
    status: 500,
  }),
  "webhook.delivery_succeeded": (r) => ({
    endpoint: r.pick(["https://a.test/in", "https://b.test"]),
    status: 200,
  }),
  "billing.payment_failed": (r) => ({
    recurring: true,
    amount: r.int(9, 99),
    currency: "EUR",
    declineCode: "funds",
  }),
  "billing.payment_succeeded": (r) => ({ recurring: true, amount: r.int(9, 99), currency: "EUR" }),
  "config.save_failed": (r) => ({ area: r.pick(AREAS), errorCode: r.pick(["C1", "C2"]) }),
  "config.saved": (r) => ({ area: r.pick(AREAS) }),
  "form.submitted": (r) => ({ form: r.pick(["signup", "address"]) }),
  "form.validation_failed": (r) => ({ form: r.pick(["signup", "address"]), field: "zip", errorCode: "F1" }),
  "action.succeeded": (r) => ({ action: r.pick(["export", "share"]) }),
  "action.failed": (r) => ({ action: r.pick(["export", "share"]), errorCode: "A1" }),
  "integration.connected": (r) => ({ integration: r.pick(["crm", "chat"]) }),
  "integration.disconnected": (r) => ({ integration: r.pick(["crm", "chat"]) }),
  "feature.used": (r) => ({ feature: r.pick(["report", "board"]), core: r.chance(0.6) }),
  "onboarding.step_completed": (r) => ({ step: r.pick(STEPS) }),
  "onboarding.completed": () => ({}),
  "usage.reported": (r) => ({ metric: r.pick(["seats", "api"]), used: r.int(40, 99), limit: 100 }),
  "page.viewed": (r) => ({ page: r.pick(PAGES), dwellMs: r.int(1, 40) * 500, exit: r.chance(0.2) }),
  "session.started": (r) => ({ platform: r.pick(["web", "ios"]) }),
  "session.ended": (r) => ({ platform: "web", durationMs: r.int(1, 90) * 10_000 }),
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
  "plan.cancel_viewed": () => ({ from: "pro" }),
  "message.sentiment": (r) => ({ score: r.int(-10, 10) / 10, channel: "chat" }),
  "service.degraded": (r) => ({
    component: r.pick(["search", "mail"]),
    severity: r.pick(["minor", "major"]),
  }),
  "service.recovered": (r) => ({ component: r.pick(["search", "mail"]) }),
  "health.reported": (r) => ({ score: r.int(10, 95), system: "cs" }),
  "ticket.created": ticket,
  "ticket.updated": ticket,
  "ticket.solved": ticket,
  "ticket.reopened": ticket,
  "ticket.rated": (r) => ({ ...ticket(r), rating: r.pick(["good", "bad"]) }),
  "survey.answered": (r) => ({ kind: "nps", score: r.int(0, 10) }),
  "account.signed_up": account,
  "account.updated": account,
  "person.identified": (r) => ({
    locale: r.pick(["en", "de"]),
    tier: r.pick(["gold", "basic"]),
    consent: { sms: r.chance(0.8), email: r.chance(0.95) },
  }),
};

export interface Told {
  readonly type: string;
  readonly time: number;
  readonly account?: string | null | undefined;
  readonly person?: string | Ref | null | undefined;
  readonly data?: Data;
  readonly contact?: Incoming["contact"];
  readonly also?: readonly Ref[];
  readonly source?: string;
  readonly backfill?: boolean;
}

/** Numbers events, so that each has an id of its own. */
export function createTeller(prefix: string): (told: Told) => Incoming {
  let number = 0;
  return ({ type, time, account, person, data, contact, also, source, backfill }) => {
    number += 1;
    return {
      source: source ?? type.split(".")[0] ?? "product",
      id: `${prefix}${number}`,
      type,
      time,
      data: data ?? {},
      ...(account == null ? {} : { account: native(account) }),
      ...(person == null ? {} : { person: typeof person === "string" ? native(person) : person }),
      ...(contact === undefined ? {} : { contact }),
      ...(also === undefined ? {} : { alsoPerson: also }),
      ...(backfill === true ? { backfill: true as const } : {}),
    };
  };
}

export const native = (value: string): Ref => ({ namespace: "native", value });

/** Who somebody is: roles, zone, consent, and where to reach them. */
export function introduction(human: Human, time: number, random: Random): Told {
  const number = [...human.id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9_000_000, 7);
  return {
    type: "person.identified",
    time,
    account: human.account,
    person: human.id,
    data: {
      roles: human.roles,
      timeZone: human.zone,
      locale: random.pick(["en", "de"]),
      consent: { sms: random.chance(0.8), email: random.chance(0.95) },
    },
    contact: { email: mailOf(human.id), phone: `+1555${1_000_000 + number}` },
  };
}

/** Those of `north` have addresses of their company, the others have free mail, which says nothing of an account. */
export function mailOf(person: string): string {
  const name = person.replaceAll(/[^a-z0-9.]/g, "-");
  const company = /^(a\d+)\./.exec(person)?.[1];
  return company === undefined ? `${name}@gmail.com` : `${name}@${company}-corp.test`;
}

export function signUp({ id, segment, people }: Account, time: number, random: Random): Told {
  const contacts = { technical: [people[0]?.id ?? ""], billing: [people.at(-1)?.id ?? ""] };
  return {
    type: "account.signed_up",
    time,
    account: id,
    data: {
      name: id.toUpperCase(),
      segment,
      owner: random.pick(["kim@north.test", "lee@north.test"]),
      timeZone: random.pick(["Europe/Berlin", "America/New_York"]),
      contacts,
      ...account(random),
    },
  };
}
