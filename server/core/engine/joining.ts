/** Persons who turn out to belong elsewhere: their matches and caps move, windows are not merged. */
import type { ControlOf } from "../control.ts";
import type { Alert, Delivery } from "../delivery.ts";
import type { PersonMessage, PersonState, Tracked } from "../unit.ts";
import { accountOf } from "../unit-name.ts";
import { stopPerson } from "./attempts.ts";
import { withdraw } from "./decisions.ts";
import { scheduleHuman } from "./humans.ts";
import { forgetLater } from "./notices.ts";
import { correctOutcome } from "./outcomes.ts";
import { emitPerson, newestTickets, structuredPerson } from "./profile.ts";
import { stepDelay } from "./pursuit.ts";
import { endsQuietly } from "./recovery.ts";
import { limitDoubt, putDelivery } from "./rows.ts";
import { emitMatch, schedule, type Turn, unschedule, unscheduleMatch } from "./turn.ts";

// ---- a person in several accounts

/** The person was seen in another account too, which has to know how they may be reached. */
export function share(turn: Turn, { person: id, to }: ControlOf<"share">): void {
  const person = turn.unit.persons.get(id);
  if (person === undefined) return;
  turn.effects.push({
    kind: "forward",
    unit: to,
    control: { kind: "profile", person: structuredPerson(person) },
  });
}

/**
 * The same person as another unit of theirs has it. What this unit knows about messages stays, and so do the roles,
 * which belong to the account.
 */
export function takeProfile(turn: Turn, { person: other }: ControlOf<"profile">): void {
  const own = turn.unit.persons.get(other.id);
  const person = structuredPerson(other);
  const merged: PersonState = {
    ...person,
    roles: own?.roles ?? [],
    messages: own?.messages ?? [],
    tickets: newestTickets(mergeById(person.tickets, own?.tickets ?? [], ({ id }) => id)),
    lastEventAt: own?.lastEventAt ?? null,
  };
  turn.unit.persons.set(merged.id, merged);
  if (merged.stoppedAt !== null && own?.stoppedAt == null) stopPerson(turn, merged, merged.stoppedAt);
  else emitPerson(turn, merged);
}

/** What two units should know alike of a person. */
export function profileOf(person: PersonState): string {
  const { messages: _messages, roles: _roles, lastEventAt: _last, tickets, ...profile } = person;
  return JSON.stringify({ ...profile, tickets: tickets.toSorted((a, b) => (a.id < b.id ? -1 : 1)) });
}

/** Those of the first list win. */
function mergeById<Item>(
  first: readonly Item[],
  other: readonly Item[],
  idOf: (item: Item) => string,
): Item[] {
  const known = new Set(first.map(idOf));
  return [...first, ...other.filter((item) => !known.has(idOf(item)))];
}

// ---- a person who moves

/** The person leaves for another unit or name: what is not sent yet starts anew there, what was sent goes along. */
export function handOver(turn: Turn, { person: id, to, as }: ControlOf<"handover">): void {
  const person = turn.unit.persons.get(id);
  if (person === undefined || (to === turn.unit.id && as === id)) return;
  const own = [...turn.unit.tracked.values()].filter(
    ({ match }) => match.person === id && isPersonal(match.key, turn),
  );
  for (const tracked of own) takeBack(turn, tracked);
  if (to === turn.unit.id) renameInPlace(turn, id, as);
  const ids = new Set(own.map(({ match }) => match.id));
  const moved = { unit: to, person: as, account: accountOf(to) };
  const deliveries = [...turn.unit.deliveries.values()]
    .filter((row) => row.person === id && (ids.has(row.match) || !turn.unit.tracked.has(row.match)))
    .map((row): Delivery => ({ ...row, ...moved }));
  const alerts = [...turn.unit.alerts.values()]
    .filter(({ match }) => match !== null && ids.has(match))
    .map((alert): Alert => ({ ...alert, ...moved }));
  for (const row of deliveries) {
    // What is still reported here is passed on to where the row went.
    turn.unit.deliveries.set(row.id, row);
    unschedule(turn.unit, "doubt", row.id);
  }
  for (const alert of alerts) turn.unit.alerts.delete(alert.id);
  for (const match of ids) turn.unit.tracked.delete(match);
  turn.unit.persons.delete(id);
  turn.scoresTouched = true;
  const control = {
    kind: "adopt",
    from: turn.unit.id,
    person: { ...structuredPerson(person), id: as },
    tracked: own.map((one) => renamed(one, as)),
    deliveries,
    alerts,
  } as const;
  turn.effects.push({ kind: "forward", unit: to, control });
  turn.effects.push({ kind: "person_removed", tenant: turn.unit.tenant, unit: turn.unit.id, person: id });
}

/** Another name in the same account: what the account does about its own matches goes on under the new one. */
function renameInPlace(turn: Turn, id: string, as: string): void {
  for (const tracked of turn.unit.tracked.values()) {
    const { match, pursuit } = tracked;
    if (isPersonal(match.key, turn)) continue;
    if (pursuit?.person === id) pursuit.person = as;
    if (match.person !== id) continue;
    tracked.match = { ...match, person: as };
    emitMatch(turn, tracked);
  }
  for (const row of [...turn.unit.deliveries.values()]) {
    if (row.person === id && turn.unit.tracked.has(row.match)) putDelivery(turn, { ...row, person: as });
  }
}

/** A match of the account stays with the account, whoever caused it. */
function isPersonal(key: string, { unit }: Turn): boolean {
  return key.startsWith("person/") || unit.account === null;
}

/** What is queued is taken back and judged anew where the person goes; what was sent counts there. */
function takeBack(turn: Turn, tracked: Tracked): void {
  withdraw(turn, tracked, "duplicate");
  const { match, pursuit } = tracked;
  unscheduleMatch(turn.unit, match.id);
  if (pursuit?.state === "sent" && pursuit.sentSteps.length === 0 && !pursuit.humanDone)
    pursuit.state = "held";
}

/** The match keeps its key, which says under which name the evidence came. */
function renamed(tracked: Tracked, as: string): Tracked {
  const copy = structuredClone(tracked);
  copy.match = { ...copy.match, person: as };
  if (copy.pursuit !== null && copy.pursuit.person !== null) copy.pursuit.person = as;
  return copy;
}

export function adopt(turn: Turn, control: ControlOf<"adopt">): void {
  const person = merge(turn.unit.persons.get(control.person.id), structuredPerson(control.person));
  turn.unit.persons.set(person.id, person);
  for (const row of control.deliveries ?? []) {
    putDelivery(turn, row);
    if (row.status === "in_doubt") limitDoubt(turn, row);
    if (row.notice !== undefined) forgetLater(turn, row.notice);
  }
  for (const alert of control.alerts ?? []) {
    turn.unit.alerts.set(alert.id, alert);
    turn.effects.push({ kind: "alert", row: alert });
  }
  for (const tracked of control.tracked) take(turn, tracked);
  turn.scoresTouched = true;
  if (person.stoppedAt !== null) stopPerson(turn, person, person.stoppedAt);
  else emitPerson(turn, person);
}

/** Two records of one person: refusals and limits of both hold, and what either knows is known. */
export function merge(own: PersonState | undefined, other: PersonState): PersonState {
  if (own === undefined) return other;
  return {
    id: own.id,
    timeZone: own.timeZone ?? other.timeZone,
    locale: own.locale ?? other.locale,
    roles: [...new Set([...own.roles, ...other.roles])],
    tier: own.tier ?? other.tier,
    reach: {
      email: own.reach.email || other.reach.email,
      phone: own.reach.phone || other.reach.phone,
      push: own.reach.push || other.reach.push,
      bouncedEmail: own.reach.bouncedEmail || other.reach.bouncedEmail,
      bouncedPhone: own.reach.bouncedPhone || other.reach.bouncedPhone,
    },
    consent: { ...other.consent, ...own.consent, ...refusals(other), ...refusals(own) },
    stoppedAt: own.stoppedAt ?? other.stoppedAt,
    channelsOff: [...new Set([...own.channelsOff, ...other.channelsOff])],
    preferred: own.preferred ?? other.preferred,
    snoozedUntil: latest(own.snoozedUntil, other.snoozedUntil),
    pausedUntil: latest(own.pausedUntil, other.pausedUntil),
    muted: { ...other.muted, ...own.muted },
    messages: mergeById(own.messages, other.messages, ({ delivery }: PersonMessage) => delivery).sort(
      (a, b) => a.at - b.at,
    ),
    tickets: newestTickets(mergeById(own.tickets, other.tickets, ({ id }) => id)),
    lastEventAt: latest(own.lastEventAt, other.lastEventAt),
  };
}

function refusals({ consent }: PersonState): PersonState["consent"] {
  return Object.fromEntries(Object.entries(consent).filter(([, given]) => given === false));
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

function take(turn: Turn, arrived: Tracked): void {
  const tracked = structuredClone(arrived);
  const { match, pursuit } = tracked;
  if (turn.unit.tracked.has(match.id)) return;
  tracked.match = { ...match, unit: turn.unit.id, account: turn.unit.account?.id ?? null };
  tracked.adopted = true;
  turn.unit.tracked.set(match.id, tracked);
  emitMatch(turn, tracked);
  const pattern = turn.tenant.library.byId(match.pattern);
  if (pattern === undefined) return;
  schedule(turn, "outcome", match.id, Math.max(turn.now, match.firedAt + pattern.window));
  if (match.state === "open" && endsQuietly(pattern.when.kind)) {
    schedule(turn, "quiet", match.id, match.lastSeen + pattern.quiet);
  }
  if (pursuit?.state === "sent") {
    schedule(turn, "step", match.id, turn.now + stepDelay(pattern));
    scheduleHuman(turn, tracked, pattern, turn.now);
  }
  if (pursuit?.state === "held" || pursuit?.state === "review") {
    pursuit.state = "held";
    turn.toJudge.add(match.id);
  }
  correctOutcome(turn, tracked);
}
