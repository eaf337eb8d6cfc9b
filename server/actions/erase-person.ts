import { randomId } from "../lib/ids.ts";
import { type Action, OPERATORS } from "./contract.ts";
import { eraseControl, forget } from "./erasing.ts";
import { personIn } from "./person.ts";
import { onePerson, personSubject } from "./preferences.ts";

/**
 * Erases a person from the store and from memory. What is left of them in counts and matches stands under a name that
 * leads to nobody, and a keyed hash keeps later events from reviving them.
 */
export const erasePerson: Action<typeof onePerson, { readonly rows: number; readonly units: number }> = {
  name: "erase-person",
  summary: "Erase a person for good",
  params: onePerson,
  roles: OPERATORS,
  revised: false,
  audits: ["person.erase"],
  undo: null,
  subject: personSubject,
  async run(context, _params, act) {
    const { tenant } = act;
    const erasure = { tenant, person: personIn(act), pseudonym: `erased-${randomId()}` };
    const { person, pseudonym } = erasure;
    await context.store.beginErasure(tenant, person, pseudonym);
    // Loads the person's units too, so that their state is at hand when the store has forgotten it.
    const deed = { subject: `person/${pseudonym}`, forgets: true } as const;
    await act.control({ person }, eraseControl(erasure), deed);
    return forget(context, erasure);
  },
};
