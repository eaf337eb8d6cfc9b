/** The life of a delivery inside its unit: claimed, attempted, reported on. */
import type { AttemptResult, ClaimFacts, ReceiptKind, UnitControl } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import { scoreKeyOf } from "../../core/match.ts";
import type { Verdict } from "../../core/policy/contract.ts";
import { judge } from "../../core/policy/judge.ts";
import { ladderOf } from "../../core/policy/ladder.ts";
import { kindOf } from "../../core/tenant.ts";
import { DAY } from "../../core/time.ts";
import type { PersonState, Pursuit, Tracked } from "../../core/unit.ts";
import { emitPerson } from "./profile.ts";
import {
  endPursuit,
  pursue,
  pursueHuman,
  questionOf,
  recordDecision,
  setMessage,
  stepDelay,
  stopped,
  suppress,
  updateDelivery,
  voidMessage,
  withdraw,
} from "./pursuit.ts";
import { scoreNow } from "./scores.ts";
import { schedule, type Turn, unschedule } from "./turn.ts";

type Of<Kind> = Extract<UnitControl, { readonly kind: Kind }>;

/** How long a delivery may stay in doubt before it is given up as unknown. */
const DOUBT = DAY;

/** Judges the guards again at the moment of sending; only then does the row become `sending`. */
export function claim(turn: Turn, control: Of<"claim">): void {
  const row = turn.unit.deliveries.get(control.delivery);
  if (row?.status !== "queued") return;
  const tracked = turn.unit.tracked.get(row.match);
  if (row.manual !== null || tracked === undefined) return claimManual(turn, row, control);
  if (row.attempts > 0 && turn.now > row.dueBy) return fail(turn, row, "its deadline passed", null);
  const verdict = judgeClaim(turn, row, tracked, control.facts);
  const score = scoreNow(turn, scoreKeyOf(tracked.match.key)).score;
  recordDecision(turn, tracked, verdict, score, row.id);
  if (verdict.kind === "send") startSending(turn, row, control.leaseFor);
  else if (verdict.kind === "hold" && verdict.until !== null) postpone(turn, row, verdict);
  else stopClaimed(turn, row, tracked, verdict);
}

function judgeClaim(turn: Turn, row: Delivery, tracked: Tracked, facts: ClaimFacts | null): Verdict {
  const pattern = turn.tenant.library.byId(row.pattern);
  const { pursuit } = tracked;
  if (pattern === undefined || pursuit === null) return stopped("killed", row.step);
  const score = scoreNow(turn, scoreKeyOf(tracked.match.key)).score;
  // The step it was queued on is its own: it must not count as a duplicate of itself.
  const own = { ...pursuit, sentSteps: pursuit.sentSteps.filter((step) => step !== row.step) };
  const approved = pursuit.approved;
  return judge({
    ...questionOf(turn, tracked, pattern, own, score, row.step, approved),
    only: row.channel,
    ...(row.person === null ? {} : { person: row.person }),
    delivery: row.id,
    facts,
  });
}

function startSending(turn: Turn, row: Delivery, leaseFor: number): void {
  updateDelivery(turn, row, {
    status: "sending",
    attempts: row.attempts + 1,
    fence: row.fence + 1,
    claimedAt: turn.now,
    leaseUntil: turn.now + leaseFor,
  });
  setMessage(turn, row, "reserved", turn.now);
}

function postpone(turn: Turn, row: Delivery, verdict: Verdict): void {
  const until = verdict.until ?? turn.now;
  updateDelivery(turn, row, {
    notBefore: until,
    released: true,
    dueBy: Math.max(row.dueBy, until + (row.dueBy - row.createdAt)),
    detail: verdict.reason,
  });
}

/** It may not go out on this channel any more; perhaps on another. */
function stopClaimed(turn: Turn, row: Delivery, tracked: Tracked, verdict: Verdict): void {
  suppress(turn, row, verdict.reason);
  const { pursuit } = tracked;
  if (pursuit === null) return;
  pursuit.sentSteps = pursuit.sentSteps.filter((step) => step !== row.step);
  if (OTHER_CHANNEL_MAY_DO.has(verdict.reason)) pursue(turn, tracked, row.step, "release");
  else endPursuit(turn, tracked, verdict.reason);
}
const OTHER_CHANNEL_MAY_DO: ReadonlySet<string> = new Set(["killed", "opted_out", "no_consent", "not_ready"]);

/** By hand: guards may be overridden with a reason, but never a stop, a missing consent or the kill switch. */
function claimManual(turn: Turn, row: Delivery, control: Of<"claim">): void {
  const reason = manualStop(turn, row, control.facts);
  if (reason !== null) return suppress(turn, row, reason);
  startSending(turn, row, control.leaseFor);
}

function manualStop(turn: Turn, row: Delivery, facts: ClaimFacts | null): string | null {
  const { switches } = turn.tenant;
  const kind = kindOf(row.channel);
  if (switches.tenant || switches.channels.includes(kind) || facts?.killed === true) return "killed";
  const person = row.person === null ? undefined : turn.unit.persons.get(row.person);
  if (person === undefined) return "unreachable";
  if (person.stoppedAt !== null || facts?.stopped === true) return "opted_out";
  if (person.channelsOff.includes(kind)) return "opted_out";
  return lacksConsent(person, kind) ? "no_consent" : null;
}

export function lacksConsent(person: PersonState, kind: string): boolean {
  if (kind === "sms") return person.consent.sms !== true;
  if (kind === "voice") return person.consent.phone !== true;
  if (kind === "push") return person.consent.push !== true;
  return kind === "email" && person.consent.email === false;
}

// ---- attempts

export function attempted(turn: Turn, control: Of<"attempted">): void {
  const row = turn.unit.deliveries.get(control.delivery);
  if (row === undefined || row.fence !== control.fence) return;
  const { result } = control;
  // In doubt, a look-up at the provider settles it: it went out after all, or may be tried again.
  const settles = row.status === "in_doubt" && (result.kind === "sent" || result.kind === "retry");
  if (row.status !== "sending" && !settles) return;
  if (result.kind === "sent") return markSent(turn, row, result.providerId, result.preview);
  if (result.kind === "retry") return retry(turn, row, result);
  if (result.kind === "in_doubt") return doubt(turn, row, result.detail);
  fail(turn, row, result.detail, result.address);
}

function markSent(turn: Turn, row: Delivery, providerId: string | null, preview: boolean): void {
  updateDelivery(turn, row, { status: "sent", sentAt: turn.now, providerId, preview, leaseUntil: null });
  setMessage(turn, row, "sent", turn.now);
  unschedule(turn.unit, "doubt", row.id);
  const pattern = turn.tenant.library.byId(row.pattern);
  if (pattern !== undefined && turn.unit.tracked.get(row.match)?.pursuit?.state === "sent") {
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
  schedule(turn, "doubt", row.id, turn.now + DOUBT);
}

/** Failed for good: the ladder steps on at once, past the last message to the human. */
function fail(turn: Turn, row: Delivery, detail: string, address: "bad" | "opted_out" | null): void {
  updateDelivery(turn, row, { status: "failed", detail, leaseUntil: null });
  voidMessage(turn, row);
  unschedule(turn.unit, "doubt", row.id);
  if (address === "bad") bounce(turn, row);
  const tracked = turn.unit.tracked.get(row.match);
  if (tracked !== undefined && row.manual === null) stepOn(turn, tracked);
}

function bounce(turn: Turn, row: Delivery): void {
  const person = row.person === null ? undefined : turn.unit.persons.get(row.person);
  if (person === undefined) return;
  const email = kindOf(row.channel) === "email";
  person.reach = { ...person.reach, ...(email ? { bouncedEmail: true } : { bouncedPhone: true }) };
  emitPerson(turn, person);
}

/** The next step of the ladder, or the human when there is none. */
export function stepOn(turn: Turn, tracked: Tracked): void {
  const { pursuit } = tracked;
  if (pursuit === null || pursuit.state === "ended" || pursuit.state === "review") return;
  if (tracked.silenced !== null || tracked.helped !== null) return;
  const last = lastDelivery(turn, tracked);
  const failed = last?.status === "failed" || last?.status === "unknown";
  if (!hasStepAfter(turn, tracked, pursuit)) {
    if (failed) pursueHuman(turn, tracked);
    return;
  }
  // An in-app message that nobody saw gives way to the next step, unless there is none.
  const waiting = last?.status === "queued" ? last : null;
  if (waiting !== null) voidMessage(turn, waiting);
  const before = pursuit.deliveries.length;
  pursue(turn, tracked, pursuit.step + 1, "step");
  if (waiting === null) {
    if (failed && pursuit.deliveries.length === before) pursueHuman(turn, tracked);
    return;
  }
  if (pursuit.deliveries.length > before) suppress(turn, waiting, "superseded");
  else setMessage(turn, waiting, "reserved", turn.now);
}

function hasStepAfter(turn: Turn, tracked: Tracked, pursuit: Pursuit): boolean {
  const pattern = turn.tenant.library.byId(tracked.match.pattern);
  const person = pursuit.person === null ? null : (turn.unit.persons.get(pursuit.person) ?? null);
  return pattern !== undefined && pursuit.step + 1 < ladderOf(pattern, person).messages.length;
}

export function lastDelivery(turn: Turn, tracked: Tracked): Delivery | undefined {
  const id = tracked.pursuit?.deliveries.at(-1);
  return id === undefined ? undefined : turn.unit.deliveries.get(id);
}

// ---- receipts

/** What a provider says. Never goes back: a `sent` that arrives after `delivered` changes nothing. */
export function receipt(turn: Turn, control: Of<"receipt">): void {
  const row = turn.unit.deliveries.get(control.delivery);
  if (row === undefined) return;
  const handle = RECEIPTS[control.receipt];
  handle(turn, settleDoubt(turn, row, control), control);
}

type Handler = (turn: Turn, row: Delivery, control: Of<"receipt">) => void;

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

/** Any word from the provider about a message in doubt says that it went out. */
function settleDoubt(turn: Turn, row: Delivery, control: Of<"receipt">): Delivery {
  const undecided = row.status === "in_doubt" || row.status === "sending" || row.status === "unknown";
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
  const person = row.person === null ? undefined : turn.unit.persons.get(row.person);
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
    if (row.person === person && row.status === "queued") suppress(turn, row, "opted_out");
  }
}

export function helped(turn: Turn, match: string, how: "clicked" | "yes"): void {
  const tracked = turn.unit.tracked.get(match);
  if (tracked === undefined || tracked.helped === "yes") return;
  tracked.helped = how;
  withdraw(turn, tracked, "resolved");
  endPursuit(turn, tracked, "resolved");
}

function giveUp(turn: Turn, row: Delivery): void {
  if (row.status !== "in_doubt") return;
  updateDelivery(turn, row, { status: "unknown", detail: "no word from the provider within 24 h" });
}

/** The doubt has lasted too long: counted in the cap, shown to ops, never sent again. */
export function doubtEnds(turn: Turn, delivery: string): void {
  const row = turn.unit.deliveries.get(delivery);
  if (row !== undefined) giveUp(turn, row);
}
