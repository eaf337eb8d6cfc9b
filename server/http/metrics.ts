import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Effect } from "../core/effect.ts";
import { kindOf } from "../core/tenant.ts";
import type { Committed, Pipeline } from "../flow/contract.ts";
import type { Records } from "../store/contract.ts";

/**
 * Figures for Prometheus. One registry per instance, so that two servers in one process (as in tests) do not count
 * for each other. No tenant, person or address is ever a label.
 */
export interface Metrics {
  readonly contentType: string;
  /** The exposition, as text. */
  expose(): Promise<string>;
  /** How long one commit took until it was on disk, in seconds. */
  observeCommit(seconds: number): void;
  /** A request that ingest refused, by system and plain reason (missing, malformed, mismatch, expired, ...). */
  countRefused(system: string, reason: string): void;
  close(): void;
}

const SECONDS = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const NANOS = 1e9;

export function createMetrics(pipeline: Pipeline, store: Pick<Records, "unreadable">): Metrics {
  const register = new Registry();
  const registers = [register];
  const counts = {
    events: new Counter({ registers, name: "forestall_events_total", help: "Events committed" }),
    matches: new Counter({
      registers,
      name: "forestall_matches_total",
      help: "Changes of matches, by pattern and state",
      labelNames: ["pattern", "state"],
    }),
    decisions: new Counter({
      registers,
      name: "forestall_decisions_total",
      help: "Judgements, by kind and reason",
      labelNames: ["kind", "reason"],
    }),
    deliveries: new Counter({
      registers,
      name: "forestall_deliveries_total",
      help: "Changes of messages, by status and channel",
      labelNames: ["status", "channel"],
    }),
    alerts: new Counter({
      registers,
      name: "forestall_alerts_total",
      help: "Changes of alerts, by state",
      labelNames: ["state"],
    }),
    refused: new Counter({
      registers,
      name: "forestall_refused_total",
      help: "Requests refused by ingest, by system and reason",
      labelNames: ["system", "reason"],
    }),
  };
  const commits = new Histogram({
    registers,
    name: "forestall_commit_seconds",
    help: "From the start of a commit until it was on disk",
    buckets: SECONDS,
  });
  gauges(registers, pipeline, store);
  const closeLoop = eventLoop(registers);

  const hear = ({ event, effects }: Committed) => {
    if (event !== null) counts.events.inc();
    for (const effect of effects) count(counts, effect);
  };
  const leave = pipeline.subscribe(hear);

  return {
    contentType: register.contentType,
    expose: () => register.metrics(),
    observeCommit: (seconds) => commits.observe(seconds),
    countRefused: (system, reason) => counts.refused.inc({ system, reason }),
    close() {
      leave();
      closeLoop();
      register.clear();
    },
  };
}

function count(
  counts: {
    readonly matches: Counter<"pattern" | "state">;
    readonly decisions: Counter<"kind" | "reason">;
    readonly deliveries: Counter<"status" | "channel">;
    readonly alerts: Counter<"state">;
  },
  effect: Effect,
): void {
  switch (effect.kind) {
    case "match":
      return counts.matches.inc({ pattern: effect.row.pattern, state: effect.row.state });
    case "decision":
      return counts.decisions.inc({ kind: effect.row.kind, reason: effect.row.reason });
    case "delivery":
      return counts.deliveries.inc({ status: effect.row.status, channel: kindOf(effect.row.channel) });
    case "alert":
      return counts.alerts.inc({ state: effect.row.state });
    default:
  }
}

function gauges(registers: Registry[], pipeline: Pipeline, store: Pick<Records, "unreadable">): void {
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      registers,
      name,
      help,
      async collect() {
        this.set(await read());
      },
    });
  gauge("forestall_queue", "Inputs that wait for a commit", () => pipeline.load.waiting);
  gauge("forestall_commits_failing", "1 while the store takes no writes", () =>
    Number(pipeline.load.failing),
  );
  gauge(
    "forestall_unreadable_records",
    "Records that could not be read since the start, and were passed over",
    async () => (await store.unreadable()).length,
  );
  gauge("process_resident_memory_bytes", "Resident memory", () => process.memoryUsage.rss());
  gauge("process_heap_bytes", "Heap in use", () => process.memoryUsage().heapUsed);
  gauge("process_cpu_seconds_total", "CPU time, user and system", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge("process_uptime_seconds", "Since the process started", () => process.uptime());
}

/** Since the last time somebody asked. @returns how to stop measuring */
function eventLoop(registers: Registry[]): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  new Gauge({
    registers,
    name: "forestall_event_loop_lag_seconds",
    help: "How late the event loop was since the last scrape, by quantile; 1 is the longest",
    labelNames: ["quantile"],
    collect() {
      const seconds = (nanos: number) => (Number.isFinite(nanos) ? nanos / NANOS : 0);
      this.set({ quantile: "0.5" }, seconds(delay.percentile(50)));
      this.set({ quantile: "0.99" }, seconds(delay.percentile(99)));
      this.set({ quantile: "1" }, seconds(delay.max));
      delay.reset();
    },
  });
  return () => {
    delay.disable();
  };
}
