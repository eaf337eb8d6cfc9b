/**
 * Time as an argument. Whoever needs "now" takes a `Clock`, whoever waits takes `Timers`; production gives both
 * the machine's, tests a fake one that moves only when told to. All times are milliseconds since 1970 in UTC.
 */
export interface Clock {
  now(): number;
}

/** Takes a waiting task back; harmless when it already ran. */
export type Cancel = () => void;

export interface Timers {
  /** Runs the task once, `delay` milliseconds from now. */
  after(delay: number, task: () => void): Cancel;
}

/** A wait by itself never keeps the process alive. */
export const systemClock: Clock & Timers = {
  now: () => Date.now(),
  after(delay, task) {
    const timer = setTimeout(task, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Whether what was read then may still be used. A clock that was set back makes nothing last longer. */
export function isFresh(readAt: number, now: number, lasts: number): boolean {
  return Math.abs(now - readAt) < lasts;
}
