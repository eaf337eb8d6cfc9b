/** What is not ordinary: the first day, incidents, other patterns and settings, joins, erasures, restarts. */

import { finishErasures } from "../../../server/actions/erasing.ts";
import type { TenantControl, UnitControl } from "../../../server/core/control.ts";
import type { Incident, Rollout, Switches, TenantSettings } from "../../../server/core/tenant.ts";
import { ALL_ON } from "../../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import { writeByHand } from "./acts.ts";
import { introduction, mailOf, signUp } from "./events.ts";
import type { Life } from "./life.ts";
import { type Company, readiness } from "./tenants.ts";
import { lockOut, rateLimit } from "./troubles.ts";

export interface Chapters {
  /** Somebody was erased: the log itself was rewritten. */
  readonly onErased: (tenant: string, person: string, pseudonym: string) => void;
  /** The next start is of another engine. */
  readonly onRaised?: () => void;
}

const OPS = { actor: "ops:bo", reason: "as planned" };
const EVERYBODY: Rollout = { all: true, accounts: [], segments: [], percent: 0 };

/** Both tenants come into being; `north` brings ten days of history. */
export async function firstDay(life: Life): Promise<void> {
  const [north, shop] = life.companies;
  for (const company of life.companies) {
    await tenantWide(life, company, { kind: "settings", settings: company.settings });
    await library(life, company, company.libraries[0] ?? "");
    await tenantWide(life, company, readiness(company, 1));
  }
  await tenantWide(life, north, { kind: "rollout", rollout: EVERYBODY, ...OPS });
  const suppressed = {
    tenant: shop.tenant,
    namespace: "email",
    value: mailOf("c11"),
    at: life.server.now,
  } as const;
  await life.server.pipeline.tenantControl(
    shop.tenant,
    { kind: "rollout", rollout: { all: false, accounts: [], segments: [], percent: 0 }, ...OPS },
    { stops: [suppressed] },
  );
  await bringHistory(life, north, 10);
  for (const company of life.companies) await introduceAll(life, company);
}

async function tenantWide({ server }: Life, { tenant }: Company, control: TenantControl): Promise<void> {
  await server.pipeline.tenantControl(tenant, control);
  await server.pipeline.caughtUp();
}

const library = (life: Life, company: Company, version: string) =>
  tenantWide(life, company, { kind: "library", version, approvedBy: "ops:bo" });

async function bringHistory(life: Life, company: Company, days: number): Promise<void> {
  const { server, tell } = life;
  const random = life.random.fork(`history of ${company.tenant} at ${server.now}`);
  const told = company.accounts.slice(0, 8).flatMap((account) => {
    const begin = server.now - days * DAY;
    const [first] = account.people;
    const who = { account: account.id, person: first?.id ?? null, people: account.people };
    return [
      {
        ...signUp(account, begin, random),
        data: { ...signUp(account, begin, random).data, productArea: "reports" },
      },
      ...rateLimit(who, begin + random.int(1, days - 1) * DAY, random),
      { type: "onboarding.completed", time: begin + DAY, account: account.id, person: first?.id },
      {
        type: "ticket.created",
        time: begin + 2 * DAY,
        account: account.id,
        person: first?.id,
        data: { ticket: `h${account.id}`, category: "api" },
      },
    ];
  });
  for (const one of told.sort((a, b) => a.time - b.time)) {
    await server.take(company.tenant, tell({ ...one, backfill: true }));
  }
}

async function introduceAll(life: Life, { tenant, accounts, alone }: Company): Promise<void> {
  const random = life.random.fork(`introductions of ${tenant}`);
  const { server, tell } = life;
  for (const account of accounts) {
    await server.take(tenant, tell(signUp(account, server.now, random)));
    for (const human of account.people) {
      await server.take(tenant, tell(introduction(human, server.now, random)));
    }
  }
  for (const human of alone.slice(0, 30)) {
    await server.take(tenant, tell(introduction(human, server.now, random)));
  }
}

/** What is planned for this day, if anything. */
export function chaptersOf(life: Life, day: number, chapters: Chapters): void {
  const [north, shop] = life.companies;
  for (const [when, at, what] of planned(life, north, shop, chapters)) {
    if (when === day) life.in(at, what);
  }
  journeys(life, shop, day);
}

/** A provider that refuses the key for a day, while colleagues write to customers; and a stop without warning. */
export function revokedKey(life: Life, day: number): void {
  const [north] = life.companies;
  const { mail } = life.providers;
  if (day === 5) life.in(12 * HOUR, () => life.restart());
  if (day !== 3 || mail === undefined) return;
  life.in(9 * HOUR, async () => {
    mail.mood = "key_revoked";
    await manyByHand(life, north);
  });
  life.in(18 * HOUR, async () => {
    mail.mood = "usual";
    await newKey(life, "k2");
    await manyByHand(life, north);
  });
}

/** The server is cut off in the middle of a day, and the next start is of the engine after. */
export function upgrade(life: Life, day: number, { onRaised }: Chapters): void {
  if (day !== RAISED_ON) return;
  life.in(15 * HOUR, async () => {
    onRaised?.();
    await life.restart();
  });
}

const RAISED_ON = 5;

type Chapter = readonly [day: number, at: number, what: () => Promise<unknown>];

function planned(life: Life, north: Company, shop: Company, chapters: Chapters): readonly Chapter[] {
  const settings = (company: Company, changes: Partial<TenantSettings>) => () =>
    tenantWide(life, company, { kind: "settings", settings: { ...company.settings, ...changes } });
  const rollout = (changes: Partial<Rollout>) => () =>
    tenantWide(life, shop, { kind: "rollout", rollout: { ...EVERYBODY, all: false, ...changes }, ...OPS });
  const switches = (company: Company, changes: Partial<Switches>) => () =>
    tenantWide(life, company, { kind: "switches", switches: { ...ALL_ON, ...changes }, ...OPS });
  const mood = (system: string, mood: "usual" | "down" | "key_revoked" | "silent") => async () => {
    const provider = life.providers[system];
    if (provider !== undefined) provider.mood = mood;
  };
  const ready = (company: Company, revision: number) => () =>
    tenantWide(life, company, readiness(company, revision));
  return [
    [
      2,
      9 * HOUR,
      () =>
        life.server.take(
          north.tenant,
          life.tell({ type: "survey.sent", time: life.server.now, account: "a1" }),
        ),
    ],
    [12, HOUR, rollout({ percent: 50 })],
    [20, HOUR, rollout({ segments: ["enterprise"], accounts: ["s1"], percent: 60 })],
    [27, HOUR, rollout({ all: true })],
    [25, 9 * HOUR, () => secondHome(life, north)],
    [30, 13 * HOUR, () => manyAtOnce(life, north, "approved")],
    [33, HOUR, ready(north, 2)],
    [34, HOUR, ready(shop, 2)],
    [37, 11 * HOUR, () => life.restart()],
    [40, 2 * HOUR, settings(shop, { quiet: { from: 23 * 60, to: 6 * 60 }, gap: 2 * HOUR })],
    [45, 10 * HOUR, () => oneAccount(life, north)],
    [50, 9 * HOUR, () => disturbed(life, north)],
    [55, 12 * HOUR, mood("mail", "down")],
    [55, 13 * HOUR, () => manyByHand(life, north)],
    [55, 20 * HOUR, mood("mail", "usual")],
    [60, 8 * HOUR, () => library(life, north, "n2")],
    [64, 9 * HOUR, () => spike(life, shop)],
    [70, 9 * HOUR, () => declared(life, north, { kind: "pattern", name: "P-001" }, 3 * HOUR)],
    [75, 10 * HOUR, switches(north, { patterns: ["P-003", "P-012"] })],
    [77, 10 * HOUR, switches(north, {})],
    [80, 8 * HOUR, mood("mail", "key_revoked")],
    [80, 18 * HOUR, mood("mail", "usual")],
    [80, 18 * HOUR + MINUTE, () => newKey(life, "k2")],
    [90, HOUR, settings(north, { quiet: { from: 20 * 60, to: 9 * 60 }, cooldown: 24 * HOUR })],
    [95, 14 * HOUR, () => manyAtOnce(life, north, "declined")],
    [99, 8 * HOUR, mood("text", "silent")],
    [100, 16 * HOUR, () => erase(life, north.tenant, "a2.0", chapters)],
    [102, 8 * HOUR, mood("text", "usual")],
    [104, 9 * HOUR, () => bringHistory(life, shop, 6)],
    [111, 15 * HOUR, () => life.restart()],
    [115, 10 * HOUR, switches(shop, { channels: ["email"] })],
    [116, 10 * HOUR, switches(shop, {})],
    [120, 11 * HOUR, () => unlink(life, north.tenant, "a4.1")],
    [130, 8 * HOUR, () => library(life, shop, "s2")],
    [140, 12 * HOUR, async () => life.clock.jumpTo(life.clock.now() - 2 * MINUTE)],
    [150, 13 * HOUR, () => manyAtOnce(life, north, null)],
    [160, 8 * HOUR, () => declared(life, shop, { kind: "all" }, 2 * HOUR)],
    [170, 16 * HOUR, () => erase(life, shop.tenant, "c4", chapters)],
    [185, 10 * HOUR, switches(north, { tenant: true })],
    [185, 11 * HOUR, switches(north, {})],
    [200, 10 * HOUR, () => oneAccount(life, north)],
    [210, 8 * HOUR, () => library(life, north, "n3")],
    [222, 15 * HOUR, () => life.restart()],
    [230, 9 * HOUR, () => disturbed(life, shop)],
    [240, 13 * HOUR, () => manyAtOnce(life, north, "approved")],
    [
      250,
      HOUR,
      settings(north, { holdout: { percent: 25, salt: "h3" }, excluded: ["a5"], reviewUnder: 0.8 }),
    ],
    [260, 16 * HOUR, () => erase(life, north.tenant, "a6.1", chapters)],
    [280, 11 * HOUR, () => unlink(life, shop.tenant, "c9")],
    [300, 13 * HOUR, () => manyAtOnce(life, shop, null)],
    [301, 15 * HOUR, () => life.restart()],
    [320, 9 * HOUR, () => secondHome(life, shop)],
    [330, 16 * HOUR, () => erase(life, shop.tenant, "c20", chapters)],
  ];
}

/** Nobody's fault but ours: many accounts have the same trouble within minutes. */
async function manyAtOnce(
  life: Life,
  company: Company,
  broadcast: "approved" | "declined" | null,
): Promise<void> {
  const random = life.random.fork(`incident ${life.server.now}`);
  const { tenant, accounts, alone } = company;
  const whom = [
    ...accounts.map(({ id, people }) => ({ account: id, person: people[0]?.id ?? null, people })),
    ...alone.slice(0, 12).map(({ id }) => ({ account: null, person: id, people: [] })),
  ];
  for (const who of whom) {
    const trouble = who.account === null ? lockOut : rateLimit;
    for (const told of trouble(who, life.server.now + random.int(0, 240) * SECOND, random))
      life.happen(tenant, told);
  }
  if (broadcast === null) return;
  life.in(9 * MINUTE, async () => {
    const running = life.server.pipeline
      .tenant(tenant)
      ?.incidents.findLast(({ endedAt }) => endedAt === null);
    if (running === undefined) return;
    const control = { kind: "broadcast", incident: running.id, answer: broadcast, actor: "ops:bo" } as const;
    await life.server.control(tenant, { unit: "tenant" }, control);
  });
}

/** Most people of one account cannot sign in. */
async function oneAccount(life: Life, { tenant, accounts }: Company): Promise<void> {
  const account = accounts.toSorted((a, b) => b.people.length - a.people.length)[0];
  const random = life.random.fork(`one account ${life.server.now}`);
  for (const { id } of account?.people ?? []) {
    const who = { account: account?.id ?? null, person: id, people: [] };
    for (const told of lockOut(who, life.server.now + random.int(0, 90) * SECOND, random))
      life.happen(tenant, told);
  }
}

/** A monitoring system says that a part of the product is gravely disturbed, and later well again. */
async function disturbed(life: Life, { tenant }: Company): Promise<void> {
  const time = life.server.now;
  const data = { component: "search", severity: "critical" };
  life.happen(tenant, { type: "service.degraded", time, data });
  life.happen(tenant, { type: "service.recovered", time: time + 50 * MINUTE, data });
}

async function declared(
  life: Life,
  { tenant }: Company,
  scope: Incident["scope"],
  lasts: number,
): Promise<void> {
  const say = (running: boolean) => () =>
    life.server.control(tenant, { unit: "tenant" }, { kind: "declare", scope, running, ...OPS });
  await say(true)();
  life.in(lasts, say(false));
}

/** So many at once that it shows when the provider takes none. */
async function manyByHand(life: Life, company: Company): Promise<void> {
  const random = life.random.fork(`by hand ${life.server.now}`);
  for (const { people } of company.accounts.slice(6, 16)) {
    const [first] = people;
    if (first !== undefined) await writeByHand(life, company, first, random, "email");
  }
}

/** Somebody works for a second company, too. */
async function secondHome(life: Life, { tenant, accounts }: Company): Promise<void> {
  const [, from, to] = accounts;
  for (const human of from?.people.slice(0, 2) ?? []) {
    const account = to?.id ?? null;
    life.happen(tenant, { type: "session.started", time: life.server.now, account, person: human.id });
    for (const told of lockOut(
      { account, person: human.id, people: [] },
      life.server.now + HOUR,
      life.random,
    )) {
      life.happen(tenant, told);
    }
  }
}

/** One error far more often than usual. */
async function spike(life: Life, { tenant, alone }: Company): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const person = alone[i % alone.length]?.id;
    const data = { errorCode: "E2", screen: "editor" };
    life.happen(tenant, { type: "app.error", time: life.server.now + i * 30 * SECOND, person, data });
  }
}

async function newKey({ server, companies, clock }: Life, key: string): Promise<void> {
  for (const { tenant } of companies) {
    await server.store.saveChannel({ tenant, kind: "email", system: "mail", settings: { key } });
  }
  await clock.advanceAsync(3 * SECOND);
}

async function erase(life: Life, tenant: string, person: string, { onErased }: Chapters): Promise<void> {
  const { store, pipeline } = life.server;
  const pseudonym = `erased-${person}`.replaceAll(".", "-");
  await store.beginErasure(tenant, person, pseudonym);
  await finishErasures({ store, pipeline, now: () => life.server.now });
  onErased(tenant, person, pseudonym);
}

async function unlink({ server }: Life, tenant: string, person: string): Promise<void> {
  const names = await server.store.nameKeys(tenant, [{ namespace: "email", value: mailOf(person) }]);
  const control: UnitControl = {
    kind: "unlink",
    person,
    names,
    actor: "agent:ana",
    reason: "the wrong person",
  };
  await server.control(tenant, { person }, control);
}

/** So many people go through the steps of a set-up, day by day, and one day hardly anybody does. */
function journeys(life: Life, { tenant, alone }: Company, day: number): void {
  if (day < 60 || day > 84) return;
  const count = day === 80 || day === 81 ? 2 : 12;
  for (let i = 0; i < count; i++) {
    const person = alone[(day + i) % alone.length]?.id;
    const time = life.server.now + (8 * 60 + i * 20) * MINUTE;
    life.happen(tenant, { type: "onboarding.step_completed", time, person, data: { step: "invite" } });
  }
}
