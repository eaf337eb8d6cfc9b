import type { Clock, Timers } from "../server/lib/clock.ts";

/** A clock that moves only when told to. */
export interface FakeClock extends Clock, Timers {
  /** Moves time on and runs what falls due, in order of due time, each at its own due time. */
  advance(by: number): void;
  /** The same, and lets promises settle after every task and at the end. */
  advanceAsync(by: number): Promise<void>;
  /** Sets the time without running anything, backwards too: what a clock jump looks like. */
  jumpTo(time: number): void;
  /** How many tasks wait. */
  readonly waiting: number;
}

interface Waiting {
  readonly due: number;
  readonly task: () => void;
}

export function fakeClock(start: number): FakeClock {
  let time = start;
  let tasks: readonly Waiting[] = [];

  /** Takes out the task due next, up to `end`; of several with one due time the one that asked first. */
  const takeNext = (end: number): Waiting | undefined => {
    const next = tasks.reduce<Waiting | undefined>(
      (a, b) => (a === undefined || b.due < a.due ? b : a),
      undefined,
    );
    if (next === undefined || next.due > end) return undefined;
    tasks = tasks.filter((each) => each !== next);
    time = Math.max(time, next.due);
    return next;
  };

  return {
    now: () => time,
    after(delay, task) {
      const entry = { due: time + Math.max(0, delay), task };
      tasks = [...tasks, entry];
      return () => {
        tasks = tasks.filter((each) => each !== entry);
      };
    },
    advance(by) {
      const end = time + by;
      for (let next = takeNext(end); next !== undefined; next = takeNext(end)) next.task();
      time = Math.max(time, end);
    },
    async advanceAsync(by) {
      const end = time + by;
      await settle();
      for (let next = takeNext(end); next !== undefined; next = takeNext(end)) {
        next.task();
        await settle();
      }
      time = Math.max(time, end);
      await settle();
    },
    jumpTo(to) {
      time = to;
    },
    get waiting() {
      return tasks.length;
    },
  };
}

/** One turn of the event loop: enough for every promise that waits for nothing but other promises. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
