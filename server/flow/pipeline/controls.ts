import type { UnitControl } from "../../core/control.ts";
import type { Effect } from "../../core/effect.ts";
import { personAlone } from "../../core/unit-name.ts";
import type { Target } from "../contract.ts";
import type { Draft } from "./batch.ts";
import type { Directory } from "./directory.ts";
import type { Inputs } from "./inputs.ts";

/** A control as it concerns one unit. */
export interface Addressed {
  readonly unit: string;
  readonly control: UnitControl;
}

/**
 * Which units a control concerns: the one it names, or all that the person is in, the default one first. None where
 * the unit is that of somebody who was erased.
 */
export async function addressed(
  directory: Directory,
  tenant: string,
  target: Target,
  control: UnitControl,
): Promise<readonly Addressed[]> {
  if ("unit" in target) {
    // What a provider answers when its person has been erased meanwhile would make a unit of that name again.
    const person = personAlone(target.unit);
    if (person !== null && (await directory.isErasedNow(tenant, person))) return [];
    return [{ unit: target.unit, control }];
  }
  const person = await directory.nameNow(tenant, target.person);
  const units = await directory.unitsOf(tenant, person);
  const renamed = "person" in control && control.person === target.person ? { ...control, person } : control;
  return (units.length === 0 ? [`person/${person}`] : units).map((unit) => ({
    unit,
    control: renamed as UnitControl,
  }));
}

/** Takes a control in each of its units, which are in memory, and what follows from it elsewhere. */
export async function takeControls(
  inputs: Inputs,
  tenant: string,
  controls: readonly Addressed[],
  draft: Draft,
): Promise<readonly Effect[]> {
  const all: Effect[] = [];
  for (const { unit, control } of controls) {
    const effects = inputs.apply(tenant, unit, inputs.clock, { control }, draft);
    if (control.kind === "unlink")
      draft.unlinked.push({ tenant, person: control.person, names: control.names });
    if (control.kind === "tally") draft.tallied.push({ tenant, counts: control.counts });
    await inputs.follow(tenant, unit, inputs.clock, effects, draft);
    all.push(...effects);
  }
  return all;
}
