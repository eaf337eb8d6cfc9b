import { type Action, AGENTS } from "./contract.ts";
import { changePerson, onePerson, type PersonChanged, personSubject } from "./preferences.ts";
import { conflict } from "./refusal.ts";

/** Ends a pause. A stop is the person's own word: nobody else lifts it, and nobody is told that messages go again. */
export const resumePerson: Action<typeof onePerson, PersonChanged> = {
  name: "resume-person",
  summary: "End a pause; a stop by the customer stays",
  params: onePerson,
  roles: AGENTS,
  revised: true,
  audits: ["person.resume"],
  undo: "preference",
  subject: personSubject,
  run: (context, _params, act) =>
    changePerson(context, act, ({ pausedUntil, stoppedAt }) => {
      if (stoppedAt !== null) {
        throw conflict(
          "All messages to this person are stopped, and only they can start them again. " +
            "Where a colleague stopped them, that can be taken back for seven days.",
        );
      }
      return { change: { kind: "pause", until: null }, undo: { kind: "pause", until: pausedUntil } };
    }),
};
