import { type GuardReason, REASONS, type Reason } from "../core/decision.ts";
import { scoredFor } from "../core/engine/scores.ts";
import { type Match, scoredUnder } from "../core/match.ts";
import { newPursuit } from "../core/new-unit.ts";
import type { Pattern } from "../core/pattern.ts";
import type { Question } from "../core/policy/contract.ts";
import { askFor } from "../core/policy/guard.ts";
import { GUARDS } from "../core/policy/guards.ts";
import { scoreOf } from "../core/score.ts";
import type { ManualQuestion } from "./by-hand.ts";

/** What a guard means for somebody who wants to send by hand. */
const MEANING: Readonly<Record<GuardReason, string>> = {
  switched_off: "The tenant, this pattern or this channel is switched off.",
  retracted: "The match was undone by a late event.",
  resolved: "The trouble is over already.",
  below: "The risk is low at this moment.",
  opted_out: "This person has stopped messages, or this channel is off for them.",
  no_consent: "This person has not agreed to this channel.",
  unreachable: "No working address of this person is known for this channel.",
  not_ready: "The template or a link it needs is missing.",
  muted: "This person said that they do not have this problem.",
  snoozed: "This person has asked for quiet until then.",
  paused: "Somebody of yours has paused messages to this person.",
  duplicate: "This person got a message about this within the last day.",
  incident: "An incident is running; its messages are held.",
  cooldown: "This person has a recent or open ticket.",
  holdout: "This account is in the control group; a message spoils the measurement.",
  review: "A message of this pattern is looked at by a person first.",
  cap: "This person has had as many messages as one gets in a day.",
  gap: "This person got a message a short while ago.",
  quiet: "It is night where this person is.",
  stale: "The match was held for too long.",
};

/** No reason of an agent's lifts these: the person's own word, the law, the kill switch, and the impossible. */
const NEVER: readonly GuardReason[] = ["switched_off", "opted_out", "no_consent", "unreachable", "not_ready"];

/** What keeps messages from this person as such, not from one message. */
export const ABOUT_PERSON: readonly GuardReason[] = [
  "switched_off",
  "opted_out",
  "snoozed",
  "paused",
  "incident",
  "cooldown",
  "holdout",
  "cap",
  "gap",
  "quiet",
];

/** Without a match, these are what is left to ask: the others are about the trouble. */
const WITHOUT_MATCH: readonly GuardReason[] = [...ABOUT_PERSON, "no_consent", "unreachable", "not_ready"];

/** A guard that stands in the way of a message by hand. */
export interface StandingGuard {
  readonly reason: GuardReason;
  readonly kind: "hold" | "stop";
  /** ISO 8601. */
  readonly until: string | null;
  readonly detail: string;
  readonly overridable: boolean;
}

/**
 * Every guard of the policy that would hold or stop this message now, in the order of the table: the same functions
 * that judge our own messages, all of them asked instead of the first that applies.
 */
export function guardsFor(manual: ManualQuestion): StandingGuard[] {
  const asked = askFor(questionFor(manual), manual.person);
  const found = new Map<GuardReason, StandingGuard>();
  for (const guard of GUARDS) {
    const refusal = guard.per === "whole" ? guard.check(asked) : guard.check(asked, manual.channel);
    const reason = refusal === null ? null : guardReason(refusal.reason);
    if (refusal === null || reason === null || found.has(reason)) continue;
    if (manual.tracked === null && !WITHOUT_MATCH.includes(reason)) continue;
    found.set(reason, {
      reason,
      kind: refusal.kind,
      until: refusal.until === null ? null : new Date(refusal.until).toISOString(),
      detail: MEANING[reason],
      overridable: !NEVER.includes(reason),
    });
  }
  return [...found.values()];
}

function guardReason(reason: Reason): GuardReason | null {
  return (REASONS as readonly string[]).includes(reason) ? (reason as GuardReason) : null;
}

function questionFor(manual: ManualQuestion): Question {
  const { tenant, unit, person, channel, template, tracked, now } = manual;
  const match = tracked?.match ?? noMatch(manual);
  const items = tracked === null ? [] : scoredFor(unit, scoredUnder(match), (id) => tenant.library.byId(id));
  return {
    now,
    tenant,
    unit,
    match,
    // What has to be in place is the template that is asked for, not the pattern's own.
    pattern: { ...(manual.pattern ?? NO_PATTERN), message: template },
    resolved: tracked !== null && (tracked.silenced !== null || tracked.helped !== null),
    pursuit: tracked?.pursuit ?? newPursuit(now),
    step: 0,
    score: scoreOf(items, now).score,
    only: channel,
    person: person.id,
    approved: false,
  };
}

function noMatch({ tenant, unit, person, now }: ManualQuestion): Match {
  return {
    ...{ id: "", tenant: tenant.id, unit: unit.id, pattern: "", version: "", family: "" },
    ...{ key: `person/${person.id}`, episode: 0, account: unit.account?.id ?? null, person: person.id },
    ...{ state: "open", firstAt: now, firedAt: now, noticedAt: now, lastSeen: now },
    ...{ closedAt: null, closedBy: null, count: 0, events: [], data: {} },
    ...{ experimental: false, simulated: false, incident: null },
  };
}

/** Stands where a message is about nothing that was seen. */
const NO_PATTERN: Pattern = {
  ...{ id: "", name: "", version: "", family: "", issue: "onboarding", per: ["person"], segments: {} },
  ...{ when: { kind: "once", of: [], where: {} }, quiet: 0, risk: 0, confidence: 1, halfLife: 1, watch: [] },
  ...{ recipient: "actor", timing: "short", urgent: false, sensitive: false, anonymous: false },
  ...{ alertOnly: false, logOnly: false, refractory: 0, tags: [], window: 0, typicalTicket: "", message: "" },
  ...{ history: { correlation: 0, prevention: 0, leadTime: 0 }, categories: [], owner: { role: "" } },
  ...{ firstAction: "", playbook: "", playbookText: "", status: "active" },
};
