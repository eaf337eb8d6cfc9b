import { z } from "zod";
import type { UnitControl } from "../core/control.ts";
import type { Effect } from "../core/effect.ts";
import type { Incident } from "../core/tenant.ts";
import { TENANT_UNIT } from "../core/unit-name.ts";
import type { Act, ActionContext, Deed } from "./contract.ts";
import { idText } from "./params.ts";
import { conflict, notFound } from "./refusal.ts";
import { incidentRevision } from "./revisions.ts";
import { tenantOf } from "./tenant.ts";

export const oneIncident = z.strictObject({ incident: idText });
export const incidentSubject = ({ incident }: { readonly incident: string }) => `incident/${incident}`;

/** @param controlFor what brings the change about, or why it cannot be */
export async function changeIncident(
  context: ActionContext,
  act: Act,
  id: string,
  deed: Deed,
  controlFor: (incident: Incident) => UnitControl | string,
): Promise<Incident> {
  const incident = tenantOf(context, act.tenant).incidents.find((each) => each.id === id);
  if (incident === undefined) throw notFound("No incident of the last three days has this id.");
  const control = incident.endedAt === null ? controlFor(incident) : "It is over already.";
  if (typeof control === "string") throw await act.tooLate(control);
  await act.expect(incidentRevision(incident));
  const effects = await act.control({ unit: TENANT_UNIT }, control, {
    ...deed,
    detail: { scope: incident.scope },
  });
  return madeIn(effects, incident);
}

/** The incident as the reducer made it. */
export function madeIn(effects: readonly Effect[], before: Incident | null): Incident {
  const made = effects.flatMap((effect) =>
    effect.kind === "tenant" && effect.control.kind === "incident" ? [effect.control.incident] : [],
  );
  const incident = made.find(({ id }) => before === null || id === before.id) ?? before;
  if (incident === null) throw conflict("Such an incident is running already.");
  return incident;
}
