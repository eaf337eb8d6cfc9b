import type { Alert } from "../core/delivery.ts";
import { newPerson, TENANT_UNIT } from "../core/new-unit.ts";
import type { Unit } from "../core/unit.ts";
import { decodeUnit, encodeUnit, renamePerson } from "../core/unit-codec.ts";
import type { Along } from "../flow/contract.ts";
import { randomId } from "../lib/ids.ts";
import { audit, auditOf } from "./audit.ts";
import type { By, LongWork, Who } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";
import { personOf } from "./persons.ts";
import { writeRows } from "./rows-file.ts";

/** Everything that is kept about a person, one `{table, row}` a line, readable: moments are ISO 8601. */
export async function exportPerson(
  deps: AdminDeps,
  tenant: string,
  who: Who,
  file: string,
  by: By,
): Promise<{ rows: number }> {
  const person = await personOf(deps, tenant, who);
  await audit(deps, tenant, by, { action: "person.export", subject: `person/${person}` });
  const tables = await deps.store.exportPerson(tenant, person);
  async function* rows() {
    for (const [table, each] of Object.entries(tables)) for (const row of each) yield { table, row };
  }
  return { rows: await writeRows(file, rows()) };
}

export async function exportTenant(
  deps: AdminDeps,
  tenant: string,
  file: string,
  by: By,
  work: LongWork = {},
): Promise<{ rows: number }> {
  tenantOf(deps, tenant);
  await audit(deps, tenant, by, { action: "tenant.export", subject: "tenant" });
  return { rows: await writeRows(file, deps.store.exportTenant(tenant), work) };
}

/**
 * Erases a person from the store and from memory. What is left of them in counts and matches stands under a name that
 * leads to nobody, and a keyed hash keeps later events from reviving them.
 */
export async function erasePerson(
  deps: AdminDeps,
  tenant: string,
  who: Who,
  by: By,
): Promise<{ rows: number; units: number }> {
  const person = await personOf(deps, tenant, who);
  const pseudonym = `erased-${randomId()}`;
  await deps.store.beginErasure(tenant, person, pseudonym);
  const deed = { action: "person.erase", subject: `person/${pseudonym}` };
  return removePerson(deps, { tenant, person, pseudonym }, { audit: auditOf(deps, tenant, by, deed) });
}

type ErasureDeps = Pick<AdminDeps, "store" | "pipeline" | "now">;

/** Brings erasures to their end over which a process was killed. */
export async function finishErasures(deps: ErasureDeps): Promise<void> {
  for (const erasure of await deps.store.unfinishedErasures()) await removePerson(deps, erasure, {});
}

async function removePerson(
  deps: ErasureDeps,
  { tenant, person, pseudonym }: { tenant: string; person: string; pseudonym: string },
  along: Along,
): Promise<{ rows: number; units: number }> {
  const { store, pipeline } = deps;
  // Loads the person's units too, so that their state is at hand when the store has forgotten it.
  await pipeline.control(tenant, { person }, { kind: "erase", person, pseudonym }, along);
  await pipeline.checkpoint();
  const { rows } = await store.erasePerson(tenant, person, deps.now(), pseudonym);
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
