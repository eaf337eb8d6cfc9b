import fc from "fast-check";
import { expect, test } from "vitest";
import { REASONS } from "../../../server/core/decision.ts";
import type { GuardResult, Question } from "../../../server/core/policy/contract.ts";
import { judge } from "../../../server/core/policy/judge.ts";
import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import { sized } from "../../support/size.ts";
import { anyQuestion } from "./generate.ts";
import { expected } from "./reference.ts";
import { isQuiet, isWeekend } from "./wall-clock.ts";

const personOf = ({ unit }: Question, { person }: GuardResult) => unit.persons.get(person ?? "");

test("answers as the table of rules, read naively, would; and every reason occurs", () => {
  const seen = new Map<string, number>();

  fc.assert(
    fc.property(anyQuestion, (question) => {
      const { kind, reason, until, person, channel } = judge(question);
      const should = expected(question);

      expect({ kind, reason, until, person }).toEqual({
        kind: should.kind,
        reason: should.reason,
        until: should.until,
        person: should.person,
      });
      if (kind !== "stop") expect(channel).toBe(should.channel);
      seen.set(reason, (seen.get(reason) ?? 0) + 1);
    }),
    { numRuns: sized(3_000, 12_000), seed: 1 },
  );

  for (const reason of [...REASONS, "none", "review_expired", "ladder_end"]) {
    expect(seen.get(reason) ?? 0, reason).toBeGreaterThan(10);
  }
});

test("what would have been done for the control group is what is done with nobody held out", () => {
  let held = 0;

  fc.assert(
    fc.property(anyQuestion, (question) => {
      const { settings } = question.tenant;
      const drawn = (percent: number): Question => ({
        ...question,
        tenant: { ...question.tenant, settings: { ...settings, holdout: { percent, salt: "s" } } },
      });
      const result = judge(drawn(100));
      const { kind, reason, channel } = judge(drawn(0));

      if (result.reason !== "holdout") {
        expect(result).toEqual(judge(drawn(0)));
        return;
      }
      held += 1;
      expect(result.wouldHave).toEqual({ kind, reason, channel });
    }),
    { numRuns: sized(500, 4_000), seed: 2 },
  );

  expect(held).toBeGreaterThan(sized(75, 300));
});

test("nobody who stopped, or whose needed consent is missing, is ever sent anything", () => {
  let sent = 0;

  fc.assert(
    fc.property(anyQuestion, (question) => {
      const result = judge(question);
      const person = personOf(question, result);
      if (result.kind !== "send" || person === undefined) return;
      sent += 1;

      const { facts } = question;
      const recorded = (facts ?? person).consent;
      expect(person.stoppedAt).toBeNull();
      expect(facts?.stopped ?? false).toBe(false);
      if (result.channel === "sms") expect([person.consent.sms, recorded.sms]).not.toContain(false);
      if (result.channel === "sms") expect(recorded.sms).toBe(true);
      if (result.channel === "voice") expect(recorded.phone).toBe(true);
      if (result.channel === "push") expect(recorded.push).toBe(true);
      if (result.channel === "email") expect([person.consent.email, recorded.email]).not.toContain(false);
    }),
    { numRuns: sized(800, 6_000), seed: 3 },
  );

  expect(sent).toBeGreaterThan(sized(80, 400));
});

test("at night nothing leaves but in-app, urgent email and urgent sms to somebody who is there, in any zone", () => {
  const atNight = new Map<string, number>();

  fc.assert(
    fc.property(anyQuestion, (question) => {
      const result = judge(question);
      const person = personOf(question, result);
      if (result.kind !== "send" || person === undefined) return;
      const zones = [person.timeZone, question.unit.account?.timeZone, question.tenant.settings.timeZone];
      const zone = zones.find((name) => typeof name === "string" && name !== "Not/AZone") ?? "UTC";
      const channel = result.channel ?? "";

      if (channel === "voice") expect(isWeekend(question.now, zone)).toBe(false);
      if (!isQuiet(question.now, zone)) return;
      atNight.set(channel, (atNight.get(channel) ?? 0) + 1);
      const there = question.now - (person.lastEventAt ?? Number.NEGATIVE_INFINITY) < 10 * MINUTE;
      const mayLeave =
        channel.startsWith("in_app.") ||
        (question.pattern.urgent && channel === "email") ||
        (question.pattern.urgent && channel === "sms" && there);
      expect(mayLeave, channel).toBe(true);
    }),
    { numRuns: sized(6_000, 12_000), seed: 4 },
  );

  for (const channel of ["in_app.banner", "in_app.tooltip", "email", "sms"]) {
    expect(atNight.get(channel) ?? 0, channel).toBeGreaterThan(0);
  }
});

test("every hold ends after now, and nothing else has an end", () => {
  fc.assert(
    fc.property(anyQuestion, (question) => {
      const { kind, until } = judge(question);

      if (kind === "hold") expect(until).toBeGreaterThan(question.now);
      else expect(until).toBeNull();
    }),
    { numRuns: sized(800, 6_000), seed: 5 },
  );
});

/** Holds without a known end ask again now and then: a running incident, an open ticket. */
const hasNoKnownEnd = ({ now }: Question, { reason, until }: GuardResult) =>
  reason === "incident" || (reason === "cooldown" && until === now + HOUR);

test("a hold that is judged again when it ends leads to an end within a few steps and days", () => {
  let longest = 0;

  fc.assert(
    fc.property(anyQuestion, (question) => {
      let [at, steps] = [question, 0];
      let result = judge(at);
      while (result.kind === "hold" && !hasNoKnownEnd(at, result)) {
        const heldSince = at.pursuit.heldSince ?? at.now;
        at = { ...at, now: result.until ?? at.now, pursuit: { ...at.pursuit, heldSince } };
        result = judge(at);
        steps += 1;
        expect(steps).toBeLessThan(12);
      }
      longest = Math.max(longest, steps);
      expect(at.now - question.now).toBeLessThan(10 * DAY);
    }),
    { numRuns: sized(800, 6_000), seed: 6 },
  );

  expect(longest).toBeGreaterThan(1);
});
