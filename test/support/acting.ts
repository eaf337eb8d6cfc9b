import type { z } from "zod";
import { changeSettings } from "../../server/actions/change-settings.ts";
import { changeSource } from "../../server/actions/change-source.ts";
import { connectChannel } from "../../server/actions/connect-channel.ts";
import { connectSource } from "../../server/actions/connect-source.ts";
import type { Action, LongWork, Runner } from "../../server/actions/contract.ts";
import { createTenant } from "../../server/actions/create-tenant.ts";
import { createToken } from "../../server/actions/create-token.ts";
import { erasePerson } from "../../server/actions/erase-person.ts";
import { exportPerson } from "../../server/actions/export-person.ts";
import { exportTenant } from "../../server/actions/export-tenant.ts";
import { goLive } from "../../server/actions/go-live.ts";
import { importEvents } from "../../server/actions/import-events.ts";
import { importSuppressions } from "../../server/actions/import-suppressions.ts";
import { makePairingCode } from "../../server/actions/make-pairing-code.ts";
import { pairZendesk } from "../../server/actions/pair-zendesk.ts";
import { pause } from "../../server/actions/pause.ts";
import { pausePerson } from "../../server/actions/pause-person.ts";
import type { Who } from "../../server/actions/person.ts";
import { Refusal } from "../../server/actions/refusal.ts";
import { removeSource } from "../../server/actions/remove-source.ts";
import { resume } from "../../server/actions/resume.ts";
import { resumePerson } from "../../server/actions/resume-person.ts";
import { revokeToken } from "../../server/actions/revoke-token.ts";
import { rotateSecret } from "../../server/actions/rotate-secret.ts";
import { rotateToken } from "../../server/actions/rotate-token.ts";
import { unpairZendesk } from "../../server/actions/unpair-zendesk.ts";
import type { ZendeskAccount } from "../../server/actions/zendesk.ts";
import type { Reads } from "../../server/reads/reads.ts";

export interface Doer {
  readonly actor: string;
  readonly reason: string;
}

/** What tests have the operator do, in one line each: the action, for a tenant, and what came of it. */
export function adminOf({ actions, reads }: { readonly actions: Runner; readonly reads: Reads }) {
  const act = async <Params extends z.ZodType, Result>(
    action: Action<Params, Result>,
    tenant: string,
    params: z.input<Params>,
    { actor, reason }: Doer,
    work: LongWork = {},
  ): Promise<Result> => {
    const by = { actor, role: "operator", reason, token: null } as const;
    return (await actions.run(action, { tenant, params, by, work })).result;
  };
  type In<Of extends { readonly params: z.ZodType }> = z.input<Of["params"]>;
  return {
    ...reads,
    createTenant: (id: string, given: In<typeof createTenant>, by: Doer) => act(createTenant, id, given, by),
    saveSettings: (tenant: string, patch: unknown, by: Doer) => act(changeSettings, tenant, { patch }, by),
    createToken: (tenant: string, given: In<typeof createToken>, by: Doer) =>
      act(createToken, tenant, given, by),
    rotateToken: (tenant: string, id: string, keepFor: number, by: Doer) =>
      act(rotateToken, tenant, { id, keepFor }, by),
    revokeToken: (tenant: string, id: string, by: Doer) => act(revokeToken, tenant, { id }, by),
    addSource: (tenant: string, given: In<typeof connectSource>, by: Doer) =>
      act(connectSource, tenant, given, by),
    changeSource: (tenant: string, given: In<typeof changeSource>, by: Doer) =>
      act(changeSource, tenant, given, by),
    rotateSource: (tenant: string, given: In<typeof rotateSecret>, by: Doer) =>
      act(rotateSecret, tenant, given, by),
    removeSource: (tenant: string, given: In<typeof removeSource>, by: Doer) =>
      act(removeSource, tenant, given, by),
    saveChannel: (tenant: string, given: In<typeof connectChannel>, by: Doer) =>
      act(connectChannel, tenant, given, by),
    live: (tenant: string, given: In<typeof goLive>, by: Doer) => act(goLive, tenant, given, by),
    pause: (tenant: string, given: In<typeof pause>, by: Doer) => act(pause, tenant, given, by),
    resume: (tenant: string, given: In<typeof resume>, by: Doer) => act(resume, tenant, given, by),
    async pausePerson(tenant: string, who: Who, until: number | "forever" | null, by: Doer) {
      const end = until === "forever" ? null : until;
      const { person, state } =
        until === null
          ? await act(resumePerson, tenant, { who }, by)
          : await act(pausePerson, tenant, { who, until: end }, by);
      return { person, until: state.pausedUntil };
    },
    importEvents: (tenant: string, file: string, by: Doer, work?: LongWork) =>
      act(importEvents, tenant, { file }, by, work),
    importSuppressions: (tenant: string, file: string, by: Doer, work?: LongWork) =>
      act(importSuppressions, tenant, { file }, by, work),
    exportPerson: (tenant: string, who: Who, file: string, by: Doer) =>
      act(exportPerson, tenant, { who, file }, by),
    exportTenant: (tenant: string, file: string, by: Doer, work?: LongWork) =>
      act(exportTenant, tenant, { file }, by, work),
    erasePerson: (tenant: string, who: Who, by: Doer) => act(erasePerson, tenant, { who }, by),
    pairZendesk: (tenant: string, given: In<typeof makePairingCode>, by: Doer) =>
      act(makePairingCode, tenant, given, by),
    unpairZendesk: (tenant: string, installation: string, by: Doer) =>
      act(unpairZendesk, tenant, { installation }, by),
    /** The tenant that was paired, or why none was. */
    async redeemZendesk(code: string, account: ZendeskAccount, by: Doer) {
      try {
        const { tenant } = await act(pairZendesk, "", { code, ...account }, by);
        return { kind: "paired", tenant };
      } catch (error) {
        if (error instanceof Refusal) return { kind: error.extra.code };
        throw error;
      }
    },
  };
}
