import { z } from "zod";
import { pairingCodeHash } from "../lib/pairing-code.ts";
import type { SourceRow } from "../store/contract.ts";
import type { Action, Role } from "./contract.ts";
import { conflict, invalid } from "./refusal.ts";
import { WAITING, ZENDESK_APP, type ZendeskAccount } from "./zendesk.ts";

const params = z.strictObject({
  code: z.string(),
  host: z.string().min(1).max(255),
  installation: z.string().min(1).max(20),
});

/** Whom Zendesk vouches for as an agent or admin there; the operator, who has made the code. */
const ROLES = ["agent", "admin", "operator"] as const satisfies readonly Role[];

/**
 * Connects a Zendesk account with the tenant that the code leads to: the request names none. All codes take turns, so
 * that of two who type the same one at once the first is paired.
 */
export const pairZendesk: Action<typeof params, { readonly tenant: string }> = {
  name: "pair-zendesk",
  summary: "Connect a Zendesk account by a code",
  params,
  roles: ROLES,
  revised: false,
  audits: ["zendesk.pair"],
  undo: null,
  subject: () => ZENDESK_APP,
  async run({ store, changed }, { code, host, installation }, act) {
    const rows = (await store.sources()).filter(({ system }) => system === ZENDESK_APP);
    if (rows.some((row) => isFor(row, { host, installation }))) {
      throw conflict("This installation is connected already.", { code: "taken" });
    }
    const hash = pairingCodeHash(code);
    const waiting = rows.find(({ id, secrets }) => id === WAITING && secrets.includes(hash));
    if (waiting === undefined) throw invalid("This is not the code.", { code: "wrong" });
    const { tenant, settings } = waiting;
    const used = { tenant, system: ZENDESK_APP, id: WAITING };
    if (Number(settings.expiresAt) <= act.now) {
      // It has run out: nobody did that.
      await store.removeSource(tenant, ZENDESK_APP, WAITING);
      throw conflict("This code has expired; have a new one made.", { code: "expired" });
    }
    const { publicKeys } = settings;
    const row = {
      ...{ tenant, system: ZENDESK_APP, id: installation, secrets: [] },
      settings: { host, installation, publicKeys, pairedBy: act.by.actor },
      ...{ createdAt: act.now, lastReceivedAt: null },
    };
    await act.note({ tenant, subject: `source/${ZENDESK_APP}/${installation}`, detail: { host } }, [
      { kind: "source_removed", row: used },
      { kind: "source", row },
    ]);
    await changed?.("sources");
    return { tenant };
  },
};

function isFor({ id, settings }: SourceRow, { host, installation }: ZendeskAccount): boolean {
  return id === installation && settings.host === host;
}
