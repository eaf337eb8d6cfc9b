import type { Millis } from "../../../core/time.ts";

/** Times as the person in front of this machine reads them. */
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const EXACT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

export const timeOf = (at: Millis): string => TIME.format(at);
/** With milliseconds, as a whole trace may take no more than a few of them. */
export const exactTimeOf = (at: Millis): string => EXACT.format(at);

/** "08:00 in Tokyo": a moment on the wall clock of somebody else. */
export function localTime(at: Millis, zone: string): string {
  const place = zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
  try {
    const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
    return `${clock.format(at)} in ${place}`;
  } catch {
    return timeOf(at);
  }
}

/** "3 h 20 min": how long something takes or took. */
export function lengthOf(length: Millis): string {
  const seconds = Math.round(length / 1_000);
  if (seconds < 1) return `${Math.max(0, Math.round(length))} ms`;
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
