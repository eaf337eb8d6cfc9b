import { z } from "zod";
import type { PreferenceChange } from "../core/control.ts";
import type { PersonState } from "../core/unit.ts";
import type { Act, ActionContext } from "./contract.ts";
import { idOf, personIn, personOf, who } from "./person.ts";
import { personRevision } from "./revisions.ts";

export const onePerson = z.strictObject({ who });

export interface PersonChanged {
  readonly person: string;
  /** As it is afterwards. */
  readonly state: PersonState;
}

export const personSubject = async (
  { who: named }: z.output<typeof onePerson>,
  context: ActionContext,
  tenant: string,
): Promise<string> => `person/${await idOf(context, tenant, named)}`;

interface Plan {
  readonly change: PreferenceChange;
  readonly undo: PreferenceChange | null;
  readonly detail?: { readonly [name: string]: unknown };
}

/** What colleagues change of what may be sent to one person. */
export async function changePerson(
  context: ActionContext,
  act: Act,
  planFor: (person: PersonState) => Plan,
): Promise<PersonChanged> {
  const person = personIn(act);
  const { state, units } = await personOf(context, act.tenant, person);
  await act.expect(personRevision(state));
  const { change, undo, detail } = planFor(state);
  const { actor, reason } = act.by;
  const control = (wanted: PreferenceChange) =>
    ({ kind: "preference", person, change: wanted, actor, reason }) as const;
  await act.control({ person }, control(change), {
    // Where the log is read from when the act is to be taken back: whether the person said stop since.
    detail: { ...detail, unit: units[0]?.id ?? `person/${person}`, afterSeq: units[0]?.seq ?? 0 },
    undo: undo === null ? null : control(undo),
  });
  return { person, state: (await personOf(context, act.tenant, person)).state };
}
