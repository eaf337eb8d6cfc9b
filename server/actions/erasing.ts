import type { Alert } from "../core/delivery.ts";
import { newPerson } from "../core/new-unit.ts";
import type { Unit } from "../core/unit.ts";
import { decodeUnit, encodeUnit, renamePerson } from "../core/unit-codec.ts";
import { TENANT_UNIT } from "../core/unit-name.ts";
import { THIS_ENGINE } from "../core/unit-upgrades.ts";
import { type Privacy, RecordRefused, type UnitSnapshot } from "../store/contract.ts";
import type { ActionContext } from "./contract.ts";

/* What an erasure takes: first the log hears of it, then memory and the store forget. */

type ErasureDeps = Pick<ActionContext, "pipeline" | "now"> & {
  readonly store: Pick<Privacy, "unfinishedErasures" | "erasePerson" | "endErasure">;
};

const fromBytes = new TextDecoder();
const toBytes = new TextEncoder();

export interface Erasure {
  readonly tenant: string;
  readonly person: string;
  readonly pseudonym: string;
}

export const eraseControl = ({ person, pseudonym }: Erasure) =>
  ({ kind: "erase", person, pseudonym }) as const;

/**
 * Brings erasures to their end over which a process was killed.
 * @throws RecordRefused the first, when all others are done: a person of whom something cannot be read keeps nobody waiting
 */
export async function finishErasures(deps: ErasureDeps): Promise<void> {
  const refused: RecordRefused[] = [];
  for (const erasure of await deps.store.unfinishedErasures()) {
    try {
      // Loads the person's units too, so that their state is at hand when the store has forgotten it.
      await deps.pipeline.control(erasure.tenant, { person: erasure.person }, eraseControl(erasure));
      await forget(deps, erasure);
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
      refused.push(error);
    }
  }
  if (refused[0] !== undefined) throw refused[0];
}

/**
 * After the log has heard of the erasure: memory, then the store, twice.
 *
 * Memory first, so that what it judges from then on names nobody. But a timer that rang just before may be written with
 * the name after the store has been looked through, and a unit that slept may have been read from the disk with it:
 * the second time finds those, and by then nothing is left that could write the name again. The store exchanges the
 * saved states itself, in the transaction that forgets the person. They may be all that is left of a colleague's stop
 * or consent, and this process may be killed at any moment.
 */
export async function forget(
  { store, pipeline, now }: ErasureDeps,
  { tenant, person, pseudonym }: Erasure,
): Promise<{ rows: number; units: number }> {
  const withoutThem = (snapshot: UnitSnapshot) => snapshotWithout(snapshot, person, pseudonym);
  const alone = `person/${person}`;
  const rewritten = new Set<string>();
  const rewrite = async (id: string) => {
    await pipeline.rewrite(tenant, id, (state) => withoutPerson(state, person, pseudonym));
    rewritten.add(id);
  };
  let changed = 0;
  for (let round = 0; round < 2; round++) {
    for (const id of mentioning(pipeline.units.values(), tenant, person)) if (id !== alone) await rewrite(id);
    await pipeline.checkpoint();
    const { rows } = await store.erasePerson(tenant, person, now(), { pseudonym, withoutThem });
    changed += rows;
    // Only now has the unit of a person alone its new name in the store; under the old one nothing may be saved again.
    if (mentioning(pipeline.units.values(), tenant, person).includes(alone)) {
      await rewrite(alone);
      pipeline.units.drop([{ tenant, unit: alone }]);
    }
  }
  await store.endErasure(tenant, person);
  return { rows: changed, units: rewritten.size };
}

function mentioning(units: Iterable<Unit>, tenant: string, person: string): readonly string[] {
  return [...units].filter((unit) => unit.tenant === tenant && mentions(unit, person)).map(({ id }) => id);
}

function snapshotWithout(snapshot: UnitSnapshot, person: string, pseudonym: string): UnitSnapshot {
  const state = decodeUnit(fromBytes.decode(snapshot.state), Number(snapshot.engine));
  const left = toBytes.encode(encodeUnit(withoutPerson(state, person, pseudonym)));
  return { ...snapshot, engine: String(THIS_ENGINE.version), state: left };
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
