/** What comes of an attempt to send, and what the provider says later. */
import type { AttemptResult, ControlOf, ReceiptKind, UnitControl } from "../control.ts";
import type { Delivery } from "../delivery.ts";
import { dueByOf, humanAfter } from "../policy/deadlines.ts";
import { ladderOf } from "../policy/ladder.ts";
import { kindOf } from "../tenant.ts";
import type { PersonState, Pursuit, Tracked } from "../unit.ts";
import { raiseAlert } from "./alerts.ts";
import { endPursuit, scoreOfMatch, stopRow, withdraw } from "./decisions.ts";
import { pursueHuman, scheduleHuman } from "./humans.ts";
import { correctOutcome } from "./outcomes.ts";
import { emitPerson } from "./profile.ts";
import { pursue, stepDelay } from "./pursuit.ts";
import { limitDoubt, recipientOf, setMessage, updateDelivery, voidMessage } from "./rows.ts";
import { isScheduled, schedule, type Turn, unschedule } from "./turn.ts";

export function attempted(turn: Turn, control: ControlOf<"attempted">): void {
  const row = turn.unit.deliveries.get(control.delivery);
  if (row === undefined || row.fence !== control.fence) return;
  if (row.unit !== turn.unit.id) return follow(turn, row, control);
  const { result } = control;
  // A receipt was faster than the provider's answer, and did not know the provider's id.
  if (row.status === "sent" && result.kind === "sent" && row.providerId === null) {
    updateDelivery(turn, row, { providerId: result.providerId });
    return;
  }
  // In doubt, a look-up at the provider settles it: it went out after all, or may be tried again.
  const settles = row.status === "in_doubt" && (result.kind === "sent" || result.kind === "retry");
  if (row.status !== "sending" && !settles) return;
  if (result.kind === "sent") return markSent(turn, row, result.providerId, result.preview);
  if (result.kind === "retry") return retry(turn, row, result);
  if (result.kind === "in_doubt") return doubt(turn, row, result.detail);
  fail(turn, row, result.detail, result.address);
}

/** The row went with its person to another unit. */
function follow(turn: Turn, { unit }: Delivery, control: UnitControl): void {
  turn.effects.push({ kind: "forward", unit, control });
}

function markSent(turn: Turn, row: Delivery, providerId: string | null, preview: boolean): void {
  updateDelivery(turn, row, { status: "sent", sentAt: turn.now, providerId, preview, leaseUntil: null });
  setMessage(turn, row, "sent", turn.now);
  unschedule(turn.unit, "doubt", row.id);
  const pattern = turn.tenant.library.byId(row.pattern);
  const isNewest = turn.unit.tracked.get(row.match)?.pursuit?.deliveries.at(-1) === row.id;
  if (pattern !== undefined && isNewest && turn.unit.tracked.get(row.match)?.pursuit?.state === "sent") {
    schedule(turn, "step", row.match, turn.now + stepDelay(pattern));
  }
}

function retry(turn: Turn, row: Delivery, result: Extract<AttemptResult, { kind: "retry" }>): void {
  if (result.at > row.dueBy) return fail(turn, row, result.detail, null);
  updateDelivery(turn, row, {
    status: "queued",
    notBefore: result.at,
    detail: result.detail,
    leaseUntil: null,
  });
  setMessage(turn, row, "reserved", turn.now);
  unschedule(turn.unit, "doubt", row.id);
}

function doubt(turn: Turn, row: Delivery, detail: string): void {
  updateDelivery(turn, row, { status: "in_doubt", detail, leaseUntil: null });
  setMessage(turn, row, "in_doubt", turn.now);
  limitDoubt(turn, row);
}

/** Failed for good: the ladder steps on at once, past the last message to the human. */
export function fail(
  turn: Turn,
  row: Delivery,
  detail: string,
  address: Extract<AttemptResult, { kind: "failed" }>["address"],
): void {
  updateDelivery(turn, row, { status: "failed", detail, leaseUntil: null });
  voidMessage(turn, row);
  unschedule(turn.unit, "doubt", row.id);
  const person = recipientOf(turn, row);
  if (address === "bad" && person !== undefined) bounce(turn, row, person);
  // Who stopped us at the provider stopped us everywhere: the ladder must not step on to them.
  if (address === "opted_out" && person !== undefined) stopPerson(turn, person, turn.now);
  const tracked = turn.unit.tracked.get(row.match);
  if (tracked !== undefined && row.manual === null) stepOn(turn, tracked);
}

function bounce(turn: Turn, row: Delivery, person: PersonState): void {
  const email = kindOf(row.channel) === "email";
  person.reach = { ...person.reach, ...(email ? { bouncedEmail: true } : { bouncedPhone: true }) };
  emitPerson(turn, person);
}

/** The next step of the ladder, or the human when there is none and the last message failed. */
export function stepOn(turn: Turn, tracked: Tracked): void {
  const { pursuit } = tracked;
  if (pursuit === null || pursuit.state === "ended" || pursuit.state === "review") return;
  if (tracked.silenced !== null || tracked.helped !== null) return;
  const last = lastDelivery(turn, tracked);
  const failed = last?.status === "failed" || last?.status === "unknown";
  const sent = pursuit.deliveries.length;
  if (hasStepAfter(turn, tracked, pursuit)) pursue(turn, tracked, pursuit.step + 1);
  const waits = tracked.pursuit?.state === "held" || tracked.pursuit?.state === "review";
  if (failed && pursuit.deliveries.length === sent && !waits) pursueHuman(turn, tracked);
}

/** The message waits for its provider: it was not unseen, it has not left yet. In-app, waiting means: nobody looks. */
export function isOnItsWay(turn: Turn, tracked: Tracked): boolean {
  const last = lastDelivery(turn, tracked);
  return (last?.status === "queued" || last?.status === "sending") && kindOf(last.channel) !== "in_app";
}

/** The time in which it may be seen begins when it has left. */
export function waitForIt(turn: Turn, { match }: Tracked): void {
  const pattern = turn.tenant.library.byId(match.pattern);
  if (pattern !== undefined) schedule(turn, "step", match.id, turn.now + stepDelay(pattern));
}

/** New evidence after the message was seen: it did not help, so the ladder goes on where it had come to rest. */
export function moreEvidence(turn: Turn, tracked: Tracked): void {
  const { pursuit, match } = tracked;
  const pattern = turn.tenant.library.byId(match.pattern);
  if (pattern === undefined || pursuit?.state !== "sent" || pursuit.lastReason !== "none") return;
  const last = lastDelivery(turn, tracked);
  if (last?.seenAt == null || last.sentAt === null) return;
  if (!isScheduled(turn.unit, "step", match.id) && hasStepAfter(turn, tracked, pursuit)) {
    schedule(turn, "step", match.id, Math.max(turn.now, last.sentAt + stepDelay(pattern)));
  }
  const first = turn.unit.deliveries.get(pursuit.deliveries[0] ?? "")?.createdAt ?? turn.now;
  if (!isScheduled(turn.unit, "human", match.id)) {
    scheduleHuman(turn, tracked, pattern, Math.max(first, turn.now - humanAfter(pattern.timing)));
  }
}

function hasStepAfter(turn: Turn, tracked: Tracked, pursuit: Pursuit): boolean {
  const pattern = turn.tenant.library.byId(tracked.match.pattern);
  return pattern !== undefined && pursuit.step + 1 < ladderOf(pattern, null).messages.length;
}

export function lastDelivery(turn: Turn, tracked: Tracked): Delivery | undefined {
  const id = tracked.pursuit?.deliveries.at(-1);
  return id === undefined ? undefined : turn.unit.deliveries.get(id);
}

// ---- receipts

/** What a provider says. Never goes back: a `sent` that arrives after `delivered` changes nothing. */
export function receipt(turn: Turn, control: ControlOf<"receipt">): void {
  const row = turn.unit.deliveries.get(control.delivery);
  if (row === undefined) return;
  if (row.unit !== turn.unit.id) return follow(turn, row, control);
  const handle = RECEIPTS[control.receipt];
  handle(turn, settleDoubt(turn, row, control), control);
}

type Handler = (turn: Turn, row: Delivery, control: ControlOf<"receipt">) => void;

const RECEIPTS: { readonly [kind in ReceiptKind]: Handler } = {
  accepted: () => {},
  deferred: () => {},
  dismissed: (turn, row, { at }) => seen(turn, row, at),
  delivered: (turn, row, { at }) => {
    if (row.deliveredAt !== null) return;
    const next = updateDelivery(turn, row, { deliveredAt: at });
    if (kindOf(row.channel) === "sms") seen(turn, next, at);
  },
  shown: (turn, row, { at }) => seen(turn, row, at),
  opened: (turn, row, { at }) => seen(turn, row, at),
  clicked: (turn, row, { at }) => {
    const next = seen(turn, row, at);
    if (next.clickedAt !== null) return;
    updateDelivery(turn, next, { clickedAt: at });
    helped(turn, row.match, "clicked");
  },
  failed: (turn, row, { detail }) => failLater(turn, row, detail ?? "not delivered", null),
  bounced: (turn, row, { detail }) => failLater(turn, row, detail ?? "bounced", "bad"),
  complained: (turn, row, { at }) => stopAll(turn, row, at),
  unsubscribed: (turn, row, { at }) => stopAll(turn, row, at),
  unknown: (turn, row) => giveUp(turn, row),
};

/**
 * Any word from the provider about a message in doubt says that it went out; also about one that was queued again
 * because nobody knew of it.
 */
function settleDoubt(turn: Turn, row: Delivery, control: ControlOf<"receipt">): Delivery {
  const again = row.status === "queued" && row.attempts > 0;
  const undecided =
    row.status === "in_doubt" || row.status === "sending" || row.status === "unknown" || again;
  if (!undecided || control.receipt === "unknown") return row;
  markSent(turn, row, control.providerId ?? row.providerId, false);
  return turn.unit.deliveries.get(row.id) ?? row;
}

function seen(turn: Turn, row: Delivery, at: number): Delivery {
  return row.seenAt === null ? updateDelivery(turn, row, { seenAt: at }) : row;
}

function failLater(turn: Turn, row: Delivery, detail: string, address: "bad" | null): void {
  if (row.status === "failed" || row.status === "suppressed") return;
  fail(turn, row, detail, address);
}

function stopAll(turn: Turn, row: Delivery, at: number): void {
  const person = recipientOf(turn, row);
  if (person !== undefined) stopPerson(turn, person, at);
}

/** A stop holds on every channel at once, also for what is queued. */
export function stopPerson(turn: Turn, person: PersonState, at: number): void {
  if (person.stoppedAt === null) person.stoppedAt = at;
  withdrawFrom(turn, person.id);
  emitPerson(turn, person);
}

function withdrawFrom(turn: Turn, person: string): void {
  for (const tracked of turn.unit.tracked.values()) {
    if (tracked.pursuit?.person === person) withdraw(turn, tracked, "opted_out");
  }
  for (const row of [...turn.unit.deliveries.values()]) {
    if (row.person === person && row.status === "queued") stopRow(turn, row, "opted_out");
  }
}

export function helped(turn: Turn, match: string, how: "clicked" | "yes"): void {
  const tracked = turn.unit.tracked.get(match);
  if (tracked === undefined || tracked.helped === "yes") return;
  tracked.helped = how;
  withdraw(turn, tracked, "resolved");
  endPursuit(turn, tracked, "resolved");
  correctOutcome(turn, tracked);
}

function giveUp(turn: Turn, row: Delivery): void {
  if (row.status !== "in_doubt") return;
  updateDelivery(turn, row, { status: "unknown", detail: "no word from the provider within 24 h" });
  unschedule(turn.unit, "doubt", row.id);
  const tracked = turn.unit.tracked.get(row.match);
  const owner = turn.tenant.library.byId(row.pattern)?.owner.role;
  if (tracked === undefined || owner === undefined) return;
  raiseAlert(turn, tracked, "delivery", owner, scoreOfMatch(turn, tracked), dueByOf("medium", turn.now));
}

/** The doubt has lasted too long: counted in the cap, shown to ops, never sent again. */
export function doubtEnds(turn: Turn, delivery: string): void {
  const row = turn.unit.deliveries.get(delivery);
  if (row === undefined) return;
  if (row.unit === turn.unit.id) return giveUp(turn, row);
  follow(turn, row, { kind: "receipt", delivery, receipt: "unknown", at: turn.now });
}
