import type { ControlOf } from "../../core/control.ts";
import type { Unit } from "../../core/unit.ts";
import type { Engine } from "../../core/unit-upgrades.ts";
import type { Outbox } from "../../store/contract.ts";

/** What the tables have of a unit that was judged again. */
export async function reconcileOf(
  unit: Unit,
  store: Pick<Outbox, "served">,
  { version }: Engine,
): Promise<ControlOf<"reconcile">> {
  const { tenant, id, persons, tracked, deliveries } = unit;
  const known = {
    persons: [...persons.keys()],
    matches: [...tracked.keys()],
    deliveries: [...deliveries.keys()],
  };
  return { kind: "reconcile", engine: version, served: await store.served(tenant, id, known) };
}
