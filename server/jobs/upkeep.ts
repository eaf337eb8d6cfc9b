/**
 * What has to happen whether or not anything arrives: timers every second, snapshots every few seconds, features,
 * retention. Each job runs alone; one that is slow is not started again before it ends, one that fails is logged
 * and tried at its next turn.
 */
import type { Millis } from "../core/time.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../core/time.ts";

export interface Job {
  readonly name: string;
  readonly every: Millis;
  run(): Promise<unknown>;
}

export interface Upkeep {
  stop(): Promise<void>;
  /** When each job last ended well. */
  readonly lastRun: ReadonlyMap<string, Millis>;
}

export interface UpkeepOptions {
  readonly now: () => Millis;
  readonly onError: (job: string, error: unknown) => void;
}

export const EVERY = {
  tick: SECOND,
  saving: SECOND,
  alerts: 5 * SECOND,
  features: 30 * SECOND,
  retention: 6 * HOUR,
  sample: DAY,
  readiness: 10 * MINUTE,
} as const;

export function startUpkeep(jobs: readonly Job[], options: UpkeepOptions): Upkeep {
  const lastRun = new Map<string, Millis>();
  const running = new Map<string, Promise<void>>();
  const timers = jobs.map((job) => {
    const timer = setInterval(() => start(job), job.every);
    timer.unref();
    return timer;
  });

  function start(job: Job): void {
    if (running.has(job.name)) return;
    const run = job
      .run()
      .then(() => {
        lastRun.set(job.name, options.now());
      })
      .catch((error: unknown) => options.onError(job.name, error))
      .finally(() => running.delete(job.name));
    running.set(job.name, run);
  }

  return {
    lastRun,
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}
