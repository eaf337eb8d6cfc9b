import { z } from "zod";
import type { Incident } from "../core/tenant.ts";
import { TENANT_UNIT } from "../core/unit-name.ts";
import { type Action, type ActionContext, OPS } from "./contract.ts";
import { madeIn } from "./incidents.ts";
import { idText } from "./params.ts";
import { invalid, makesNoSense } from "./refusal.ts";
import { tenantOf } from "./tenant.ts";

const KINDS = ["all", "pattern", "component", "account"] as const;
const scope = z.strictObject({
  kind: z
    .enum(KINDS, "must be all, pattern, component or account")
    .describe("Everything, or one pattern, component or account"),
  name: idText.optional().describe("Which one: its id or name; of no meaning with `all`"),
});
const params = z.strictObject({ scope: scope.describe("Whose matches are held") });

export const declareIncident: Action<typeof params, Incident> = {
  name: "declare-incident",
  summary: "Declare an incident: its matches are held, ops are told, a broadcast waits for approval",
  params,
  roles: OPS,
  revised: false,
  audits: ["incident.declare"],
  undo: null,
  subject: () => "incidents",
  async run(context, given, act) {
    const wanted = await scopeOf(context, act.tenant, given.scope);
    const { incidents } = tenantOf(context, act.tenant);
    const same = (each: Incident) => JSON.stringify(each.scope) === JSON.stringify(wanted);
    if (incidents.some((each) => each.endedAt === null && same(each))) {
      throw await act.tooLate("Such an incident is running already.");
    }
    const { actor, reason } = act.by;
    const control = { kind: "declare", scope: wanted, running: true, actor, reason } as const;
    return madeIn(await act.control({ unit: TENANT_UNIT }, control, { detail: { scope: wanted } }), null);
  },
};

async function scopeOf(
  context: ActionContext,
  tenant: string,
  { kind, name }: z.output<typeof scope>,
): Promise<Incident["scope"]> {
  if (kind === "all") return { kind };
  if (name === undefined) throw invalid("scope.name: say which one.");
  if (kind === "pattern" && tenantOf(context, tenant).library.byId(name) === undefined) {
    throw makesNoSense(`There is no pattern ${name}.`);
  }
  if (kind === "account" && (await context.store.account(tenant, name)) === null) {
    throw makesNoSense("There is no account with this id.");
  }
  return { kind, name };
}
