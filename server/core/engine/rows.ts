/** Delivery rows and what a person is told by them: every change of one is written and remembered here. */
import type { Delivery } from "../delivery.ts";
import { DAY } from "../time.ts";
import type { PersonMessage, PersonState } from "../unit.ts";
import { emitPerson } from "./profile.ts";
import { schedule, type Turn } from "./turn.ts";

/** What every row begins with: nobody has claimed it, and nothing is known of its way. */
export const UNTOUCHED = {
  attempts: 0,
  detail: null,
  providerId: null,
  claimedAt: null,
  leaseUntil: null,
  fence: 0,
  deliveredAt: null,
  seenAt: null,
  clickedAt: null,
  preview: false,
} as const satisfies Partial<Delivery>;

export function putDelivery(turn: Turn, row: Delivery): void {
  turn.unit.deliveries.set(row.id, row);
  turn.effects.push({ kind: "delivery", row });
}

export function updateDelivery(turn: Turn, row: Delivery, changes: Partial<Delivery>): Delivery {
  const next: Delivery = { ...row, ...changes };
  putDelivery(turn, next);
  return next;
}

/** Takes a row out before it left: it counts against nothing. */
export function suppress(turn: Turn, row: Delivery, reason: string): void {
  updateDelivery(turn, row, { status: "suppressed", detail: reason });
  voidMessage(turn, row);
}

/** What would have gone out while its account is in dry run ends here. */
export function keepBack(turn: Turn, row: Delivery): void {
  updateDelivery(turn, row, { status: "dry_run", sentAt: turn.now, leaseUntil: null });
  voidMessage(turn, row);
}

/** Whom it goes to; undefined for nobody in particular, and for somebody who is not in the unit. */
export function recipientOf({ unit }: Turn, { person }: Delivery): PersonState | undefined {
  return person === null ? undefined : unit.persons.get(person);
}

/** How long a delivery may stay in doubt before it is given up as unknown. */
const DOUBT = DAY;

export function limitDoubt(turn: Turn, { id }: Delivery): void {
  schedule(turn, "doubt", id, turn.now + DOUBT);
}

export function messageOf(turn: Turn, row: Delivery): PersonMessage | undefined {
  const person = recipientOf(turn, row);
  return person?.messages.find((one) => one.delivery === row.id);
}

/** The delivery will never reach the person: it counts against nothing. */
export function voidMessage(turn: Turn, row: Delivery): void {
  change(turn, row, (message) => {
    message.state = "void";
  });
}

export function setMessage(
  turn: Turn,
  row: Delivery,
  state: "reserved" | "in_doubt" | "sent",
  at: number,
): void {
  change(turn, row, (message) => {
    message.state = state;
    message.at = at;
  });
}

function change(turn: Turn, row: Delivery, apply: (message: PersonMessage) => void): void {
  const person = recipientOf(turn, row);
  const message = person?.messages.find((one) => one.delivery === row.id);
  if (person === undefined || message === undefined) return;
  apply(message);
  emitPerson(turn, person);
}

/** Counts a new row against the person's cap, gap and family. */
export function reserve(turn: Turn, row: Delivery, state: "reserved" | "sent", dry: boolean): void {
  const person = recipientOf(turn, row);
  if (person === undefined) return;
  const { id: delivery, match, family, channel, step } = row;
  person.messages.push({ delivery, match, family, channel, step, at: turn.now, state, dry });
  emitPerson(turn, person);
}
