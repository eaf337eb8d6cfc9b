/**
 * The last evening of a database: everything that a new version must not lose stands open at once. Messages wait, are
 * held for every reason there is, and are in doubt; people have said stop, yes, no, later and "not mine".
 */
import type { UnitControl } from "../../../server/core/control.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import { prefer } from "./acts.ts";
import type { Mood } from "./channels.ts";
import { introduction, signUp, type Told } from "./events.ts";
import { type Life, receive, until } from "./life.ts";
import type { Human } from "./tenants.ts";

const NORTH = "north";
const SHOP = "shop";

/** On the second day: those who are written to want no more. A receipt says so, and no other record does. */
export async function firstStops(life: Life): Promise<void> {
  mood(life, "mail", "perfect");
  for (const name of ["early1", "early2", "early3", "early4"])
    await hooks(life, await welcome(life, name, "UTC"));
  await life.server.beat();
  mood(life, "mail", "usual");
  const rows = life.known[NORTH]?.sent.filter(({ person }) => person?.startsWith("early") === true) ?? [];
  const receipts = ["unsubscribed", "complained", "bounced"] as const;
  if (rows.length < receipts.length) throw new Error("too few of them were written to");
  for (const [i, receipt] of receipts.entries()) await receive(life, NORTH, rows[i]?.id ?? "", receipt);
}

/** Somebody of whom nothing else is told, with a company of their own. */
interface Guest {
  readonly human: Human;
  readonly account: string;
}

/** From eleven in the morning (UTC) of the last day on; ends with what is then to be found. */
export async function lastEvening(life: Life): Promise<void> {
  const [north] = life.companies;
  const control = (unit: string, given: UnitControl) => life.server.control(NORTH, { unit }, given);
  // So many guests with the same trouble must not look like an incident.
  const incident = { ...north.settings.incident, matches: 500 };
  const calm = { ...north.settings, incident, holdout: { percent: 0, salt: "h1" } };
  await life.server.pipeline.tenantControl(NORTH, { kind: "settings", settings: calm });
  mood(life, "mail", "perfect");
  const guest = (name: string, zone = "UTC") => welcome(life, name, zone);

  const seen = await guest("seen");
  const mute = await guest("mute");
  const step = await guest("step");
  await quota(life, seen);
  await quota(life, mute);
  await hooks(life, step);
  await until(life, life.server.now + 10 * MINUTE);
  for (const { human } of [seen, mute]) await shownTo(life, human.id);
  await disown(life, mute);

  await prefer(life, NORTH, (await guest("snoozed")).human.id, {
    kind: "snooze",
    until: life.server.now + 3 * DAY,
  });
  await prefer(life, NORTH, (await guest("paused")).human.id, {
    kind: "pause",
    until: life.server.now + 2 * DAY,
  });
  const busy = await guest("cooldown");
  const ticket = { ticket: "t-open", category: "api", channel: "web" };
  await tell(life, NORTH, { type: "ticket.created", time: life.server.now, ...whose(busy), data: ticket });
  for (const name of ["snoozed", "paused", "cooldown"]) await hooks(life, guestOf(name));
  await hooks(life, await guest("quiet", "Asia/Tokyo"));
  await hooks(life, await guest("quiet2", "Asia/Tokyo"));

  const scope = { kind: "pattern", name: "P-011" } as const;
  await control("tenant", {
    kind: "declare",
    scope,
    running: true,
    actor: "ops:bo",
    reason: "seen on the board",
  });
  await savesFail(life, await guest("incident"));
  await delayedOrder(life);
  await quota(life, await guest("unseen"));

  mood(life, "mail", "silent");
  for (const name of ["doubt1", "doubt2"]) await hooks(life, await guest(name));
  await life.server.beat();
  mood(life, "mail", "down");
  await hooks(life, await guest("again"));
  await life.server.beat();
  await workedOn(life);
}

const guestOf = (name: string, zone = "UTC"): Guest => ({
  account: `eve-${name}`,
  human: { id: `${name}@eve`, account: `eve-${name}`, zone, roles: ["technical", "admin"] },
});
const whose = ({ account, human }: Guest) => ({ account, person: human.id });

function mood(life: Life, system: string, is: Mood): void {
  const provider = life.providers[system];
  if (provider !== undefined) provider.mood = is;
}

async function tell(life: Life, tenant: string, told: Told): Promise<void> {
  await life.server.take(tenant, life.tell(told));
}

async function welcome(life: Life, name: string, zone: string): Promise<Guest> {
  const guest = guestOf(name, zone);
  const random = life.random.fork(name);
  const { now } = life.server;
  await tell(life, NORTH, signUp({ id: guest.account, segment: "smb", people: [guest.human] }, now, random));
  const told = introduction(guest.human, now, random);
  await tell(life, NORTH, { ...told, data: { ...told.data, consent: { sms: true, email: true } } });
  return guest;
}

/** Six refused calls: a notice in the product first, an email after it. */
async function quota(life: Life, guest: Guest): Promise<void> {
  for (let i = 5; i >= 0; i--) {
    const time = life.server.now - i * SECOND;
    const data = { status: 429, endpoint: "/v1/export" };
    await tell(life, NORTH, { type: "api.request_failed", time, ...whose(guest), data });
  }
}

/** Three webhooks that fail in a row: an email first. */
async function hooks(life: Life, guest: Guest): Promise<void> {
  for (let i = 3; i >= 0; i--) {
    const time = life.server.now - i * SECOND;
    const data = { endpoint: "https://a.test/in", status: 500 };
    await tell(life, NORTH, { type: "webhook.delivery_failed", time, account: guest.account, data });
  }
}

async function savesFail(life: Life, guest: Guest): Promise<void> {
  for (let i = 3; i >= 0; i--) {
    const time = life.server.now - i * SECOND;
    await tell(life, NORTH, { type: "config.save_failed", time, ...whose(guest), data: { area: "sso" } });
  }
}

/** What the shop has to approve before it leaves. */
async function delayedOrder(life: Life): Promise<void> {
  const human: Human = { id: "waits@eve", account: null, zone: "UTC", roles: [] };
  await tell(life, SHOP, introduction(human, life.server.now, life.random.fork("waits")));
  const data = { order: "o-eve", expectedAt: "2026-05-01" };
  await tell(life, SHOP, { type: "order.delayed", time: life.server.now, person: human.id, data });
}

async function shownTo(life: Life, person: string): Promise<void> {
  for (const { delivery } of await life.server.inApp.fetch(NORTH, { person })) {
    await receive(life, NORTH, delivery.id, "shown");
  }
}

async function disown(life: Life, { human, account }: Guest): Promise<void> {
  const row = life.known[NORTH]?.sent.find(({ person }) => person === human.id);
  if (row === undefined) throw new Error("the guest saw no message");
  const said = { kind: "feedback", delivery: row.id, match: row.match, person: human.id } as const;
  await life.server.control(
    NORTH,
    { unit: `account/${account}` },
    { ...said, answer: "not_mine", stars: null },
  );
}

/** Of the alerts that are open somebody takes one on, puts one off, and leaves the others. */
async function workedOn(life: Life): Promise<void> {
  const open = [...(life.known[NORTH]?.alerts.values() ?? [])].filter(({ state }) => state === "open");
  for (const [i, action] of (["acknowledge", "snooze"] as const).entries()) {
    const alert = open.at(-1 - i);
    if (alert?.unit == null) continue;
    const until = action === "snooze" ? { until: life.server.now + 5 * HOUR } : {};
    const given = { kind: "alert", alert: alert.id, action, actor: "ops:bo", reason: "", ...until } as const;
    await life.server.control(NORTH, { unit: alert.unit }, given);
  }
}

/**
 * A message that is handed to a provider that does not answer.
 * @returns once it has been handed over; what came of it nobody knows
 */
export async function handOverAndWait(life: Life): Promise<string> {
  mood(life, "mail", "hangs");
  const calls = life.providers.mail?.calls ?? [];
  const before = calls.length;
  await hooks(life, await welcome(life, "sending", "UTC"));
  void life.server.deliverer.tick(life.server.now);
  for (let turn = 0; calls.length === before; turn++) {
    if (turn > 10_000) throw new Error("the message did not leave");
    await new Promise((resolve) => setImmediate(resolve));
  }
  return calls.at(-1)?.message.delivery ?? "";
}
