/** The application without its server: what commands work on when nothing runs, and what the server is built of. */
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { finishErasures } from "../actions/erasing.ts";
import { refreshReadiness } from "../actions/readiness.ts";
import { createRunner } from "../actions/runner.ts";
import type { Config } from "../config.ts";
import type { TenantSettings } from "../core/tenant.ts";
import type { Pipeline } from "../flow/contract.ts";
import { createPipeline, type PipelineControl } from "../flow/pipeline.ts";
import { createTokenBook, type TokenBook } from "../http/auth.ts";
import { createSourceBook, type SourceBook } from "../http/ingest/index.ts";
import { createPersonTokens, type PersonTokens } from "../http/person/index.ts";
import { readCloudEvent } from "../integrations/cloudevents/read.ts";
import type { Integration } from "../integrations/contract.ts";
import { createRegistry } from "../integrations/registry.ts";
import { type Clock, systemClock, type Timers } from "../lib/clock.ts";
import { lockFolder } from "../lib/folder-lock.ts";
import { hashId, randomId } from "../lib/ids.ts";
import { createKeyedLock, type KeyedLock } from "../lib/keyed-lock.ts";
import { createLogger, type Logger } from "../lib/log.ts";
import { createOutbound } from "../lib/outbound-line.ts";
import { KnownSecrets } from "../lib/redact.ts";
import { loadMessages, messageSettings } from "../messages/render.ts";
import { loadShipped } from "../patterns/load.ts";
import type { ReadDeps } from "../reads/lists.ts";
import { createReads } from "../reads/reads.ts";
import type { Store } from "../store/contract.ts";
import { openSqliteStore } from "../store/sqlite/store.ts";
import { openLibraries } from "./libraries.ts";
import type { App } from "./parts.ts";
import type { RenderingDeps } from "./rendering.ts";

export interface OpenOptions {
  /** What the data folder is held for, as a person would say it. */
  readonly purpose: string;
  readonly clock?: Clock & Timers;
  readonly log?: Logger;
  readonly onProgress?: (text: string) => void;
  /** Wraps the store: tests make it fail. */
  readonly wrapStore?: (store: Store) => Store;
}

/** Everything that is there whether or not a server listens. */
export interface Opened extends App {
  readonly clock: Clock & Timers;
  readonly pipeline: Pipeline & PipelineControl;
  readonly integrations: ReadonlyMap<string, Integration>;
  readonly tokenBook: TokenBook;
  readonly sourceBook: SourceBook;
  readonly personTokens: PersonTokens;
  readonly rendering: RenderingDeps;
  /** Whoever changes a thing of a tenant takes turns with all others: commands, the API. */
  readonly turns: KeyedLock;
  /** Where we are reached; known for sure once the server listens. */
  publicUrl: string;
}

/** @throws PlainError (folder in use), StoreDamaged, RecordRefused */
export async function openApp(config: Config, options: OpenOptions): Promise<Opened> {
  const clock = options.clock ?? systemClock;
  const secrets = new KnownSecrets();
  const log = options.log ?? createLogger({ level: config.logLevel, secrets });
  const lock = lockFolder(config.dataDir, options.purpose);
  const file = join(config.dataDir, "forestall.db");
  const bare = openSqliteStore({
    file,
    secretKey: config.secretKey,
    now: () => clock.now(),
    onUnreadable: (refused) => log.error({ err: refused }, "a record cannot be read; the others go on"),
  });
  const store = options.wrapStore?.(bare) ?? bare;
  const letGo = async (error: unknown): Promise<never> => {
    await store.close().catch((cause: unknown) => log.error({ err: cause }, "the store could not be closed"));
    lock.release();
    throw error;
  };
  await store.open().catch(letGo);
  const [messages, library] = [loadMessages(), loadShipped()];
  const libraries = await openLibraries(store, library).catch(letGo);
  const pipeline = createPipeline({
    store,
    now: () => clock.now(),
    tools: { hash: hashId, assume: "real" },
    libraryOf: (version) => libraries.of(version),
    pseudonym: pseudonymBy(config.secretKey),
    onFailure: (error) => log.error({ err: error }, "nothing was written"),
    onUnreadable: (error) => log.error({ err: error }, "a customer's state cannot be read"),
  });
  await pipeline
    .start((inputs) => options.onProgress?.(`${inputs.toLocaleString("en")} records read`))
    .catch(letGo);
  // What cannot be finished now is tried again at the next start.
  await finishErasures({ store, pipeline, now: () => clock.now() }).catch((error: unknown) =>
    log.error({ err: error }, "an erasure that was begun could not be finished"),
  );
  const integrations = createRegistry({
    outbound: createOutbound({ allowLoopback: config.allowLoopbackProviders }),
    clock,
  });
  const tokenBook = createTokenBook(store, clock);
  const sourceBook = createSourceBook(store, integrations, clock);
  const personTokens = createPersonTokens(config.secretKey);
  const turns = createKeyedLock();
  const opened = {
    config,
    store,
    pipeline,
    messages,
    library,
    log,
    clock,
    now: () => clock.now(),
    integrations,
    tokenBook,
    sourceBook,
    personTokens,
    turns,
    publicUrl: config.publicUrl ?? `http://${config.host}:${config.port}`,
  };
  const deps: ReadDeps = {
    ...opened,
    integrations: [...integrations.values()],
    messageSettings: (settings: TenantSettings) => messageSettings(settings),
    readEvent: readCloudEvent,
    ownUrl: () => opened.publicUrl,
    changed: async (what) => {
      if (what === "tokens") await tokenBook.reload();
      else await sourceBook.reload();
    },
    newId: randomId,
    hashId,
  };
  const reads = createReads(deps);
  const actions = createRunner({ ...deps, examine: reads.doctor });
  return Object.assign(opened, {
    actions,
    reads,
    refreshReadiness: (tenant: string) => refreshReadiness(deps, tenant),
    rendering: { store, pipeline, messages, tokens: personTokens, publicUrl: () => opened.publicUrl },
    async close() {
      await pipeline
        .drain()
        .catch((error: unknown) => log.error({ err: error }, "the last snapshots failed"));
      await store.close();
      lock.release();
    },
  });
}

/** A stand-in for somebody whose own id is not known yet: nobody can lead it back to an address without the key. */
function pseudonymBy(secretKey: Uint8Array) {
  return (tenant: string, ref: { readonly namespace: string; readonly value: string }): string => {
    const personal = ref.namespace === "email" || ref.namespace === "phone";
    if (!personal) return `${ref.namespace}:${ref.value}`;
    const text = JSON.stringify(["stand-in", tenant, ref.namespace, ref.value.trim().toLowerCase()]);
    const hash = createHmac("sha256", secretKey).update(text).digest("base64url");
    return `${ref.namespace}:${hash.slice(0, 16)}`;
  };
}
