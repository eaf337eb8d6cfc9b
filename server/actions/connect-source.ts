import { z } from "zod";
import { randomToken } from "../lib/ids.ts";
import { type Action, ADMINS } from "./contract.ts";
import { conflict, invalid } from "./refusal.ts";
import {
  type Connectable,
  type ConnectedSource,
  checked,
  connectable,
  connected,
  fields,
  find,
  isTheirs,
  keep,
  MOST_SECRETS,
  nameOf,
  oneSource,
  settingsOf,
  sourceSubject,
} from "./sources.ts";
import { tenantOf } from "./tenant.ts";

const SOURCE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const params = oneSource.extend({ secrets: z.array(z.string()).optional(), settings: fields.optional() });

export const connectSource: Action<typeof params, ConnectedSource> = {
  name: "connect-source",
  summary: "Connect a system that events or receipts come from",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["source.add"],
  undo: null,
  subject: sourceSubject,
  async run(context, { system, id, secrets: given = [], settings: wanted = {} }, act) {
    const { tenant } = act;
    tenantOf(context, tenant);
    const found = connectable(context, system);
    if (!SOURCE_ID.test(id)) {
      throw invalid(`"${id}" cannot be a source's id: write 1 to 64 letters, digits, dots and hyphens.`);
    }
    if ((await find(context, tenant, system, id)) !== undefined) {
      throw conflict(
        `${tenant} has a source ${nameOf(system, id)} already; give another --id, or \`source rotate\` its secret.`,
      );
    }
    const settings = settingsOf(found, wanted);
    const { secrets, made } = firstSecrets(found, given);
    const row = { tenant, system, id, settings, secrets, createdAt: act.now, lastReceivedAt: null };
    await keep(context, act, row, "source.add");
    return connected(context, row, made);
  },
};

function firstSecrets(
  found: Connectable,
  given: readonly string[],
): { secrets: string[]; made: string | null } {
  if (given.length > MOST_SECRETS) throw invalid(`Give at most ${MOST_SECRETS} secrets.`);
  if (given.length > 0) return { secrets: given.map(checked), made: null };
  if (isTheirs(found)) return { secrets: [], made: null };
  const made = randomToken("fst_source");
  return { secrets: [made], made };
}
