/**
 * Fills a data folder for the bench of the pages in Zendesk, in a process of its own: some accounts with everything that
 * an account in trouble has, made by the pipeline from events, and around them the rows of very many others.
 */
import { openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import type { Effect, ScoreRow } from "../../server/core/effect.ts";
import type { Incoming } from "../../server/core/event.ts";
import { newAccount, newPerson } from "../../server/core/new-unit.ts";
import { MINUTE, SECOND } from "../../server/core/time.ts";
import { nextTurn } from "../../server/lib/next-turn.ts";
import type { Batch, IdentityWrite } from "../../server/store/contract.ts";
import { adminOf } from "../../test/support/acting.ts";
import { type Account, accountOf, addressOf, DOMAIN, TENANT, zendeskId } from "./people.ts";

export interface StoreOrders {
  readonly dataDir: string;
  /** All accounts, and those of them with a history. */
  readonly accounts: number;
  readonly rich: number;
  readonly zendesk: { readonly host: string; readonly installation: string };
}

const BY = { actor: "bench", reason: "bench" };
/** Accounts in one commit: the larger, the fewer times a page of an index is written. */
const BATCH = 10_000;
const MANY = 10_000_000;

process.once("message", (orders: StoreOrders) => {
  void fill(orders).then(() => process.exit(0));
});

async function fill({ dataDir, accounts, rich: known, zendesk }: StoreOrders): Promise<void> {
  const { config } = loadConfig({ FORESTALL_DATA: dataDir, LOG_LEVEL: "error" }, process.cwd());
  const app = await openApp(config, { purpose: "a bench" });
  await adminOf(app).createTenant(TENANT, {}, BY);
  // Trouble of many at once is no incident here, and everything is decided without being sent.
  const settings = await adminOf(app).settings(TENANT);
  const incident = { ...settings.incident, matches: MANY, personsOfAccount: MANY };
  await app.pipeline.tenantControl(TENANT, { kind: "settings", settings: { ...settings, incident } });
  const { code } = await adminOf(app).pairZendesk(TENANT, {}, BY);
  await adminOf(app).redeemZendesk(code, zendesk, BY);
  const now = Date.now();
  for (let first = 0; first < known; first += 20) {
    const batch = Array.from({ length: Math.min(20, known - first) }, (_, i) =>
      historyOf(accountOf(first + i), now),
    );
    await app.pipeline.receive(TENANT, batch.flat());
    await nextTurn();
  }
  for (let first = known; first < accounts; first += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, accounts - first) }, (_, i) => rowsOf(first + i, now));
    await app.store.commit(joined(some));
    await nextTurn();
  }
  await app.close();
}

/** The store moves what was committed into its main file between turns. */

/** Three people; the first had failing calls, logins and webhooks, and wrote a ticket. About forty events. */
function historyOf({ id, name, owner, segment, people, number }: Account, now: number): Incoming[] {
  const native = (value: string) => ({ namespace: "native", value });
  const account = native(id);
  const [first = "", second = ""] = people;
  const happened = (person: string, count: number, every: number, type: string, data: object) =>
    Array.from({ length: count }, (_, i) => ({ person, type, data, ago: (count - i) * every }));
  const events = [
    ...happened(first, 12, 7 * MINUTE, "feature.used", { feature: "export", core: true }),
    ...happened(second, 10, 6 * MINUTE, "page.viewed", { page: "/reports", dwellMs: 3_000 }),
    ...happened(first, 6, 40 * SECOND, "api.request_failed", { status: 429, endpoint: "/v1/export" }),
    ...happened(first, 3, 50 * SECOND, "auth.login_failed", { reason: "password" }),
    ...happened(second, 3, 60 * SECOND, "webhook.delivery_failed", { endpoint: "/hook", status: 503 }),
    ...happened(first, 1, 5 * SECOND, "ticket.created", { ticket: String(number), category: "rate_limit" }),
  ].toSorted((a, b) => b.ago - a.ago);
  return [
    {
      ...{ source: "crm", id: `${id}-account`, type: "account.updated", time: now - 100 * MINUTE, account },
      data: { name, owner, segment, plan: "pro", contacts: { technical: [first], admin: [second] } },
    },
    ...people.map((person, place) => ({
      ...{
        source: "crm",
        id: `${person}-known`,
        type: "person.identified",
        time: now - 99 * MINUTE,
        account,
      },
      person: native(person),
      alsoPerson: [{ namespace: "zendesk", value: zendeskId(number, place) }],
      contact: { email: addressOf(person, id) },
      data: { timeZone: "UTC", locale: "en", roles: ["technical"], consent: { email: true } },
    })),
    ...events.map(({ person, type, data, ago }, i) => ({
      ...{ source: "app", id: `${id}-${i}`, type, time: now - ago, account },
      ...{ person: native(person), data: { ...data } },
    })),
  ];
}

type Rows = Pick<Batch, "effects" | "identities" | "memberships">;

/** What the store keeps of an account and one person in it; every fifth is above normal. */
function rowsOf(number: number, now: number): Rows {
  const { id, name, owner, segment, people } = accountOf(number);
  const [person = ""] = people;
  const unit = `account/${id}`;
  const at = now - (number % 10_000) * SECOND;
  const identity = (kind: "person" | "account", namespace: string, value: string): IdentityWrite => ({
    ...{ tenant: TENANT, namespace, value, kind },
    id: kind === "person" ? person : id,
  });
  const effects: Effect[] = [
    { kind: "account", tenant: TENANT, unit, row: { ...newAccount(id), name, owner, segment, plan: "pro" } },
    { kind: "person", tenant: TENANT, unit, row: { ...newPerson(person), locale: "en", timeZone: "UTC" } },
    { kind: "score", row: scoreOf(number, unit, unit, at) },
    { kind: "score", row: scoreOf(number, unit, `person/${person}`, at) },
  ];
  return {
    effects,
    identities: [
      identity("person", "zendesk", zendeskId(number, 0)),
      identity("person", "email", addressOf(person, id)),
      identity("account", "domain", `${id}.${DOMAIN}`),
    ],
    memberships: [{ tenant: TENANT, person, unit, at }],
  };
}

function scoreOf(number: number, unit: string, key: string, at: number): ScoreRow {
  const score = number % 5 === 0 ? 31 + ((number * 31) % 70) : number % 31;
  const band = score > 80 ? "critical" : score > 60 ? "alert" : score > 30 ? "watch" : "normal";
  const pattern = `P-00${1 + (number % 4)}`;
  const one = {
    match: `m${number}`,
    pattern,
    family: pattern,
    alone: score,
    points: score,
    more: 0,
    lastSeen: at,
  };
  return {
    ...{ tenant: TENANT, unit, key, at, score, band, why: "12 rate-limit errors" },
    contributions: score > 0 ? [one] : [],
    history: number % 5 === 0,
  };
}

function joined(rows: readonly Rows[]): Batch {
  return {
    ...{
      inputs: [],
      contacts: [],
      receptions: [],
      deadLetters: [],
      audit: [],
      incidents: [],
      unknownTypes: [],
    },
    effects: rows.flatMap(({ effects }) => effects),
    identities: rows.flatMap(({ identities }) => identities),
    memberships: rows.flatMap(({ memberships }) => memberships),
  };
}
