/** Persons who turn out to belong elsewhere: their matches and caps move, windows are not merged. */
import type { UnitControl } from "../../core/control.ts";
import type { PersonState, Tracked } from "../../core/unit.ts";
import { emitPerson, structuredPerson } from "./profile.ts";
import { endPursuit, stepDelay, withdraw } from "./pursuit.ts";
import { emitMatch, schedule, type Turn, unschedule } from "./turn.ts";

type Of<Kind> = Extract<UnitControl, { readonly kind: Kind }>;

/** The same person as another unit of theirs has it. What this unit knows about messages and tickets stays. */
export function takeProfile(turn: Turn, { person }: Of<"profile">): void {
  const own = turn.unit.persons.get(person.id);
  const merged: PersonState = {
    ...structuredPerson(person),
    messages: own?.messages ?? [],
    tickets: mergeById(own?.tickets ?? [], person.tickets, ({ id }) => id),
  };
  turn.unit.persons.set(person.id, merged);
  emitPerson(turn, merged);
}

function mergeById<Item>(own: readonly Item[], other: readonly Item[], idOf: (item: Item) => string): Item[] {
  const known = new Set(own.map(idOf));
  return [...own, ...other.filter((item) => !known.has(idOf(item)))];
}

/** The person leaves for another unit: what is not sent yet starts anew there. */
export function handOver(turn: Turn, { person: id, to, as }: Of<"handover">): void {
  const person = turn.unit.persons.get(id);
  if (person === undefined) return;
  const own = [...turn.unit.tracked.values()].filter(({ match }) => match.person === id);
  for (const tracked of own) {
    withdraw(turn, tracked, "duplicate");
    for (const kind of ["outcome", "settle"] as const) unschedule(turn.unit, kind, tracked.match.id);
    if (tracked.pursuit?.state === "held") continue;
    if (tracked.pursuit?.state === "ended") continue;
    for (const kind of ["judge", "step", "human", "review"] as const)
      unschedule(turn.unit, kind, tracked.match.id);
  }
  const tracked = own.map((one) => renamed(structuredClone(one), as));
  for (const one of own) {
    endPursuit(turn, one, "duplicate");
    turn.unit.tracked.delete(one.match.id);
  }
  turn.scoresTouched = true;
  turn.effects.push({
    kind: "forward",
    unit: to,
    control: { kind: "adopt", from: turn.unit.id, person: { ...structuredPerson(person), id: as }, tracked },
  });
  turn.unit.persons.delete(id);
  turn.effects.push({ kind: "person_removed", tenant: turn.unit.tenant, unit: turn.unit.id, person: id });
}

/** The match keeps its key, which says under which name the evidence came. */
function renamed(tracked: Tracked, as: string): Tracked {
  tracked.match = { ...tracked.match, person: as };
  if (tracked.pursuit?.person !== null && tracked.pursuit !== null) tracked.pursuit.person = as;
  return tracked;
}

export function adopt(turn: Turn, control: Of<"adopt">): void {
  const own = turn.unit.persons.get(control.person.id);
  const merged: PersonState = {
    ...structuredPerson(own ?? control.person),
    stoppedAt: own?.stoppedAt ?? control.person.stoppedAt,
    consent: { ...control.person.consent, ...own?.consent },
    muted: { ...control.person.muted, ...own?.muted },
    messages: mergeById(own?.messages ?? [], control.person.messages, ({ delivery }) => delivery).sort(
      (a, b) => a.at - b.at,
    ),
    tickets: mergeById(own?.tickets ?? [], control.person.tickets, ({ id }) => id),
  };
  turn.unit.persons.set(merged.id, merged);
  for (const tracked of control.tracked) take(turn, tracked);
  turn.scoresTouched = true;
  emitPerson(turn, merged);
}

function take(turn: Turn, arrived: Tracked): void {
  const tracked = structuredClone(arrived);
  const { match, pursuit } = tracked;
  if (turn.unit.tracked.has(match.id)) return;
  tracked.match = { ...match, unit: turn.unit.id, account: turn.unit.account?.id ?? null };
  turn.unit.tracked.set(match.id, tracked);
  const pattern = turn.tenant.library.byId(match.pattern);
  if (pattern !== undefined)
    schedule(turn, "outcome", match.id, Math.max(turn.now, match.firedAt + pattern.window));
  if (pursuit?.state === "sent" && pattern !== undefined) {
    schedule(turn, "step", match.id, turn.now + stepDelay(pattern));
  }
  if (pursuit?.state === "held" || pursuit?.state === "review") {
    pursuit.state = "held";
    turn.toJudge.add(match.id);
  }
  emitMatch(turn, tracked);
}
