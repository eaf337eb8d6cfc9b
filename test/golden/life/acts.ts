/** What people do: customers who look and answer, agents who decide, ops who switch. */
import type { PreferenceChange, UnitControl } from "../../../server/core/control.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import type { Random } from "../../../server/demo/random.ts";
import { answer, type Life, receive } from "./life.ts";
import type { Company, Human } from "./tenants.ts";

export const everybody = ({ accounts, alone }: Company): readonly Human[] => [
  ...accounts.flatMap(({ people }) => people),
  ...alone,
];

/** Somebody opens the product: what waits for them is shown, and some of it is acted on. */
export async function look(
  life: Life,
  tenant: string,
  visitor: { readonly person: string } | { readonly session: string },
  random: Random,
): Promise<void> {
  const shown = await life.server.inApp.fetch(tenant, visitor);
  for (const { delivery } of shown) {
    if (random.chance(0.9)) await receive(life, tenant, delivery.id, "shown");
    const after = random.int(1, 20) * MINUTE;
    const what = random.next();
    if (what < 0.25) life.in(after, () => receive(life, tenant, delivery.id, "clicked"));
    else if (what < 0.45) life.in(after, () => receive(life, tenant, delivery.id, "dismissed"));
    else if (what < 0.65) life.in(after, () => answer(life, tenant, delivery.id, random));
  }
}

export async function prefer(
  life: Life,
  tenant: string,
  person: string,
  change: PreferenceChange,
): Promise<void> {
  const control = { kind: "preference", person, change, actor: "customer", reason: "" } as const;
  await life.server.control(tenant, { person }, control);
}

/** What somebody may want changed; most of it is taken back some days later. */
export async function changeMind(life: Life, tenant: string, person: string, random: Random): Promise<void> {
  const { now } = life.server;
  const later = (days: number, change: PreferenceChange) =>
    life.in(days * DAY, () => prefer(life, tenant, person, change));
  const change = random.weighted<PreferenceChange>([
    [{ kind: "stop" }, 2],
    [{ kind: "channel", channel: "email", on: false }, 2],
    [{ kind: "channel", channel: "in_app", on: false }, 1],
    [{ kind: "prefer", channel: random.pick(["email", "sms", "in_app", null]) }, 2],
    [{ kind: "snooze", until: now + random.int(1, 9) * DAY }, 2],
    [{ kind: "snooze", until: null }, 1],
    [{ kind: "pause", until: now + random.int(1, 5) * DAY }, 2],
    [{ kind: "pause", until: null }, 1],
    [{ kind: "consent", channel: random.pick(["sms", "email", "push"]), given: random.chance(0.6) }, 3],
    [{ kind: "bounced", channel: random.pick(["email", "phone"]) }, 1],
  ]);
  await prefer(life, tenant, person, change);
  if (change.kind === "stop" && random.chance(0.7)) later(random.int(1, 30), { kind: "resume" });
  if (change.kind === "channel") later(random.int(1, 20), { ...change, on: true });
}

export async function judgeMatch(life: Life, tenant: string, random: Random): Promise<void> {
  const match = life.known[tenant]?.matches.at(-random.int(1, 8));
  if (match === undefined) return;
  const verdict = random.chance(0.7) ? "false_alarm" : "real";
  const base = { kind: "verdict", match: match.id, verdict, actor: "agent:ana", reason: "" } as const;
  await life.server.control(tenant, { unit: match.unit }, base);
  if (!random.chance(0.3)) return;
  life.in(20 * MINUTE, () => life.server.control(tenant, { unit: match.unit }, { ...base, undo: true }));
}

/** Somebody works on the list of alerts; reviews are among them. */
export async function workOnAlerts(life: Life, tenant: string, share: number, random: Random): Promise<void> {
  for (const alert of [...(life.known[tenant]?.alerts.values() ?? [])]) {
    if (alert.unit === null || !random.chance(share)) continue;
    const target = { unit: alert.unit };
    const who = { actor: "ops:bo", reason: "" };
    if (alert.kind === "review" && alert.match !== null) {
      const control = { kind: "review", match: alert.match, answer: answerOf(random), ...who } as const;
      const given: UnitControl = control.answer === "edit" ? { ...control, text: "Hello." } : control;
      await life.server.control(tenant, target, given);
      if (random.chance(0.15)) await life.server.control(tenant, target, { ...control, undo: true });
    }
    const action = random.weighted([
      ["acknowledge", 4],
      ["assign", 2],
      ["snooze", 2],
      ["resolve", 3],
    ] as const);
    const { state, assignee, snoozedUntil } = alert;
    const until = life.server.now + random.int(1, 30) * HOUR;
    const act: UnitControl = {
      kind: "alert",
      alert: alert.id,
      action,
      ...(action === "assign" ? { assignee: "kim" } : {}),
      ...(action === "snooze" ? { until } : {}),
      ...(random.chance(0.3) ? { expect: alert.revision } : {}),
      ...who,
    };
    await life.server.control(tenant, target, act);
    if (!random.chance(0.1)) continue;
    const before = { state, assignee, snoozedUntil };
    const restore = { kind: "alert", alert: alert.id, action: "restore", before, ...who } as const;
    life.in(5 * MINUTE, () => life.server.control(tenant, target, restore));
  }
}

const answerOf = (random: Random) =>
  random.weighted([
    ["approve", 5],
    ["edit", 2],
    ["reject", 2],
  ] as const);

/** A colleague writes to somebody. */
export async function writeByHand(
  life: Life,
  { tenant }: Company,
  human: Human,
  random: Random,
  on?: "email",
): Promise<void> {
  const { server } = life;
  const [home] = (await server.store.memberships(tenant, [human.id])).get(human.id) ?? [];
  if (home === undefined) return;
  const delivery = `by-hand-${server.now.toString(36)}-${human.id}`;
  const match = random.chance(0.5)
    ? (life.known[tenant]?.matches.find(({ unit }) => unit === home)?.id ?? null)
    : null;
  const control = {
    kind: "manual",
    delivery,
    person: human.id,
    channel: on ?? random.pick(["email", "sms", "in_app.message"] as const),
    template: "general-help",
    match,
    actor: "agent:ana",
    reason: "asked on the phone",
  } as const;
  await server.control(tenant, { unit: home }, control);
  if (on === undefined && random.chance(0.3)) {
    await server.control(tenant, { unit: home }, { ...control, undo: true });
  }
}
