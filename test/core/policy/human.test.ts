import { expect, test } from "vitest";
import type { Question } from "../../../server/core/policy/contract.ts";
import { judgeHuman } from "../../../server/core/policy/judge.ts";
import { ALL_ON } from "../../../server/core/tenant.ts";
import { DAY, HOUR } from "../../../server/core/time.ts";
import {
  aMatch,
  aMessage,
  anAccount,
  anIncident,
  aPattern,
  aPerson,
  aTenant,
  aTicket,
  aUnit,
  NOON,
} from "../../builders.ts";
import { aQuestion } from "./question.ts";

const calling = aPattern({ channels: ["in_app.prompt", "sms", "human.phone"] });
const asked = (changes: Partial<Question> = {}) => judgeHuman(aQuestion({ pattern: calling, ...changes }));
const saturday = NOON + 5 * DAY;

test("the human step is the one after the last message", () => {
  expect(asked()).toEqual({
    kind: "send",
    reason: "none",
    until: null,
    channel: "human.phone",
    person: "u1",
    step: 2,
  });
});

test.each([
  [
    "the tenant is switched off",
    { tenant: aTenant({ switches: { ...ALL_ON, tenant: true } }) },
    "switched_off",
  ],
  [
    "humans are switched off",
    { tenant: aTenant({ switches: { ...ALL_ON, channels: ["human" as const] } }) },
    "switched_off",
  ],
  ["the match was undone", { match: aMatch({ state: "retracted" as const }) }, "retracted"],
  ["the trouble is over", { resolved: true }, "resolved"],
  ["the score is normal", { score: 30 }, "below"],
  ["the score is in watch", { score: 60 }, "below"],
])("nobody is asked when %s", (_words, changes, reason) => {
  expect(asked(changes)).toMatchObject({ kind: "stop", reason });
});

test("in watch a manager of an enterprise account is asked, where the pattern says so", () => {
  const pattern = aPattern({ channels: ["email", "human.csm"], watch: ["csm"] });
  const unit = aUnit({ account: anAccount({ segment: "enterprise" }) });

  expect(asked({ pattern, unit, score: 40 })).toMatchObject({ kind: "send", channel: "human.csm" });
  expect(asked({ pattern, score: 40 })).toMatchObject({ reason: "below" });
});

test("during an incident nobody is asked one by one", () => {
  const tenant = aTenant({ incidents: [anIncident()] });

  expect(asked({ tenant })).toMatchObject({ kind: "hold", reason: "incident" });
});

test.each(["human.phone", "human.csm"] as const)("%s waits on a weekend until Monday morning", (channel) => {
  expect(asked({ now: saturday, pattern: aPattern({ channels: [channel] }) })).toMatchObject({
    kind: "hold",
    reason: "quiet",
    until: saturday + 44 * HOUR,
  });
});

test.each(["human.l2", "human.ops", "human.agent"] as const)("%s looks at it on a weekend too", (channel) => {
  expect(asked({ now: saturday, pattern: aPattern({ channels: [channel] }) })).toMatchObject({
    kind: "send",
    channel,
  });
});

test("messages and tickets of the customer do not keep us from asking one of ours", () => {
  const person = aPerson({
    messages: [1, 2, 3].map((hours) => aMessage({ at: NOON - hours * HOUR })),
    tickets: [aTicket()],
    stoppedAt: NOON - DAY,
  });

  expect(asked({ unit: aUnit({ persons: [person] }) }).kind).toBe("send");
});

test("nobody need be known to ask one of ours", () => {
  expect(asked({ match: aMatch({ person: null }) })).toMatchObject({ kind: "send", person: null });
});
