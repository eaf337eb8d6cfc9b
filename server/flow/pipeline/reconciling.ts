import type { UnitControl } from "../../core/control.ts";
import type { Engine } from "../../core/unit-upgrades.ts";
import type { Outbox } from "../../store/contract.ts";
import { reconcileOf } from "./served-to.ts";
import type { UnitName, Units } from "./units.ts";

/** Units that are told at once: they share a commit. */
const TOGETHER = 256;

export interface ReconcilingDeps {
  readonly store: Pick<Outbox, "served">;
  readonly units: Units;
  readonly engine: Engine;
  /** Takes the control as an input of the unit, and resolves when it is on disk. */
  readonly control: (name: UnitName, control: UnitControl) => Promise<unknown>;
}

/**
 * After an upgrade, and before anything else is taken: tells the units whose newest inputs were judged again what the
 * engine of before had done about them. A start that is cut short in the middle goes on with those that were not told.
 */
export async function reconcileAll({ store, units, engine, control }: ReconcilingDeps): Promise<void> {
  const owed = units.owed;
  for (let first = 0; first < owed.length; first += TOGETHER) {
    const group = owed.slice(first, first + TOGETHER);
    await units.load(group);
    await Promise.all(
      group.map(async (name) => {
        const unit = units.get(name.tenant, name.unit);
        if (unit === undefined) throw new TypeError("a unit that was just loaded is not there");
        await control(name, await reconcileOf(unit, store, engine));
        units.told(name);
      }),
    );
  }
}
