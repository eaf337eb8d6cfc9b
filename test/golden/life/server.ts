import { type ConnectionReporter, createConnectionReporter } from "../../../server/app/connections.ts";
import type { UnitControl } from "../../../server/core/control.ts";
import type { Delivery } from "../../../server/core/delivery.ts";
import type { Effect } from "../../../server/core/effect.ts";
import type { Incoming } from "../../../server/core/event.ts";
import { type CompiledLibrary, compileLibrary } from "../../../server/core/matching/compile.ts";
import type { Pattern } from "../../../server/core/pattern.ts";
import { kindOf } from "../../../server/core/tenant.ts";
import { HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import type { Engine } from "../../../server/core/unit-upgrades.ts";
import { createRandom } from "../../../server/demo/random.ts";
import type { Committed, Pipeline, Target } from "../../../server/flow/contract.ts";
import type { DeliverOptions, Rendered } from "../../../server/flow/deliver/contract.ts";
import { createInAppOutbox, type InAppOutbox } from "../../../server/flow/deliver/in-app.ts";
import { createDeliverer, type Deliverer } from "../../../server/flow/deliver.ts";
import { createPipeline, type PipelineControl } from "../../../server/flow/pipeline.ts";
import type { ChannelAdapter } from "../../../server/integrations/contract.ts";
import { previewChannel } from "../../../server/integrations/preview/index.ts";
import { hashId } from "../../../server/lib/ids.ts";
import { createKeyedLock } from "../../../server/lib/keyed-lock.ts";
import { silentLogger } from "../../../server/lib/log.ts";
import type { LogInput, Store } from "../../../server/store/contract.ts";
import type { FakeClock } from "../../fake-clock.ts";
import { type Agenda, createAgenda } from "./agenda.ts";

export interface ServerOptions {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly seed: string;
  readonly libraryOf: (version: string) => CompiledLibrary;
  readonly adapter: (system: string) => ChannelAdapter | undefined;
  readonly deliver?: Partial<DeliverOptions>;
  readonly onCommitted?: (committed: Committed) => void;
  /** The engine that judges; a test may stand in for another one. */
  readonly engine?: Engine;
}

/** The real parts of a server, on a clock that is moved by hand. */
export interface Server {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly agenda: Agenda;
  readonly pipeline: Pipeline & PipelineControl;
  readonly deliverer: Deliverer;
  readonly inApp: InAppOutbox;
  readonly connections: ConnectionReporter;
  readonly now: number;
  /** The next moment at which something may be due. */
  nextMoment(at: number): number;
  /** Takes up what an earlier life of the process left. */
  resume(): Promise<void>;
  /** One look at the clock, as the server takes one every second. */
  beat(): Promise<void>;
  take(tenant: string, ...events: readonly Incoming[]): Promise<void>;
  control(tenant: string, target: Target, control: UnitControl): Promise<readonly Effect[]>;
  /** Stops as if the power went: nothing is saved. The store stays open. */
  abandon(): Promise<void>;
}

/**
 * Timers are looked at every few hours, so that a year has not too many records of nothing but time (what an event
 * finds overdue is done before it anyway); every minute while there is an incident.
 */
const STEP = 4 * HOUR;

export async function startServer(options: ServerOptions, agenda: Agenda = createAgenda()): Promise<Server> {
  const { store, clock } = options;
  const failures: unknown[] = [];
  const pipeline = createPipeline({
    store,
    now: () => clock.now(),
    tools: { hash: hashId, assume: "real" },
    libraryOf: options.libraryOf,
    pseudonym: standIn,
    onFailure: (error) => failures.push(error),
    pause: async () => {},
    ...(options.engine === undefined ? {} : { engine: options.engine }),
  });
  // A start after an upgrade commits something itself.
  if (options.onCommitted !== undefined) pipeline.subscribe(options.onCommitted);
  await pipeline.start();
  await pipeline.caughtUp();
  const queued = watchQueue(pipeline);
  const personLock = createKeyedLock();
  const connections = createConnectionReporter({ pipeline, clock, log: silentLogger });
  const random = createRandom(`${options.seed}/waits/${clock.now()}`);
  const deliverer = createDeliverer({
    store,
    pipeline,
    adapter: options.adapter,
    preview: previewChannel,
    render,
    publicUrl: null,
    clock,
    random: () => random.next(),
    personLock,
    log: silentLogger,
    trouble: (trouble) => connections.report(trouble),
    options: { ...options.deliver, readEvery: 0 },
  });
  const inApp = createInAppOutbox({ store, pipeline, render, personLock, clock, log: silentLogger });
  let tickedAt = Number.NEGATIVE_INFINITY;
  const nextTick = (): number => {
    const hasIncident = [...pipeline.tenants.all()].some(({ incidents }) =>
      incidents.some(({ endedAt }) => endedAt === null),
    );
    return tickedAt + (hasIncident ? MINUTE : STEP);
  };
  const beat = async (): Promise<void> => {
    const now = clock.now();
    if (now >= nextTick()) {
      tickedAt = now;
      await pipeline.tick(now);
    }
    await deliverer.tick(now);
    await deliverer.idle();
    await connections.idle();
    if (failures.length > 0) throw new AggregateError(failures, "the pipeline failed");
  };
  const nextMoment = (at: number): number => {
    const now = clock.now();
    const leaves = Math.max(now + SECOND, queued());
    return Math.min(at, leaves, Math.max(now + SECOND, nextTick()), Math.max(now, agenda.peek()));
  };
  return {
    store,
    clock,
    agenda,
    pipeline,
    deliverer,
    inApp,
    connections,
    get now() {
      return clock.now();
    },
    nextMoment,
    resume: () => deliverer.resume(clock.now()),
    beat,
    async take(tenant, ...events) {
      await pipeline.receive(tenant, events);
    },
    async control(tenant, target, control) {
      const { effects } = await pipeline.control(tenant, target, control);
      return effects;
    },
    async abandon() {
      await pipeline.caughtUp();
      await deliverer.stop();
      await connections.idle();
    },
  };
}

/** Libraries by version, each compiled once. */
export function compiledOf(contents: ReadonlyMap<string, readonly Pattern[]>): ServerOptions["libraryOf"] {
  const compiled = new Map<string, CompiledLibrary>();
  return (version) => {
    const library = compiled.get(version) ?? compileLibrary(contents.get(version) ?? [], version);
    compiled.set(version, library);
    return library;
  };
}

/** When the next message that is not fetched may leave; Infinity when none waits. */
function watchQueue(pipeline: Pipeline): () => number {
  const waiting = new Map<string, number>();
  pipeline.subscribe(({ effects }) => {
    for (const effect of effects) {
      if (effect.kind !== "delivery") continue;
      const { id, status, channel, notBefore } = effect.row;
      const kind = kindOf(channel);
      if (status === "queued" && kind !== "in_app" && kind !== "broadcast") waiting.set(id, notBefore);
      else waiting.delete(id);
    }
  });
  return () => Math.min(Number.POSITIVE_INFINITY, ...waiting.values());
}

/** Texts are no part of what is recorded. */
async function render(row: Delivery): Promise<Rendered> {
  const subject = `About ${row.pattern}`;
  return { kind: kindOf(row.channel), subject, text: `${row.template}, step ${row.step}`, headers: {} };
}

/** A short name for somebody whose own id is not known yet. */
export function standIn(tenant: string, { namespace, value }: { namespace: string; value: string }): string {
  const isAddress = namespace === "email" || namespace === "phone";
  return `${namespace}:${isAddress ? hashId(tenant, namespace, value).slice(0, 8) : value}`;
}

/** Everything in the log after a position. */
export async function logAfter(store: Store, seq: number): Promise<LogInput[]> {
  const found: LogInput[] = [];
  for (let after = seq; ; ) {
    const page = await store.inputs({ after, limit: 5_000 });
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined) return found;
    after = last.seq;
  }
}
