import { describe, expect, test } from "vitest";
import type { Question } from "../../../server/core/policy/contract.ts";
import { judge } from "../../../server/core/policy/judge.ts";
import { ALL_ON } from "../../../server/core/tenant.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import {
  aLoner,
  aMatch,
  aMessage,
  anAccount,
  aPattern,
  aPerson,
  aPursuit,
  aTenant,
  aTicket,
  aUnit,
  NOON,
} from "../../builders.ts";
import { aQuestion, someFacts } from "./question.ts";

const verdictOn = (changes: Partial<Question> = {}) => judge(aQuestion(changes));
const nowhere = { email: false, phone: false, push: false, bouncedEmail: false, bouncedPhone: false };
const night = { now: NOON + 10 * HOUR, pursuit: aPursuit({ dueBy: NOON + 11 * HOUR }) };
const morning = NOON + 20 * HOUR;

test("a verdict names the channel, the person and the ladder step of a send", () => {
  const pattern = aPattern({ channels: ["sms", "email"] });

  expect(verdictOn({ pattern, unit: aUnit({ persons: [aPerson({ consent: {} })] }) })).toEqual({
    kind: "send",
    reason: "none",
    until: null,
    channel: "email",
    person: "u1",
    step: 1,
  });
});

test("judging changes nothing", () => {
  const question = aQuestion({
    unit: aUnit({ persons: [aPerson({ messages: [aMessage({ at: NOON - HOUR })] })] }),
  });
  const before = structuredClone({ ...question, tenant: null });

  judge({ ...question, facts: someFacts({ stopped: true }) });

  expect({ ...question, tenant: null }).toEqual(before);
});

describe("the ladder", () => {
  test("is walked from the step that is asked about", () => {
    expect(verdictOn({ step: 1 })).toMatchObject({ kind: "send", channel: "email", step: 1 });
  });

  test("ends after the last message", () => {
    expect(verdictOn({ step: 2 })).toMatchObject({
      kind: "stop",
      reason: "ladder_end",
      channel: null,
      step: 2,
    });
  });

  test("ends at once where only a person of ours may act", () => {
    expect(verdictOn({ pattern: aPattern({ issue: "cancellation", channels: [] }) }).reason).toBe(
      "ladder_end",
    );
  });

  test("does not say that it ended to somebody whose score fell", () => {
    expect(verdictOn({ step: 2, score: 10 }).reason).toBe("below");
  });

  test("starts with the channel the person prefers", () => {
    const unit = aUnit({ persons: [aPerson({ preferred: "email" })] });

    expect(verdictOn({ unit })).toMatchObject({ channel: "email", step: 0 });
  });

  test("names the preferred channel's reason when every channel is stopped", () => {
    const pattern = aPattern({ channels: ["sms", "email"] });
    const tenant = aTenant({ notReady: new Map([["api-rate-limit|email", "no link"]]) });
    const unit = aUnit({ persons: [aPerson({ consent: {} })] });

    expect(verdictOn({ pattern, tenant, unit })).toMatchObject({
      kind: "stop",
      reason: "no_consent",
      channel: "sms",
    });
  });

  test("stops under the preferred channel's reason though a guard before it took the other", () => {
    const pattern = aPattern({ channels: ["sms", "email"] });
    const tenant = aTenant({ switches: { ...ALL_ON, channels: ["email"] } });
    const unit = aUnit({ persons: [aPerson({ consent: {} })] });

    expect(verdictOn({ pattern, tenant, unit })).toMatchObject({ reason: "no_consent", channel: "sms" });
  });

  test("waits for the morning's email when in-app is not there: a held channel is not lost", () => {
    const tenant = aTenant({ switches: { ...ALL_ON, channels: ["in_app"] } });

    expect(verdictOn({ ...night, tenant })).toMatchObject({
      kind: "hold",
      reason: "quiet",
      channel: "email",
      until: morning,
      step: 0,
    });
  });

  test("holds until the first of several held channels is free, under the preferred one's reason", () => {
    const pattern = aPattern({ channels: ["email", "sms"] });
    const unit = aUnit({ persons: [aPerson({ reach: { ...nowhere, phone: true } })] });

    expect(verdictOn({ ...night, pattern, unit })).toMatchObject({
      reason: "unreachable",
      until: NOON + 11 * HOUR,
    });
    expect(
      verdictOn({ ...night, pursuit: aPursuit({ dueBy: NOON + 2 * DAY }), pattern, unit }),
    ).toMatchObject({ reason: "unreachable", until: morning });
  });

  test("a rule about the person names the reason as long as one channel is left", () => {
    const pattern = aPattern({ channels: ["sms", "email"] });
    const unit = aUnit({ persons: [aPerson({ consent: {}, tickets: [aTicket()] })] });

    expect(verdictOn({ pattern, unit })).toMatchObject({
      kind: "hold",
      reason: "cooldown",
      channel: "email",
    });
  });

  test("is not walked when a delivery is claimed", () => {
    const unit = aUnit({ persons: [aPerson({ channelsOff: ["email"] })] });

    expect(verdictOn({ unit, only: "email", person: "u1", step: 0 })).toMatchObject({
      kind: "stop",
      reason: "opted_out",
    });
  });

  test("a claimed email stops when the score fell to watch in the meantime", () => {
    expect(verdictOn({ only: "email", person: "u1", step: 1, score: 50 }).reason).toBe("below");
  });
});

describe("recipients", () => {
  const technical = (...persons: Parameters<typeof aPerson>[0][]) =>
    aUnit({
      account: anAccount({ contacts: { technical: ["first", "second", "third"] } }),
      persons: persons.map(aPerson),
    });
  const pattern = aPattern({ recipient: "technical", channels: ["email"] });

  test.each([
    ["is unreachable", { reach: nowhere }],
    ["has stopped", { stoppedAt: NOON - DAY }],
    ["switched the channel off", { channelsOff: ["email"] as const }],
    ["refused it", { consent: { email: false } }],
  ])("one more of the same role is tried when the first %s", (_words, first) => {
    const unit = technical({ id: "first", ...first }, { id: "second" });

    expect(verdictOn({ unit, pattern })).toMatchObject({ kind: "send", person: "second" });
  });

  test.each([
    ["is cooling down", { tickets: [aTicket()] }, "cooldown"],
    ["is capped", { messages: [3, 5].map((hours) => aMessage({ at: NOON - hours * HOUR })) }, "cap"],
    ["was just written to", { messages: [aMessage({ at: NOON - HOUR })] }, "gap"],
    ["snoozes", { snoozedUntil: NOON + DAY }, "snoozed"],
    ["does not have the problem", { muted: { "api-rate-limit": NOON + DAY } }, "muted"],
  ])("nobody else is tried when the first %s", (_words, first, reason) => {
    const unit = technical({ id: "first", ...first }, { id: "second" });

    expect(verdictOn({ unit, pattern })).toMatchObject({ person: "first", reason });
  });

  test("nobody else is tried when the account is held out", () => {
    const unit = technical({ id: "first" }, { id: "second" });
    const tenant = aTenant({ settings: { holdout: { percent: 100, salt: "s" } } });

    expect(verdictOn({ unit, pattern, tenant })).toMatchObject({ person: "first", reason: "holdout" });
  });

  test("nobody else is tried at night: the first is reachable in the morning", () => {
    const unit = technical({ id: "first" }, { id: "second", timeZone: "America/New_York" });

    expect(verdictOn({ ...night, unit, pattern })).toMatchObject({ person: "first", reason: "quiet" });
  });

  test("nobody else is tried when a template is missing: they would have none either", () => {
    const unit = technical({ id: "first" }, { id: "second" });
    const tenant = aTenant({ notReady: new Map([["api-rate-limit|email", "no link"]]) });

    expect(verdictOn({ unit, pattern, tenant })).toMatchObject({ person: "first", reason: "not_ready" });
  });

  test("a third of the same role is left alone", () => {
    const gone = { reach: nowhere };
    const unit = technical({ id: "first", ...gone }, { id: "second", ...gone }, { id: "third" });

    expect(verdictOn({ unit, pattern })).toMatchObject({
      kind: "hold",
      reason: "unreachable",
      person: "first",
    });
  });

  test("the fallback role is tried after both", () => {
    const gone = { stoppedAt: NOON };
    const unit = technical(
      { id: "first", ...gone },
      { id: "second", ...gone },
      { id: "root", roles: ["admin"] },
    );

    expect(verdictOn({ unit, pattern: { ...pattern, recipientFallback: "admin" } })).toMatchObject({
      kind: "send",
      person: "root",
    });
  });

  test("the answer of the second counts, when it is not about reach", () => {
    const unit = technical({ id: "first", stoppedAt: NOON }, { id: "second", tickets: [aTicket()] });

    expect(verdictOn({ unit, pattern })).toMatchObject({
      kind: "hold",
      reason: "cooldown",
      person: "second",
    });
  });

  test("when nobody can be reached, one whose address may still arrive is waited for", () => {
    const unit = technical({ id: "first", stoppedAt: NOON }, { id: "second", reach: nowhere });

    expect(verdictOn({ unit, pattern })).toMatchObject({
      kind: "hold",
      reason: "unreachable",
      person: "second",
    });
  });

  test("when all have stopped, it stops under the first one's reason", () => {
    const unit = technical({ id: "first", stoppedAt: NOON }, { id: "second", consent: { email: false } });

    expect(verdictOn({ unit, pattern })).toMatchObject({
      kind: "stop",
      reason: "opted_out",
      person: "first",
    });
  });

  test("a claimed delivery goes to its person or to nobody", () => {
    const unit = technical({ id: "first" }, { id: "second", stoppedAt: NOON });

    expect(verdictOn({ unit, pattern, only: "email", person: "second" })).toMatchObject({
      kind: "stop",
      reason: "opted_out",
      person: "second",
    });
  });
});

describe("claiming", () => {
  const claim = { only: "email", person: "u1", step: 1, delivery: "d1" } as const;
  const reserved = aMessage({
    delivery: "d1",
    match: "match-1",
    family: "api-rate-limit",
    at: NOON - MINUTE,
    state: "reserved",
  });
  const unit = aUnit({ persons: [aPerson({ messages: [reserved] })] });
  const pursuit = aPursuit({ state: "sent", sentSteps: [1], deliveries: ["d1"] });

  test("passes when nothing has changed: its own reservation does not count", () => {
    expect(verdictOn({ ...claim, unit, pursuit, facts: someFacts() })).toMatchObject({
      kind: "send",
      channel: "email",
    });
  });

  test.each([
    ["the kill switch", { switchedOff: true }, "switched_off"],
    ["a stop", { stopped: true }, "opted_out"],
    ["a withdrawn consent", { consent: { email: false } }, "no_consent"],
    ["a channel switched off", { channelsOff: ["email"] as const }, "opted_out"],
    ["messages from another account", { elsewhere: [NOON - 3 * HOUR, NOON - 5 * HOUR] }, "cap"],
    ["a message from another account just now", { elsewhere: [NOON - 1] }, "gap"],
  ])("heeds %s that only the store knows", (_words, facts, reason) => {
    expect(verdictOn({ ...claim, unit, pursuit, facts: someFacts(facts) }).reason).toBe(reason);
  });

  test("two that wait for the same place under the cap do not both get it", () => {
    const person = aPerson({
      messages: [
        aMessage({ delivery: "sent", at: NOON - 5 * HOUR }),
        aMessage({ delivery: "other", at: NOON - 3 * HOUR, state: "reserved" }),
        reserved,
      ],
    });

    expect(verdictOn({ ...claim, unit: aUnit({ persons: [person] }), pursuit })).toMatchObject({
      kind: "hold",
      reason: "cap",
    });
  });
});

test("a person without an account is judged like any other", () => {
  const match = aMatch({ account: null, unit: "person/u1", key: "person/u1" });

  expect(verdictOn({ unit: aLoner(), match })).toMatchObject({ kind: "send", person: "u1" });
});
