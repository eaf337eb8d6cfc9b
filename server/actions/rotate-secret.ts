import { z } from "zod";
import { randomToken } from "../lib/ids.ts";
import { type Action, ADMINS } from "./contract.ts";
import { invalid } from "./refusal.ts";
import {
  type ConnectedSource,
  checked,
  connectable,
  connected,
  existing,
  giveTheSecret,
  isTheirs,
  keep,
  MOST_SECRETS,
  oneSource,
  sourceSubject,
} from "./sources.ts";

const params = oneSource.extend({ secret: z.string().optional(), finish: z.boolean().optional() });

/** A second secret beside the first, so that nothing is refused meanwhile; with `finish` only the newest counts. */
export const rotateSecret: Action<typeof params, ConnectedSource> = {
  name: "rotate-secret",
  summary: "Give a source a second secret, or drop the first",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["source.rotate", "source.rotate.finish"],
  undo: null,
  subject: sourceSubject,
  async run(context, wanted, act) {
    const before = await existing(context, act.tenant, wanted);
    if (wanted.finish === true) {
      const row = { ...before, secrets: before.secrets.slice(-1) };
      await keep(context, act, row, "source.rotate.finish");
      return connected(context, row, null);
    }
    const found = connectable(context, wanted.system);
    if (wanted.secret === undefined && isTheirs(found)) throw invalid(giveTheSecret(found));
    const next = checked(wanted.secret ?? randomToken("fst_source"));
    // Whichever was newest stays beside the new one, until the other system uses that.
    const secrets = [...before.secrets.filter((each) => each !== next), next].slice(-MOST_SECRETS);
    const row = { ...before, secrets };
    await keep(context, act, row, "source.rotate");
    return connected(context, row, wanted.secret === undefined ? next : null);
  },
};
