/** The app's pages in Zendesk, on what the server has. */
import { fileURLToPath } from "node:url";
import { createZendesk, type ZendeskDeps, type ZendeskPages } from "../http/zendesk/index.ts";
import type { Opened } from "./open.ts";

const SIDEBAR_BUILT_IN = fileURLToPath(new URL("../../sidebar-app/dist", import.meta.url));

export function zendeskPages(
  app: Opened,
  standIn: Pick<ZendeskDeps, "sdkUrl" | "standIn"> & { readonly builtIn?: string } = {},
): ZendeskPages {
  const { actions, reads, config, clock, log } = app;
  return createZendesk({
    secretKey: config.secretKey,
    clock,
    log,
    appKeys: config.zendeskKeys ?? [],
    builtIn: SIDEBAR_BUILT_IN,
    basePath: () => new URL(app.publicUrl).pathname.replace(/\/$/, ""),
    pairings: () => reads.zendeskPairings(),
    waitingKeys: () => reads.waitingZendeskKeys(),
    actions,
    ...standIn,
  });
}
