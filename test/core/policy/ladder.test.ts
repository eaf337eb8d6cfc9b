import { expect, test } from "vitest";
import { ladderOf, watchChannels } from "../../../server/core/policy/ladder.ts";
import { aMatrixPattern, anAccount, aPattern, aPerson, aUnit } from "../../builders.ts";

test.each([
  ["configuration_error", ["in_app.tooltip", "email"], "human.csm"],
  ["api_integration", ["email", "in_app.banner"], "human.l2"],
  ["billing", ["email", "in_app.message"], "human.csm"],
  ["account_lockout", ["in_app.prompt", "sms"], "human.phone"],
  ["feature_not_working", ["in_app.tooltip", "email"], "human.l2"],
  ["usage_limit", ["in_app.notification", "email"], "human.csm"],
  ["onboarding", ["in_app.tooltip", "email"], "human.csm"],
  ["cancellation", [], "human.csm"],
  ["journey", [], "human.ops"],
  ["sentiment", [], "human.agent"],
] as const)("the matrix row of %s", (issue, messages, human) => {
  expect(ladderOf(aMatrixPattern({ issue }), null)).toEqual({ messages, human });
});

test("a pattern's own channels win over the matrix row", () => {
  const pattern = aPattern({ issue: "billing", channels: ["email", "sms"] });

  expect(ladderOf(pattern, null).messages).toEqual(["email", "sms"]);
});

test("a pattern without a human channel of its own escalates as its issue does", () => {
  expect(ladderOf(aPattern({ issue: "api_integration", channels: ["email"] }), null).human).toBe("human.l2");
});

test("a pattern's own human channel wins over the escalation and is no message", () => {
  const pattern = aPattern({ issue: "api_integration", channels: ["in_app.prompt", "sms", "human.phone"] });

  expect(ladderOf(pattern, null)).toEqual({ messages: ["in_app.prompt", "sms"], human: "human.phone" });
});

test("a broadcast is never a step for one person", () => {
  expect(ladderOf(aPattern({ channels: ["broadcast", "email"] }), null).messages).toEqual(["email"]);
});

const row = aPattern({ channels: ["in_app.banner", "in_app.tooltip", "email", "sms"] });

test.each([
  ["a channel of the row", "email", ["email", "in_app.banner", "in_app.tooltip", "sms"]],
  ["the exact in-app place", "in_app.tooltip", ["in_app.tooltip", "in_app.banner", "email", "sms"]],
  ["a kind: its first channel", "in_app", ["in_app.banner", "in_app.tooltip", "email", "sms"]],
  ["what is not in the row", "push", ["in_app.banner", "in_app.tooltip", "email", "sms"]],
  ["nothing", null, ["in_app.banner", "in_app.tooltip", "email", "sms"]],
] as const)("a person who prefers %s", (_words, preferred, messages) => {
  expect(ladderOf(row, aPerson({ preferred })).messages).toEqual(messages);
});

test("a preference changes the order alone: a channel that is tried twice is tried twice", () => {
  const twice = aPattern({ channels: ["email", "sms", "email"] });

  expect(ladderOf(twice, aPerson({ preferred: "email" })).messages).toEqual(["email", "sms", "email"]);
  expect(ladderOf(twice, aPerson({ preferred: "sms" })).messages).toEqual(["sms", "email", "email"]);
});

test("in watch everything in-app is allowed, and what the pattern lists", () => {
  expect(watchChannels(aPattern({ watch: ["email"] }), aUnit())).toEqual(["in_app", "email"]);
});

test.each([
  ["enterprise", ["in_app", "human.csm"]],
  ["Enterprise", ["in_app", "human.csm"]],
  ["mid_market", ["in_app"]],
  [null, ["in_app"]],
])("in watch a customer success manager is asked for segment %s: %j", (segment, allowed) => {
  const unit = aUnit({ account: anAccount({ segment }) });

  expect(watchChannels(aPattern({ watch: ["csm"] }), unit)).toEqual(allowed);
});
