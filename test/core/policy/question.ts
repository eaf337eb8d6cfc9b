import type { ClaimFacts } from "../../../server/core/control.ts";
import type { Question } from "../../../server/core/policy/contract.ts";
import { aMatch, aPattern, aPursuit, aTenant, aUnit, NOON } from "../../builders.ts";

/** A question that is answered with "send by in-app notification to u1": a test says only what differs. */
export function aQuestion(changes: Partial<Question> = {}): Question {
  return {
    now: NOON,
    tenant: aTenant(),
    unit: aUnit(),
    match: aMatch(),
    pattern: aPattern(),
    resolved: false,
    pursuit: aPursuit(),
    step: 0,
    score: 75,
    approved: false,
    ...changes,
  };
}

/** What the store says when nothing stands in the way. */
export function someFacts(changes: Partial<ClaimFacts> = {}): ClaimFacts {
  return {
    switchedOff: false,
    stopped: false,
    consent: { email: true, sms: true, phone: true, push: true },
    channelsOff: [],
    elsewhere: [],
    ...changes,
  };
}
