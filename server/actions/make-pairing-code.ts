import { z } from "zod";
import { newPairingCode, pairingCodeHash } from "../lib/pairing-code.ts";
import { readPublicKeys } from "../lib/public-keys.ts";
import { type Action, ADMINS } from "./contract.ts";
import { tenantOf } from "./tenant.ts";
import { CODE_LASTS, WAITING, ZENDESK_APP } from "./zendesk.ts";

const params = z.strictObject({
  /** PEM text, when this tenant uses an app of its own. */
  publicKeys: z.string().max(100_000).optional(),
});

export interface PairingCode {
  readonly tenant: string;
  /** Shown once; counts once, until `expiresAt`. */
  readonly code: string;
  readonly expiresAt: number;
}

/** Makes a code that pairs one Zendesk account with this tenant, once; an earlier one counts no more. */
export const makePairingCode: Action<typeof params, PairingCode> = {
  name: "make-pairing-code",
  summary: "Make a code that connects a Zendesk account",
  params,
  roles: ADMINS,
  revised: false,
  audits: ["zendesk.code"],
  undo: null,
  subject: () => ZENDESK_APP,
  async run(context, given, act) {
    const { tenant } = act;
    tenantOf(context, tenant);
    const publicKeys = given.publicKeys === undefined ? [] : readPublicKeys(given.publicKeys, "This file");
    const code = newPairingCode();
    const expiresAt = act.now + CODE_LASTS;
    const row = {
      ...{ tenant, system: ZENDESK_APP, id: WAITING, settings: { expiresAt, publicKeys } },
      ...{ secrets: [pairingCodeHash(code)], createdAt: act.now, lastReceivedAt: null },
    };
    await act.note({ detail: { expiresAt } }, [{ kind: "source", row }]);
    await context.changed?.("sources");
    return { tenant, code, expiresAt };
  },
};
