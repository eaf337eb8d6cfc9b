import { type Action, ADMINS } from "./contract.ts";
import {
  connectable,
  existing,
  fields,
  keep,
  oneSource,
  type SourceView,
  settingsOf,
  sourceSubject,
  sourceView,
} from "./sources.ts";

const params = oneSource.extend({ settings: fields });

/** Changes settings of a source; those that are not named stay. */
export const changeSource: Action<typeof params, SourceView> = {
  name: "change-source",
  summary: "Change settings of a source",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["source.change"],
  undo: null,
  subject: sourceSubject,
  async run(context, wanted, act) {
    const before = await existing(context, act.tenant, wanted);
    const merged = { ...before.settings, ...wanted.settings };
    const row = { ...before, settings: settingsOf(connectable(context, wanted.system), merged) };
    await keep(context, act, row, "source.change");
    return sourceView(context, row);
  },
};
