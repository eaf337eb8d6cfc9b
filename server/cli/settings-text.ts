import type { TenantSettings } from "../core/tenant.ts";
import { formatDuration, type Millis } from "../core/time.ts";

/** A tenant's settings in the spelling in which they can be given again: `48h`, `21:00`. */
export function spelled(settings: TenantSettings) {
  const { quiet, cap, gap, cooldown, stale, muteFor, incident } = settings;
  return {
    ...settings,
    quiet: { from: timeOfDay(quiet.from), to: timeOfDay(quiet.to) },
    cap: { ...cap, within: length(cap.within) },
    gap: length(gap),
    cooldown: length(cooldown),
    stale: length(stale),
    muteFor: length(muteFor),
    incident: { ...incident, within: length(incident.within), quietEnd: length(incident.quietEnd) },
  };
}

/** @param minutes after midnight */
function timeOfDay(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Odd lengths, that were given in milliseconds, stay so. */
function length(millis: Millis): string | number {
  const text = formatDuration(millis);
  return millis % 1_000 === 0 && text.length <= 7 ? text : millis;
}
