import type { z } from "zod";
import type { Action, Runner } from "../actions/contract.ts";
import { goLive } from "../actions/go-live.ts";
import { pause } from "../actions/pause.ts";
import { pausePerson } from "../actions/pause-person.ts";
import { resume } from "../actions/resume.ts";
import { resumePerson } from "../actions/resume-person.ts";
import { subjectKey } from "../lib/keyed-lock.ts";
import { listChannels, saveChannel } from "./channels.ts";
import type { Admin, By } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";
import { doctor } from "./doctor/index.ts";
import { importEvents } from "./import-events.ts";
import { importSuppressions } from "./import-suppressions.ts";
import { takeLibrary } from "./library.ts";
import { erasePerson, exportPerson, exportTenant } from "./privacy.ts";
import { refreshReadiness } from "./readiness.ts";
import { saveSettings } from "./settings.ts";
import { addSource, changeSource, listSources, removeSource, rotateSource } from "./sources.ts";
import { createTenant, listTenants } from "./tenants.ts";
import { createToken, listTokens, revokeToken, rotateToken } from "./tokens.ts";
import { listPairings, makePairingCode, redeemPairingCode, unpair, waitingKeys } from "./zendesk.ts";

export type { Admin, App } from "./contract.ts";
export type { AdminDeps } from "./deps.ts";

/** What an administrator can do, on the given store and pipeline. */
export function createAdmin(deps: AdminDeps & { readonly actions: Runner }): Admin {
  const act = async <Params extends z.ZodType, Result>(
    action: Action<Params, Result>,
    tenant: string,
    params: unknown,
    by: By,
  ): Promise<Result> =>
    (await deps.actions.runUnread(action, { tenant, params, by: { ...by, role: "operator", token: null } }))
      .result;
  const alone = <Result>(tenant: string, subject: string, task: () => Promise<Result>): Promise<Result> =>
    deps.turns.hold(subjectKey(tenant, subject), task);
  return {
    createTenant: (id, given, by) => alone(id, "tenant", () => createTenant(deps, id, given, by)),
    tenants: () => listTenants(deps),
    settings: async (tenant) => tenantOf(deps, tenant).settings,
    saveSettings: (tenant, patch, by) =>
      alone(tenant, "settings", () => saveSettings(deps, tenant, patch, by)),
    tokens: (tenant) => listTokens(deps, tenant),
    createToken: (tenant, given, by) => alone(tenant, "tokens", () => createToken(deps, tenant, given, by)),
    rotateToken: (tenant, id, keepFor, by) =>
      alone(tenant, "tokens", () => rotateToken(deps, tenant, id, keepFor, by)),
    revokeToken: (tenant, id, by) => alone(tenant, "tokens", () => revokeToken(deps, tenant, id, by)),
    addSource: (tenant, given, by) => alone(tenant, "sources", () => addSource(deps, tenant, given, by)),
    sources: (tenant) => listSources(deps, tenant),
    changeSource: (tenant, given, by) =>
      alone(tenant, "sources", () => changeSource(deps, tenant, given, by)),
    rotateSource: (tenant, given, by) =>
      alone(tenant, "sources", () => rotateSource(deps, tenant, given, by)),
    removeSource: (tenant, given, by) =>
      alone(tenant, "sources", () => removeSource(deps, tenant, given, by)),
    saveChannel: (tenant, given, by) => alone(tenant, "channels", () => saveChannel(deps, tenant, given, by)),
    channels: (tenant) => listChannels(deps, tenant),
    refreshReadiness: (tenant) => refreshReadiness(deps, tenant),
    takeLibrary: (tenant, by) => alone(tenant, "library", () => takeLibrary(deps, tenant, by)),
    live: (tenant, change, by) => act(goLive, tenant, change, by),
    pause: (tenant, change, by) => act(pause, tenant, change, by),
    resume: (tenant, change, by) => act(resume, tenant, change, by),
    async pausePerson(tenant, who, until, by) {
      const end = until === "forever" ? null : until;
      const { person, state } =
        until === null
          ? await act(resumePerson, tenant, { who }, by)
          : await act(pausePerson, tenant, { who, until: end }, by);
      return { person, until: state.pausedUntil };
    },
    importEvents: (tenant, file, by, work) => importEvents(deps, tenant, file, by, work),
    importSuppressions: (tenant, file, by, work) => importSuppressions(deps, tenant, file, by, work),
    exportPerson: (tenant, who, file, by) => exportPerson(deps, tenant, who, file, by),
    exportTenant: (tenant, file, by, work) => exportTenant(deps, tenant, file, by, work),
    erasePerson: (tenant, who, by) => erasePerson(deps, tenant, who, by),
    pairZendesk: (tenant, given, by) => makePairingCode(deps, tenant, given, by),
    redeemZendesk: (code, account, by) => redeemPairingCode(deps, code, account, by),
    zendeskPairings: (tenant) => listPairings(deps, tenant),
    waitingZendeskKeys: () => waitingKeys(deps),
    unpairZendesk: (tenant, installation, by) => unpair(deps, tenant, installation, by),
    doctor: (tenant) => doctor(deps, tenant),
  };
}
