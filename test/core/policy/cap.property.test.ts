import fc from "fast-check";
import { expect, test } from "vitest";
import type { Channel, Pattern } from "../../../server/core/pattern.ts";
import type { Question } from "../../../server/core/policy/contract.ts";
import { judge } from "../../../server/core/policy/judge.ts";
import { DAY, HOUR, MINUTE, type Millis } from "../../../server/core/time.ts";
import type { PersonMessage, Unit } from "../../../server/core/unit.ts";
import { aMatch, aMessage, aPattern, aPerson, aPursuit, aUnit, NOON } from "../../builders.ts";
import { sized } from "../../support/size.ts";
import { aQuestion, someFacts } from "./question.ts";

/*
 * One person in two accounts, each of which has troubles all the time. Judging reserves a place, claiming judges again
 * with what the other account sent, and then the message leaves, is in doubt, or never left. Whatever the order.
 */

interface Waiting {
  readonly message: PersonMessage;
  readonly pattern: Pattern;
}
interface Sent {
  readonly message: PersonMessage;
  readonly at: Millis;
  readonly urgent: boolean;
}
interface World {
  now: Millis;
  count: number;
  readonly units: readonly Unit[];
  readonly waiting: Waiting[][];
  readonly sent: Sent[];
}

const aWorld = (): World => ({
  now: NOON,
  count: 0,
  units: ["a", "b"].map((id) => aUnit({ id: `account/${id}`, persons: [aPerson()] })),
  waiting: [[], []],
  sent: [],
});

type Act =
  | { readonly kind: "judge"; readonly unit: number; readonly urgent: boolean; readonly channel: Channel }
  | {
      readonly kind: "claim";
      readonly unit: number;
      readonly which: number;
      readonly ends: "sent" | "in_doubt" | "void";
    }
  | { readonly kind: "settle"; readonly which: number; readonly left: boolean };

const unit = fc.nat(1);
const anAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant("judge" as const),
    unit,
    urgent: fc.boolean(),
    channel: fc.constantFrom<Channel>("email", "in_app.banner", "sms"),
  }),
  fc.record({
    kind: fc.constant("claim" as const),
    unit,
    which: fc.nat(5),
    ends: fc.constantFrom("sent", "sent", "in_doubt", "void"),
  }),
  fc.record({ kind: fc.constant("settle" as const), which: fc.nat(5), left: fc.boolean() }),
);
const wait = fc.oneof(
  fc.constantFrom(0, 1, MINUTE, 2 * HOUR - 1, 2 * HOUR, 22 * HOUR, DAY - 1, DAY),
  fc.integer({ min: 0, max: 9 * HOUR }),
);
const acts = fc.array(fc.tuple(wait, anAct), { minLength: 20, maxLength: 60 });

/** Questions of a pattern and family of their own, so that only cap and gap stand in the way. */
function question(world: World, at: number, pattern: Pattern, more: Partial<Question>): Question {
  const { now } = world;
  const match = aMatch({
    id: `match-${pattern.family}`,
    family: pattern.family,
    firedAt: now,
    lastSeen: now,
  });
  const own = world.units[at] ?? aUnit();
  return aQuestion({
    now,
    unit: own,
    match,
    pattern,
    pursuit: aPursuit({ dueBy: now + HOUR }),
    score: 90,
    ...more,
  });
}

const messagesOf = (world: World, at: number) => world.units[at]?.persons.get("u1")?.messages ?? [];

function reserve(world: World, { unit: at, urgent, channel }: Act & { kind: "judge" }): string {
  world.count += 1;
  const pattern = aPattern({ id: "P", family: `f${world.count}`, urgent, channels: [channel] });
  const verdict = judge(question(world, at, pattern, {}));
  if (verdict.kind !== "send") return verdict.reason;
  const message = aMessage({
    delivery: `d${world.count}`,
    match: `match-${pattern.family}`,
    family: pattern.family,
    channel,
    at: world.now,
    state: "reserved",
  });
  messagesOf(world, at).push(message);
  world.waiting[at]?.push({ message, pattern });
  return "none";
}

function claim(world: World, { unit: at, which, ends }: Act & { kind: "claim" }): string {
  const [waiting] = world.waiting[at]?.splice(which, 1) ?? [];
  if (waiting === undefined) return "nothing";
  const { message, pattern } = waiting;
  const elsewhere = messagesOf(world, 1 - at)
    .filter(({ state }) => state === "sent" || state === "in_doubt")
    .map((other) => other.at);
  const more = {
    only: message.channel,
    person: "u1",
    delivery: message.delivery,
    facts: someFacts({ elsewhere }),
  };
  const verdict = judge(question(world, at, pattern, more));
  message.at = world.now;
  message.state = verdict.kind === "send" ? ends : "void";
  if (message.state !== "void") world.sent.push({ message, at: world.now, urgent: pattern.urgent });
  return verdict.reason;
}

/** What was in doubt turns out to have left, or not. */
function settle(world: World, { which, left }: Act & { kind: "settle" }): string {
  const doubt = world.sent.filter(({ message }) => message.state === "in_doubt")[which];
  if (doubt !== undefined) doubt.message.state = left ? "sent" : "void";
  return "settled";
}

function play(story: readonly (readonly [Millis, Act])[]): { world: World; reasons: string[] } {
  const world = aWorld();
  const reasons = story.map(([pause, act]) => {
    world.now += pause;
    if (act.kind === "judge") return reserve(world, act);
    return act.kind === "claim" ? claim(world, act) : settle(world, act);
  });
  return { world, reasons };
}

test("no 24 hours ever hold more than two messages to a person, whatever is judged, sent and lost", () => {
  const total = { sent: 0, cap: 0, gap: 0 };

  fc.assert(
    fc.property(acts, (story) => {
      const { world, reasons } = play(story);
      const left = world.sent.filter(({ message }) => message.state !== "void");

      for (const [index, third] of left.slice(2).entries()) {
        expect(third.at - (left[index]?.at ?? 0)).toBeGreaterThanOrEqual(DAY);
      }
      for (const [index, second] of left.slice(1).entries()) {
        if (!second.urgent) expect(second.at - (left[index]?.at ?? 0)).toBeGreaterThanOrEqual(2 * HOUR);
      }
      total.sent += left.length;
      total.cap += reasons.filter((reason) => reason === "cap").length;
      total.gap += reasons.filter((reason) => reason === "gap").length;
    }),
    { numRuns: sized(600, 5_000), seed: 24 },
  );

  // The stories are about something: the cap was reached, and filled again after a day.
  expect(total.sent).toBeGreaterThan(sized(500, 3_000));
  expect(total.cap).toBeGreaterThan(sized(500, 3_000));
  expect(total.gap).toBeGreaterThan(sized(150, 1_000));
});
