import { DAY, HOUR, MINUTE, type Millis, SECOND } from "../../core/time.ts";
import type { Random } from "../random.ts";
import type { DemoPerson } from "../world/people.ts";
import type { DemoAccount, World } from "../world/world.ts";
import { coreFrom } from "./beginnings.ts";
import type { Happening } from "./story.ts";
import { hookOf, usesApi } from "./troubles/api.ts";

const FEATURES = ["register", "catalog", "reports", "team", "bulk_edit"];
const PAGES = ["/dashboard", "/register", "/catalog", "/reports/daily", "/help", "/team"];
const PLATFORMS = [
  ["web", 7],
  ["ios", 2],
  ["android", 1],
] as const;

/** One ordinary day of everybody: what happens when nothing is wrong. */
export function ordinaryDay(world: World, midnight: Millis, random: Random): Happening[] {
  return world.accounts.flatMap((account) => dayOf(account, midnight, random.fork(account.id)));
}

function dayOf(account: DemoAccount, midnight: Millis, random: Random): Happening[] {
  const { silence, signedUpAt } = account;
  const noon = midnight + 12 * HOUR;
  if (midnight < signedUpAt || (silence !== null && noon > silence.from && noon < silence.to)) return [];
  const weekday = new Date(midnight).getUTCDay();
  const share = weekday === 0 || weekday === 6 ? 0.25 : 1;
  // People have habits: the number hardly varies from one working day to the next.
  const sessions = Math.floor(account.activity * share + random.next());
  const begin = (hour: number) => Math.round(midnight + (hour - account.utcOffset) * HOUR);
  return [
    ...Array.from({ length: sessions }, () => session(account, begin(random.between(8, 18)), random)).flat(),
    ...machines(account, begin(random.between(9, 17)), weekday, random),
    ...(random.chance(0.022) ? shopping(account, begin(random.between(9, 17)), random) : []),
    ...(new Date(midnight).getUTCDate() === 2 ? invoice(account, begin(7)) : []),
  ];
}

const happened = (
  account: DemoAccount,
  person: DemoPerson | null,
  at: Millis,
  type: string,
  data: Happening["data"] = {},
): Happening => ({ account, person, at: Math.round(at), type, data });

/** Somebody comes, looks at a page or two, does what they came for, and goes. */
function session(account: DemoAccount, at: Millis, random: Random): Happening[] {
  const person = random.pick(account.people);
  const platform = random.weighted(PLATFORMS);
  const story = [happened(account, person, at, "session.started", { platform })];
  let now = at;
  const next = (type: string, data: Happening["data"]) => {
    now += random.between(0.3, 4) * MINUTE;
    story.push(happened(account, person, now, type, data));
  };
  if (random.chance(0.25)) next("auth.login_succeeded", {});
  if (random.chance(0.01)) next("auth.login_failed", { reason: "wrong_password" });
  next("page.viewed", { page: random.pick(PAGES), dwellMs: random.int(4_000, 90_000) });
  for (let used = random.int(1, 2); used > 0; used--) {
    const core = now >= coreFrom(account) && random.chance(0.7);
    next("feature.used", { feature: core ? "register" : random.pick(FEATURES), core });
  }
  if (random.chance(0.3)) next("action.succeeded", { action: random.pick(["save", "publish", "export"]) });
  if (random.chance(0.02)) next("app.slow", { screen: random.pick(PAGES) });
  if (random.chance(0.012)) next("ui.retry", { screen: random.pick(PAGES) });
  if (random.chance(0.008)) {
    next("app.error", {
      screen: random.pick(PAGES),
      errorCode: random.pick(["E_UPSTREAM", "TypeError"]),
      severity: "error",
    });
  }
  return story;
}

/** What runs without anybody: weekly usage, a webhook now and then, a rate limit touched once. */
function machines(account: DemoAccount, at: Millis, weekday: number, random: Random): Happening[] {
  const story: Happening[] = [];
  const add = (after: Millis, type: string, data: Happening["data"]) =>
    story.push(happened(account, null, at + after, type, data));
  if (weekday === 1 && account.plan !== "free") {
    add(0, "usage.reported", { metric: "products", used: random.int(80, 600), limit: 1_000 });
    if (usesApi(account)) {
      add(2 * SECOND, "usage.reported", { metric: "api_calls", used: random.int(800, 6_400), limit: 10_000 });
    }
  }
  if (usesApi(account)) {
    const hook = { endpoint: hookOf({ account }), status: 200 };
    if (random.chance(0.12)) add(HOUR, "webhook.delivery_succeeded", hook);
    if (random.chance(0.02)) add(2 * HOUR, "api.request_failed", { status: 429, endpoint: "/v1/orders" });
  }
  return story;
}

/** Buying a card reader or paper rolls in the tenant's own shop. */
function shopping(account: DemoAccount, at: Millis, random: Random): Happening[] {
  const person = random.pick(account.people);
  const order = `or-${account.zendeskId.slice(-4)}-${at.toString(36)}`;
  const checkout = `co-${order.slice(3)}`;
  const delivered = at + random.between(2, 5) * DAY;
  return [
    happened(account, person, at, "checkout.started", { checkout, step: "cart" }),
    happened(account, person, at + 4 * MINUTE, "billing.payment_succeeded", {
      amount: 129,
      currency: "usd",
      checkout,
    }),
    happened(account, person, at + 4.2 * MINUTE, "checkout.completed", { checkout }),
    happened(account, person, at + 5 * MINUTE, "order.placed", { order }),
    happened(account, person, delivered, "order.delivered", { order }),
  ];
}

function invoice(account: DemoAccount, at: Millis): Happening[] {
  if (account.mrr === 0) return [];
  const data = { recurring: true, amount: account.mrr, currency: "usd" };
  return [happened(account, null, at, "billing.payment_succeeded", data)];
}
