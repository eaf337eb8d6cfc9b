/** What an ordinary day brings. */
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import type { Random } from "../../../server/demo/random.ts";
import { changeMind, everybody, judgeMatch, look, workOnAlerts, writeByHand } from "./acts.ts";
import { DATA, introduction, mailOf, native } from "./events.ts";
import type { Life } from "./life.ts";
import type { Company, Human } from "./tenants.ts";
import { AT_COMPANIES, AT_SHOPS, type Who, whoIn } from "./troubles.ts";

/** What begins something that somebody has to end is no noise. */
const BEGINNINGS = ["account.signed_up", "ticket.created", "ticket.reopened"];
const TYPES = Object.keys(DATA).filter((type) => !BEGINNINGS.includes(type));
/** What most of the events of a product are. */
const ORDINARY = ["session.started", "session.ended", "page.viewed", "feature.used", "action.succeeded"];

export function ordinaryDay(life: Life, day: number): void {
  for (const company of life.companies) {
    const random = life.random.fork(`${company.tenant} day ${day}`);
    const count = (usual: number) => Math.round(usual * life.options.busy * random.between(0.7, 1.3));
    const isShop = company.alone.length > 0;
    noise(life, company, count(isShop ? 26 : 44), random);
    troubles(life, company, count(isShop ? 5 : 6), random);
    for (let i = 0; i < count(isShop ? 16 : 22); i++) visit(life, company, random);
    acts(life, company, random);
    stranger(life, company, day, random);
  }
}

const someTime = (life: Life, random: Random) => life.server.now + random.int(0, DAY / SECOND - 1) * SECOND;

function noise(life: Life, company: Company, count: number, random: Random): void {
  for (let i = 0; i < count; i++) {
    const type = random.chance(0.45) ? random.pick(ORDINARY) : random.pick(TYPES);
    const human = random.pick(everybody(company));
    const nobody = random.chance(0.02);
    const data = { ...DATA[type]?.(random), ...(type.startsWith("account.") ? area(random) : {}) };
    const account = random.chance(0.2) ? null : human.account;
    const person = type.startsWith("account.") || random.chance(0.1) ? null : human.id;
    const whose = nobody
      ? {}
      : account === null && person === null
        ? { account: human.account }
        : { account, person };
    life.happen(company.tenant, { type, time: someTime(life, random), data, ...whose });
  }
}

const area = (random: Random) =>
  random.chance(0.1) ? { productArea: random.pick(["reports", "ai", "mobile"]) } : {};

function troubles(life: Life, company: Company, count: number, random: Random): void {
  for (let i = 0; i < count; i++) {
    const alone = company.alone.length > 0 && random.chance(0.8);
    const who: Who = alone
      ? { account: null, person: random.pick(company.alone).id, people: [] }
      : whoIn(random.pick(company.accounts), random);
    const trouble = random.weighted(alone ? AT_SHOPS : AT_COMPANIES);
    for (const told of trouble(who, someTime(life, random), random)) life.happen(company.tenant, told);
  }
}

function visit(life: Life, company: Company, random: Random): void {
  const { id } = random.pick(everybody(company));
  life.in(random.int(6 * 60, 20 * 60) * MINUTE, () => look(life, company.tenant, { person: id }, random));
}

function acts(life: Life, company: Company, random: Random): void {
  const { tenant } = company;
  const some = () => random.int(7 * 60, 21 * 60) * MINUTE;
  life.in(some(), () => workOnAlerts(life, tenant, 0.12, random));
  if (random.chance(0.7))
    life.in(some(), () => changeMind(life, tenant, random.pick(everybody(company)).id, random));
  if (random.chance(0.5)) life.in(some(), () => judgeMatch(life, tenant, random));
  if (random.chance(0.4)) {
    life.in(some(), () => writeByHand(life, company, random.pick(everybody(company)), random));
  }
}

/** Somebody who is known by a name of another system or a session only, and sometimes turns out to be a customer. */
function stranger(life: Life, company: Company, day: number, random: Random): void {
  const { tenant } = company;
  const at = someTime(life, random);
  if (random.chance(0.3)) {
    const session = `v${day}`;
    const person = { namespace: "anonymous", value: session };
    for (let i = 0; i < 4; i++)
      life.happen(tenant, {
        type: "auth.login_failed",
        time: at + i * 5 * SECOND,
        person,
        data: { session, reason: "password" },
      });
    life.in(at - life.server.now + MINUTE, () => look(life, tenant, { session }, random));
  }
  if (!random.chance(0.35)) return;
  const human: Human = {
    id: `n${day}`,
    account: random.chance(0.5) ? random.pick(company.accounts).id : null,
    zone: "UTC",
    roles: ["technical"],
  };
  const email = mailOf(human.id);
  const person = random.chance(0.6)
    ? { namespace: "email", value: email }
    : { namespace: "zendesk", value: `z${day}` };
  for (const type of [
    "session.started",
    "form.validation_failed",
    "form.validation_failed",
    "form.validation_failed",
  ]) {
    life.happen(tenant, {
      type,
      time: at + random.int(1, 100) * SECOND,
      person,
      contact: { email },
      data: { form: "signup" },
    });
  }
  life.happen(tenant, {
    ...introduction(human, at + random.int(1, 60) * HOUR, random),
    contact: { email },
    also: [person],
  });
  life.happen(tenant, {
    type: "ui.retry",
    time: at + 90 * HOUR,
    person: native(human.id),
    data: { screen: "board" },
  });
}
