import { z } from "zod";
import { type Action, ADMINS } from "./contract.ts";
import { notFound } from "./refusal.ts";
import { pairingsOf, ZENDESK_APP } from "./zendesk.ts";

const params = z.strictObject({ installation: z.string().min(1).max(20) });

/** Cuts an account off: its pages show nothing more, sessions that are open end within seconds. */
export const unpairZendesk: Action<typeof params, { readonly removed: true }> = {
  name: "unpair-zendesk",
  summary: "Cut a Zendesk account off",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["zendesk.unpair"],
  undo: null,
  subject: ({ installation }) => `source/${ZENDESK_APP}/${installation}`,
  async run(context, { installation }, act) {
    const { tenant } = act;
    const found = (await pairingsOf(context, tenant)).find((each) => each.installation === installation);
    if (found === undefined) {
      throw notFound(
        `${tenant} has no installation ${installation}; \`forestall zendesk list --tenant ${tenant}\` shows them.`,
      );
    }
    const row = { tenant, system: ZENDESK_APP, id: installation };
    await act.note({ detail: { host: found.host } }, [{ kind: "source_removed", row }]);
    await context.changed?.("sources");
    return { removed: true };
  },
};
