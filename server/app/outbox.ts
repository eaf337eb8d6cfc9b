import type { ChannelKind } from "../core/tenant.ts";
import type { DelivererDeps, Way } from "../flow/deliver/contract.ts";
import { createSwitchedOff, type SwitchedOff } from "../flow/deliver/switched-off.ts";
import { createWays } from "../flow/deliver/ways.ts";
import { createDeliverer, type Deliverer } from "../flow/deliver.ts";
import { previewChannel } from "../integrations/preview/index.ts";
import { type AlertMailer, createAlertMailer } from "../jobs/alert-mailer.ts";
import { createKeyedLock, type KeyedLock } from "../lib/keyed-lock.ts";
import { createConnectionReporter } from "./connections.ts";
import type { Opened } from "./open.ts";
import { renderAlert, renderDelivery } from "./rendering.ts";
import { findableByShortLink } from "./short-links.ts";

export interface Outbox {
  readonly deliverer: Deliverer;
  readonly alertMailer: AlertMailer;
  /** One claim at a time for a person, whoever claims. */
  readonly personLock: KeyedLock;
}

/** What carries messages out: to customers by their channels, to owners of alerts by email. */
export function openOutbox(
  app: Opened,
  wrap: (deps: DelivererDeps) => DelivererDeps = (deps) => deps,
): Outbox {
  const { store, pipeline, clock, log, integrations, rendering } = app;
  const personLock = createKeyedLock();
  const adapter = (system: string) => integrations.get(system)?.channel;
  const preview = (kind: ChannelKind) => previewChannel(kind);
  const ways = createWays({ store, pipeline, adapter, preview, clock });
  const connections = createConnectionReporter(app);
  const deliverer = createDeliverer(
    wrap({
      store: findableByShortLink(store, app.personTokens),
      pipeline,
      adapter,
      preview,
      render: (delivery) => renderDelivery(rendering, delivery),
      publicUrl: app.config.publicUrl,
      clock,
      random: Math.random,
      personLock,
      log,
      trouble: (trouble) => connections.report(trouble),
    }),
  );
  const alertMailer = createAlertMailer({
    store,
    pipeline,
    // A preview lets nothing leave: alerts then stand in their list alone.
    way: async (tenant): Promise<Way | null> => {
      const way = await ways.of(tenant, "email");
      return way?.system === "preview" ? null : way;
    },
    render: (alert) => renderAlert(rendering, alert),
    overviewUrl: () => app.config.publicUrl,
    clock,
    log,
  });
  const switchedOff = createSwitchedOff({ store, pipeline, personLock, clock, log });
  return { deliverer: stoppingFirst(switchedOff, deliverer), alertMailer, personLock };
}

/** The deliverer, with a look each time at what is queued and switched off. */
function stoppingFirst(switchedOff: SwitchedOff, deliverer: Deliverer): Deliverer {
  return {
    ...deliverer,
    async tick(now) {
      await Promise.all([switchedOff.sweep(), deliverer.tick(now)]);
    },
    async drain(within) {
      await switchedOff.close();
      await deliverer.drain(within);
    },
    async stop() {
      await switchedOff.close();
      await deliverer.stop();
    },
  };
}
