/**
 * deliver: queued rows become messages, at most once each.
 *
 * A row is read from the outbox into its queue (tenant and kind of channel). Then, one job each: `claim` judges the
 * guards again and takes a lease; `attempt` writes the message, keeps the copy and calls the provider; `record` writes
 * down what came of it. What is in doubt is looked after apart, and never simply sent again.
 */
import type { Delivery } from "../core/delivery.ts";
import type { Millis } from "../core/time.ts";
import { isFresh } from "../lib/clock.ts";
import { nextTurn } from "../lib/next-turn.ts";
import type { Committed } from "./contract.ts";
import { attempt, unavailable } from "./deliver/attempt.ts";
import { claim } from "./deliver/claim.ts";
import type { DelivererDeps, Tools } from "./deliver/contract.ts";
import { createDoubts } from "./deliver/doubts.ts";
import { createDryRun } from "./deliver/dry-run.ts";
import { DELIVER } from "./deliver/options.ts";
import { readOutbox } from "./deliver/outbox.ts";
import { createQueues, type Queue } from "./deliver/queues.ts";
import { honourStop, record } from "./deliver/record.ts";
import { createWays } from "./deliver/ways.ts";

export type { DelivererDeps, DeliverOptions, NotReady, Rendered, Trouble } from "./deliver/contract.ts";

export interface Deliverer {
  /**
   * Takes up what an earlier life of this process left: its claims are in doubt from now on and looked after at once,
   * and what is due goes. To be called once, before anything is claimed. Resolves when nothing is claimed any more.
   */
  resume(now: Millis): Promise<void>;
  /** Something new may be due. */
  wake(): void;
  /** Reads what is due by now, and looks after messages in doubt when it is time to. Call it every second. */
  tick(now: Millis): Promise<void>;
  /** Takes nothing new, and waits for what is under way; after `within` it is told to stop. */
  drain(within?: Millis): Promise<void>;
  /** The same, at once: what had left is in doubt. */
  stop(): Promise<void>;
  /** Resolves when nothing is under way and nothing waits that could go now. */
  idle(): Promise<void>;
}

export function createDeliverer(deps: DelivererDeps): Deliverer {
  const tools: Tools = { ...deps, options: { ...DELIVER, ...deps.options } };
  const { clock, options, log } = tools;
  const queues = createQueues(options);
  const ways = createWays(tools);
  const doubts = createDoubts(tools, ways);
  const dryRun = createDryRun(tools);
  const underWay = new Map<string, Promise<void>>();
  /** Begun since the outbox was last asked: its answer may still show them as queued. */
  let begun = new Set<string>();
  const stopping = new AbortController();
  let closing = false;
  let sweptAt = Number.NEGATIVE_INFINITY;
  let sweeping: Promise<void> = Promise.resolve();

  // ---- one delivery

  const deliver = async (row: Delivery, queue: Queue, now: Millis): Promise<void> => {
    const { way } = queue;
    const probe = queues.open(queue, now) ? queue.breaker.begin(now) : null;
    const sending = await claim(tools, row, options.lease).catch((error: unknown) => {
      probe?.abandoned();
      throw error;
    });
    if (sending === null) return probe?.abandoned();
    const asked = probe !== null;
    const ended = await (asked ? attempt(tools, sending, way, stopping.signal) : unavailable(tools, sending));
    if (ended.provider === "fine") probe?.succeeded();
    else if (ended.provider === "failing") failing(queue, probe);
    else probe?.abandoned();
    const trouble = queues.learn(queue, ended, clock.now());
    if (trouble !== null) tools.trouble?.(trouble);
    await record(tools, sending, ended.result);
    if (ended.result.kind === "failed" && ended.result.address === "opted_out") {
      await honourStop(tools, sending, way?.system ?? "unknown");
    }
  };

  const failing = (queue: Queue, probe: ReturnType<Queue["breaker"]["begin"]> | null): void => {
    const before = queue.breaker.opensAgainAt();
    probe?.failed(clock.now());
    if (queue.breaker.opensAgainAt() === before || before !== null) return;
    queue.works = false;
    const detail = "calls keep failing; one is tried every 30 s";
    const { tenant, kind } = queue;
    tools.trouble?.({ tenant, kind, system: queue.way?.system ?? "", what: "breaker_open", detail });
  };

  // ---- which ones, and how many at a time

  const next = (queue: Queue, now: Millis): Delivery | undefined => {
    if (queue.waiting.length === 0 || !queues.room(queue)) return undefined;
    const open = queues.open(queue, now);
    const mayGo = (row: Delivery) => (open ? !row.released || queue.pace.mayGo(row, now) : row.dueBy <= now);
    const row = queue.waiting.find((each) => !begun.has(each.id) && mayGo(each));
    if (row !== undefined) queue.waiting = queue.waiting.filter((each) => each !== row);
    return row;
  };

  const start = (row: Delivery, queue: Queue, now: Millis): void => {
    const leave = queues.enter(queue);
    const job = deliver(row, queue, now)
      .catch((error: unknown) => log.warn({ err: error, delivery: row.id }, "a delivery has to wait"))
      .finally(() => {
        leave();
        underWay.delete(row.id);
        fill();
        if (queue.waiting.length === 0 && queue.more) wake();
      });
    underWay.set(row.id, job);
    begun.add(row.id);
  };

  /** One row per queue and round, so that nobody goes before everybody else. */
  const fill = (): void => {
    if (closing) return;
    const now = clock.now();
    let busy = [...queues.all()].filter(({ waiting }) => waiting.length > 0);
    while (busy.length > 0) {
      busy = busy.filter((queue) => {
        const row = next(queue, now);
        if (row !== undefined) start(row, queue, now);
        return row !== undefined;
      });
    }
  };

  // ---- when

  const reader = createReader(tools, async (now) => {
    if (closing) return;
    begun = new Set(underWay.keys());
    await readOutbox(tools, queues, ways, now);
    fill();
  });
  const wake = (): void => {
    if (!closing) reader.soon();
  };

  const lookAfterDoubts = (now: Millis): void => {
    if (closing || isFresh(sweptAt, now, options.doubtEvery)) return;
    sweptAt = now;
    sweeping = sweeping
      .then(() => doubts.sweep(now, (id) => underWay.has(id), stopping.signal))
      .catch((error: unknown) => log.warn({ err: error }, "messages in doubt could not be read"));
  };

  const unsubscribe = tools.pipeline.subscribe((committed) => {
    const now = clock.now();
    for (const row of rowsIn(committed)) {
      if (row.status === "queued" && row.notBefore <= now) wake();
      else if (row.status === "dry_run" && !row.simulated) dryRun.take(row);
    }
  });

  const idle = async (): Promise<void> => {
    await reader.idle();
    while (underWay.size > 0) await Promise.all(underWay.values());
    await Promise.all([sweeping, dryRun.idle()]);
    if (reader.pending() || underWay.size > 0) await idle();
  };

  const drain = async (within: Millis = 8_000): Promise<void> => {
    closing = true;
    unsubscribe();
    reader.close();
    const late = clock.after(within, () => stopping.abort());
    if (within === 0) stopping.abort();
    await idle();
    late();
  };

  return {
    async resume(now) {
      await doubts
        .takeOver(now)
        .catch((error: unknown) =>
          log.warn({ err: error }, "claims of an earlier life wait for their leases"),
        );
      lookAfterDoubts(now);
      wake();
    },
    wake,
    async tick(now) {
      lookAfterDoubts(now);
      await reader.now(now);
    },
    drain,
    stop: () => drain(0),
    idle,
  };
}

function* rowsIn({ effects }: Committed): Iterable<Delivery> {
  for (const effect of effects) if (effect.kind === "delivery") yield effect.row;
}

/** Reads one at a time, and when woken often, not more often than `readEvery`. */
function createReader({ clock, options, log }: Tools, read: (now: Millis) => Promise<void>) {
  let reading: Promise<void> | null = null;
  let again = false;
  let readAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;

  const run = async (now: Millis): Promise<void> => {
    readAt = now;
    try {
      // Whoever sent what led to the message is answered first.
      await nextTurn();
      await read(now);
    } catch (error) {
      log.warn({ err: error }, "the outbox could not be read");
    }
    reading = null;
    if (again) soon();
  };
  const begin = (now: Millis): Promise<void> => {
    cancel?.();
    cancel = null;
    again = false;
    reading = run(now);
    return reading;
  };
  const soon = (): void => {
    if (cancel !== null) return;
    if (reading !== null) {
      again = true;
      return;
    }
    const now = clock.now();
    const wait = isFresh(readAt, now, options.readEvery) ? readAt + options.readEvery - now : 0;
    if (wait <= 0) void begin(now);
    else
      cancel = clock.after(wait, () => {
        cancel = null;
        void begin(clock.now());
      });
  };
  return {
    soon,
    now: async (at: Millis): Promise<void> => {
      if (reading !== null) await reading;
      if (reading === null) await begin(at);
    },
    pending: () => reading !== null,
    idle: async (): Promise<void> => {
      while (reading !== null) await reading;
    },
    close: () => {
      cancel?.();
      cancel = null;
      again = false;
    },
  };
}
