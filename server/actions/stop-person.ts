import { type Action, AGENTS } from "./contract.ts";
import { changePerson, onePerson, type PersonChanged, personSubject } from "./preferences.ts";

export const stopPerson: Action<typeof onePerson, PersonChanged> = {
  name: "stop-person",
  summary: "Stop all proactive messages to a person on every channel, as they asked",
  params: onePerson,
  roles: AGENTS,
  revised: true,
  audits: ["person.stop"],
  undo: "preference",
  subject: personSubject,
  run: (context, _params, act) =>
    changePerson(context, act, ({ stoppedAt }) => ({
      change: { kind: "stop" },
      // Who had stopped before stays stopped, whatever is taken back.
      undo: stoppedAt === null ? { kind: "resume" } : null,
    })),
};
