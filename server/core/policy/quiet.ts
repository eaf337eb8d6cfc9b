import { DAY, MINUTE, type Millis } from "../time.ts";
import { firstFree, type Wait } from "../wall-clock.ts";

/** Quiet hours in minutes after local midnight, `from` inclusive, `to` exclusive; equal for none. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

function quietWait({ from, to }: QuietHours): Wait {
  const [start, end] = [from * MINUTE, to * MINUTE];
  const length = modulo(end - start, DAY);
  return (wall) => {
    const into = modulo(wall - start, DAY);
    return into < length ? length - into : 0;
  };
}

const WEEK = 7 * DAY;
/** 1970-01-03, a Saturday. */
const A_SATURDAY = 2 * DAY;

const weekendWait: Wait = (wall) => {
  const into = modulo(wall - A_SATURDAY, WEEK);
  return into < 2 * DAY ? 2 * DAY - into : 0;
};

/** When the quiet hours that `now` lies in end, in UTC; null outside quiet hours. */
export function quietUntil(now: Millis, zone: string, quiet: QuietHours): Millis | null {
  return later(now, firstFree(now, zone, quietWait(quiet)));
}

/**
 * On a Saturday or Sunday: the first moment of the next week that is not quiet (Monday 08:00 local, by default);
 * null on other days, quiet or not.
 */
export function weekendUntil(now: Millis, zone: string, quiet: QuietHours): Millis | null {
  const monday = firstFree(now, zone, weekendWait);
  return monday === now ? null : firstFree(monday, zone, quietWait(quiet));
}

/** For calls: the first moment that is neither quiet nor on a weekend; null when that is now. */
export function callableFrom(now: Millis, zone: string, quiet: QuietHours): Millis | null {
  const nightly = quietWait(quiet);
  return later(
    now,
    firstFree(now, zone, (wall) => nightly(wall) || weekendWait(wall)),
  );
}

const later = (now: Millis, at: Millis): Millis | null => (at > now ? at : null);
