import { createInAppOutbox } from "../flow/deliver/in-app.ts";
import type { Mount } from "../http/app.ts";
import { createInAppApi } from "../http/in-app/index.ts";
import { settings } from "../integrations/in-app/settings.ts";
import { shareReads } from "../lib/shared-read.ts";
import type { Opened } from "./open.ts";
import type { Outbox } from "./outbox.ts";
import { renderDelivery } from "./rendering.ts";

/** Origins and secrets that were changed count after this long. */
const FRESH_FOR = 5_000;

/** What the tenant's own pages ask for messages. */
export function inAppMount(app: Opened, { personLock }: Outbox): Mount {
  const { store, pipeline, actions, clock, log, rendering, tokenBook } = app;
  const render = (delivery: Parameters<typeof renderDelivery>[1]) => renderDelivery(rendering, delivery);
  const secrets = remember(app, async (tenant) =>
    (await store.tenants()).filter(({ id }) => id === tenant).map(({ identitySecret }) => identitySecret),
  );
  const origins = remember(app, async (tenant) => {
    const rows = (await store.channels(tenant)).filter(({ system }) => system === "in-app");
    return rows.flatMap((row) => settings.safeParse(row.settings).data?.origins ?? []);
  });
  const api = createInAppApi({
    outbox: createInAppOutbox({ store, pipeline, render, personLock, clock, log }),
    pipeline,
    actions,
    tokens: tokenBook,
    identitySecrets: secrets,
    origins,
    clock,
    log,
  });
  return { path: "/in-app/v1", handler: api };
}

/** Pages ask often, and what is asked for here changes rarely. */
function remember<T>(
  { clock }: Opened,
  read: (tenant: string) => Promise<T>,
): (tenant: string) => Promise<T> {
  const readOf = shareReads(read, clock);
  return (tenant) => readOf(tenant, FRESH_FOR);
}
