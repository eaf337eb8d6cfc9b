import type { Alert } from "../core/delivery.ts";
import { newPerson, TENANT_UNIT } from "../core/new-unit.ts";
import type { Unit } from "../core/unit.ts";
import { decodeUnit, encodeUnit, renamePerson } from "../core/unit-codec.ts";
import type { Privacy } from "../store/contract.ts";
import type { ActionContext } from "./contract.ts";

/* What an erasure takes: first the log hears of it, then the store forgets, then memory. */

type ErasureDeps = Pick<ActionContext, "pipeline" | "now"> & {
  readonly store: Pick<Privacy, "unfinishedErasures" | "erasePerson">;
};

export interface Erasure {
  readonly tenant: string;
  readonly person: string;
  readonly pseudonym: string;
}

export const eraseControl = ({ person, pseudonym }: Erasure) =>
  ({ kind: "erase", person, pseudonym }) as const;

/** Brings erasures to their end over which a process was killed. */
export async function finishErasures(deps: ErasureDeps): Promise<void> {
  for (const erasure of await deps.store.unfinishedErasures()) {
    // Loads the person's units too, so that their state is at hand when the store has forgotten it.
    await deps.pipeline.control(erasure.tenant, { person: erasure.person }, eraseControl(erasure));
    await forget(deps, erasure);
  }
}

/** After the log has heard of the erasure: the store, then every unit that mentions the person. */
export async function forget(
  { store, pipeline, now }: ErasureDeps,
  { tenant, person, pseudonym }: Erasure,
): Promise<{ rows: number; units: number }> {
  await pipeline.checkpoint();
  const { rows } = await store.erasePerson(tenant, person, now(), pseudonym);
  const units = [...pipeline.units.values()].filter(
    (unit) => unit.tenant === tenant && mentions(unit, person),
  );
  for (const { id } of units) {
    await pipeline.rewrite(tenant, id, (state) => withoutPerson(state, person, pseudonym));
    // The unit of a person alone has a new name; under the old one nothing may be saved again.
    if (id === `person/${person}`) pipeline.units.drop([{ tenant, unit: id }]);
  }
  return { rows, units: units.length };
}

/** Whether a unit's state has anything of the person. */
export function mentions(
  { id, persons, account, tracked, deliveries, alerts }: Unit,
  person: string,
): boolean {
  if (id === TENANT_UNIT || id === `person/${person}` || persons.has(person)) return true;
  if (Object.values(account?.contacts ?? {}).some((ids) => ids.includes(person))) return true;
  return (
    [...tracked.values()].some(({ match }) => match.person === person) ||
    [...deliveries.values()].some((row) => row.person === person) ||
    [...alerts.values()].some((row) => row.person === person)
  );
}

/** The unit's state with a stranger in the person's place, of whom nothing is known but that they stopped, if they did. */
export function withoutPerson(state: Unit, person: string, pseudonym: string): Unit {
  const unit = decodeUnit(renamePerson(encodeUnit(state), person, pseudonym));
  const known = unit.persons.get(pseudonym);
  if (known !== undefined) {
    unit.persons.set(pseudonym, { ...newPerson(pseudonym), stoppedAt: known.stoppedAt });
  }
  for (const alert of unit.alerts.values()) {
    if (alert.person === pseudonym) unit.alerts.set(alert.id, withoutName(alert, person, pseudonym));
  }
  return unit;
}

/** The title of an alert ends with whom it is about. */
function withoutName(alert: Alert, person: string, pseudonym: string): Alert {
  const { title } = alert;
  if (!title.endsWith(`: ${person}`)) return alert;
  return { ...alert, title: title.slice(0, -person.length) + pseudonym };
}
