import { z } from "zod";
import type { UnitControl } from "../core/control.ts";
import type { Alert } from "../core/delivery.ts";
import { TENANT_UNIT } from "../core/unit-name.ts";
import type { Act, ActionContext } from "./contract.ts";
import { idText } from "./params.ts";
import { notFound } from "./refusal.ts";

export const oneAlert = z.strictObject({ alert: idText });
export const alertSubject = ({ alert }: { readonly alert: string }) => `alert/${alert}`;

type AlertControl = Extract<UnitControl, { kind: "alert" }>;
type Change = Pick<AlertControl, "action"> & { readonly assignee?: string; readonly until?: number };

/** Taking care of an alert. Two people cannot both do it: the second hears who was first. */
export async function changeAlert(
  { store }: ActionContext,
  act: Act,
  id: string,
  change: Change,
): Promise<Alert> {
  const alert = await store.alert(act.tenant, id);
  if (alert === null) throw notFound("There is no alert with this id.");
  await act.expect(String(alert.revision));
  if (alert.state === "resolved") throw await act.tooLate("This alert is resolved already.");
  const { actor, reason } = act.by;
  const by = { kind: "alert", alert: id, actor, reason } as const;
  const { state, assignee, snoozedUntil, revision } = alert;
  const effects = await act.control(
    { unit: alert.unit ?? TENANT_UNIT },
    { ...by, ...change, expect: revision },
    {
      detail: { kind: alert.kind },
      // As it was before, with whom it belonged to then.
      undo: { ...by, action: "restore", before: { state, assignee, snoozedUntil } },
    },
  );
  const made = effects.find((effect) => effect.kind === "alert" && effect.row.id === id);
  if (made?.kind !== "alert") throw await act.tooLate("The alert has changed.");
  return made.row;
}
