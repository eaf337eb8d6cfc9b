import { FOREVER } from "../core/time.ts";
import { type Action, AGENTS } from "./contract.ts";
import { moment } from "./params.ts";
import { checkEnd } from "./person.ts";
import { changePerson, onePerson, type PersonChanged, personSubject } from "./preferences.ts";

const params = onePerson.extend({
  /** Without it, until somebody resumes. */
  until: moment.nullish(),
});

/** Nothing is sent to the person until then. */
export const pausePerson: Action<typeof params, PersonChanged> = {
  name: "pause-person",
  summary: "Hold all messages to a person, until a time or until somebody resumes",
  params,
  roles: AGENTS,
  revised: true,
  audits: ["person.pause"],
  undo: "preference",
  subject: personSubject,
  async run(context, { until = null }, act) {
    if (until !== null) checkEnd(until, act.now);
    const end = until ?? FOREVER;
    return changePerson(context, act, ({ pausedUntil }) => ({
      change: { kind: "pause", until: end },
      undo: { kind: "pause", until: pausedUntil },
      detail: { until: end },
    }));
  },
};
