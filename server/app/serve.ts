/** The server: ingest in front, Express behind it, the workers beside it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { RequestHandler } from "express";
import type { Config } from "../config.ts";
import type { Delivery } from "../core/delivery.ts";
import { SECOND } from "../core/time.ts";
import type { DelivererDeps } from "../flow/deliver/contract.ts";
import { createApi } from "../http/api/index.ts";
import { createApp, type Mount } from "../http/app.ts";
import { healthRouter } from "../http/health.ts";
import { createIngest, SERVER_OPTIONS } from "../http/ingest/index.ts";
import { createMetrics, type Metrics } from "../http/metrics.ts";
import { createPersonPages, createShortLinks } from "../http/person/index.ts";
import type { ZendeskDeps, ZendeskPages } from "../http/zendesk/index.ts";
import { type Handlers, serveControl, socketPathOf } from "../jobs/control-socket.ts";
import { keepFeatures } from "../jobs/features.ts";
import { EVERY, startUpkeep } from "../jobs/upkeep.ts";
import { randomId } from "../lib/ids.ts";
import { type Batch, type Log, RecordRefused } from "../store/contract.ts";
import { inAppMount } from "./in-app.ts";
import { type Opened, type OpenOptions, openApp } from "./open.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import { remedyOf, renderByHand } from "./rendering.ts";
import { VERSION } from "./version.ts";
import { zendeskPages } from "./zendesk.ts";

export interface ServeOptions extends Partial<OpenOptions> {
  /** What commands can ask of the running server. */
  readonly handlers?: (app: Opened) => Handlers;
  /** Wraps what the deliverer works with: tests make it die on the way. */
  readonly wrapDeliverer?: (deps: DelivererDeps) => DelivererDeps;
  /** The front page, by whoever starts the server. */
  readonly home?: (app: Running) => RequestHandler;
  /** Where Zendesk's pages and its SDK come from when something stands in for Zendesk: tests and the demo. */
  readonly zendesk?: Pick<ZendeskDeps, "sdkUrl" | "standIn"> & { readonly builtIn?: string };
}

export interface Running extends Opened {
  /** Where it listens on this machine. */
  url: string;
  readonly deliverer: Outbox["deliverer"];
  readonly server: Server;
}

/** How long a stop may take before what is under way is cut off. */
const STOP_WITHIN = 8 * SECOND;

/** Starts everything and listens. @throws PlainError when the folder or the port is taken */
export async function startServer(config: Config, options: ServeOptions = {}): Promise<Running> {
  let observeCommit = (_seconds: number): void => {};
  const app = await openApp(config, {
    purpose: "forestall serve",
    ...options,
    wrapStore: (store) => timed(options.wrapStore?.(store) ?? store, (seconds) => observeCommit(seconds)),
  });
  const outbox = openOutbox(app, options.wrapDeliverer);
  const metrics = createMetrics(app.pipeline, app.store);
  observeCommit = metrics.observeCommit;
  let lastTick: number | null = null;
  const zendesk = zendeskPages(app, options.zendesk);
  const web = webOf(app, outbox, metrics, zendesk, () => lastTick);
  const server = createServer(SERVER_OPTIONS);
  const running: Running = Object.assign(app, {
    server,
    deliverer: outbox.deliverer,
    url: app.publicUrl,
  });
  const handler = await web.handlerOf(options.home?.(running));
  server.on("request", handler);
  try {
    await listen(server, config);
  } catch (error) {
    await app.close();
    throw error;
  }
  running.url = urlOf(server, config);
  if (config.publicUrl === null) app.publicUrl = running.url;
  // Before any request of this life can have claimed something; after the port is ours, and the address is known.
  await outbox.deliverer.resume(app.clock.now());
  const upkeep = startUpkeep(
    jobsOf(app, outbox, (at) => {
      lastTick = at;
    }),
    {
      now: app.now,
      onError: (job, error) =>
        app.log.error({ err: error, job }, "upkeep failed; tried again at its next turn"),
    },
  );
  const control = await serveControl({
    path: socketPathOf(config.dataDir),
    handlers: options.handlers?.(app) ?? {},
    log: app.log,
  });
  const closeApp = app.close.bind(app);
  running.close = async () => {
    server.close();
    web.close();
    await control.close();
    await upkeep.stop();
    await outbox.alertMailer.stop();
    await outbox.deliverer.drain(STOP_WITHIN);
    server.closeAllConnections();
    metrics.close();
    await closeApp();
  };
  return running;
}

/** The same store, which says of each commit how long it took until it was on disk. */
function timed<Written extends Pick<Log, "commit">>(
  store: Written,
  observe: (seconds: number) => void,
): Written {
  return {
    ...store,
    async commit(batch: Batch) {
      const begun = performance.now();
      await store.commit(batch);
      observe((performance.now() - begun) / SECOND);
    },
  };
}

function webOf(
  app: Opened,
  outbox: Outbox,
  metrics: Metrics,
  zendesk: ZendeskPages,
  lastTick: () => number | null,
) {
  const { store, pipeline, actions, clock, log, config } = app;
  const api = createApi({
    deps: {
      store,
      pipeline,
      clock,
      actions,
      render: (question) => renderByHand(app.rendering, question),
    },
    tokens: zendesk.sessions.with(app.tokenBook),
    timers: clock,
    version: VERSION,
  });
  const ingest = createIngest({
    pipeline,
    store,
    integrations: app.integrations,
    sources: app.sourceBook,
    tokens: app.tokenBook,
    publicUrl: () => app.publicUrl,
    trustProxy: config.trustProxy,
    clock,
    newId: randomId,
    log,
    count: (kind, status) => {
      if (status >= 400) metrics.countRefused(kind, String(status));
    },
  });
  const personDeps = { store, pipeline, actions, tokens: app.personTokens, clock, log };
  const remedy = (delivery: Delivery) => remedyOf(app.rendering, delivery);
  const persons = createPersonPages({ ...personDeps, remedy });
  return {
    async handlerOf(home: RequestHandler | undefined) {
      const mounts: Mount[] = [
        { path: "/api/v1", handler: api.router },
        { path: "/p", handler: persons },
        { path: "/s", handler: createShortLinks(personDeps) },
        inAppMount(app, outbox),
        { path: "/zendesk", handler: zendesk.router },
        { path: "/", handler: healthRouter({ store, pipeline, clock, metrics, lastTick }) },
        ...(home === undefined ? [] : [{ path: "/", handler: home }]),
      ];
      const express = createApp({ mounts, log, trustProxy: config.trustProxy });
      return (request: Parameters<typeof ingest>[0], response: Parameters<typeof ingest>[1]) => {
        if (ingest(request, response)) return;
        express(request, response);
      };
    },
    close: () => api.live.close(),
  };
}

function jobsOf(app: Opened, outbox: Outbox, ticked: (at: number) => void) {
  const { store, pipeline, clock } = app;
  return [
    {
      name: "tick",
      every: EVERY.tick,
      run: async () => {
        const now = clock.now();
        await pipeline.tick(now);
        await outbox.deliverer.tick(now);
        ticked(now);
      },
    },
    { name: "saving", every: EVERY.saving, run: () => pipeline.saveSome() },
    { name: "alerts", every: EVERY.alerts, run: () => outbox.alertMailer.run() },
    { name: "features", every: EVERY.features, run: () => keepFeatures(store, clock.now()) },
    { name: "retention", every: EVERY.retention, run: () => store.retain(clock.now()) },
    {
      name: "readiness",
      every: EVERY.readiness,
      run: async () => {
        for (const { id } of await store.tenants()) await refreshOne(app, id);
      },
    },
  ];
}

/** A tenant whose settings cannot be read stays as it is, which the store has said; the others go on. */
async function refreshOne(app: Opened, tenant: string): Promise<void> {
  await app.refreshReadiness(tenant).catch((error: unknown) => {
    if (!(error instanceof RecordRefused)) throw error;
  });
}

function listen(server: Server, { port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function urlOf(server: Server, { host }: Config): string {
  const { port } = server.address() as AddressInfo;
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
