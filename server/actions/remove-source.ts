import { type Action, ADMINS } from "./contract.ts";
import { existing, oneSource, sourceSubject } from "./sources.ts";

/** What the system sends is refused from then on; what it sent stays. */
export const removeSource: Action<typeof oneSource, { readonly removed: true }> = {
  name: "remove-source",
  summary: "Disconnect a system",
  params: oneSource,
  roles: ADMINS,
  revised: false,
  audits: ["source.remove"],
  undo: null,
  subject: sourceSubject,
  async run(context, wanted, act) {
    const { system, id } = await existing(context, act.tenant, wanted);
    const { tenant } = act;
    await act.note({}, [{ kind: "source_removed", row: { tenant, system, id } }]);
    await context.changed?.("sources");
    return { removed: true };
  },
};
