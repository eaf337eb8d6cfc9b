/** What the customer answers to a message. */
import type { ControlOf } from "../control.ts";
import type { Tracked } from "../unit.ts";
import { helped } from "./attempts.ts";
import { endPursuit, withdraw } from "./decisions.ts";
import { pursueHuman } from "./humans.ts";
import { correctOutcome } from "./outcomes.ts";
import { emitPerson, personOf } from "./profile.ts";
import type { Turn } from "./turn.ts";

export function takeFeedback(turn: Turn, control: ControlOf<"feedback">): void {
  const tracked = turn.unit.tracked.get(control.match);
  turn.effects.push({
    kind: "feedback",
    row: {
      id: turn.hash("feedback", control.match, control.delivery ?? "", control.person, turn.now),
      tenant: turn.unit.tenant,
      match: control.match,
      delivery: control.delivery,
      person: control.person,
      at: turn.now,
      answer: control.answer,
      stars: control.stars,
    },
  });
  if (tracked === undefined || control.answer === null) return;
  if (control.answer === "yes") helped(turn, control.match, "yes");
  if (control.answer === "no") notHelped(turn, tracked);
  if (control.answer === "not_mine") disown(turn, tracked, control.person);
  if (control.answer === "someone_else") {
    withdraw(turn, tracked, "resolved");
    endPursuit(turn, tracked, "resolved");
  }
}

/** A click may have looked like help; what they say counts. */
function notHelped(turn: Turn, tracked: Tracked): void {
  tracked.helped = null;
  pursueHuman(turn, tracked);
  correctOutcome(turn, tracked);
}

/** "I do not have this problem": no more of this family for 30 days, and the match counts for nothing. */
function disown(turn: Turn, tracked: Tracked, personId: string): void {
  const person = personOf(turn, personId);
  person.muted = { ...person.muted, [tracked.match.family]: turn.now + turn.tenant.settings.muteFor };
  emitPerson(turn, person);
  silence(turn, tracked, "not_mine", "muted");
}

/** The match counts for nothing any more, and nothing more is done about it. */
export function silence(
  turn: Turn,
  tracked: Tracked,
  why: "false_alarm" | "not_mine",
  reason: "muted" | "resolved",
): void {
  tracked.silenced = why;
  turn.scoresTouched = true;
  withdraw(turn, tracked, reason);
  endPursuit(turn, tracked, reason);
  correctOutcome(turn, tracked);
}
