/** What a person wants to receive, and where: said by themselves, or for them by an agent. */
import type { ControlOf } from "../control.ts";
import type { Delivery } from "../delivery.ts";
import { kindOf } from "../tenant.ts";
import { stopPerson } from "./attempts.ts";
import { freeStep, stopRow } from "./decisions.ts";
import { emitPerson, personOf } from "./profile.ts";
import { pursue } from "./pursuit.ts";
import type { Turn } from "./turn.ts";

export function changePreference(turn: Turn, { person: id, change }: ControlOf<"preference">): void {
  const person = personOf(turn, id);
  switch (change.kind) {
    case "stop":
      return stopPerson(turn, person, turn.now);
    case "resume":
      person.stoppedAt = null;
      break;
    case "channel":
      person.channelsOff = change.on
        ? person.channelsOff.filter((kind) => kind !== change.channel)
        : [...new Set([...person.channelsOff, change.channel])];
      break;
    case "prefer":
      person.preferred = change.channel;
      break;
    case "snooze":
      person.snoozedUntil = change.until;
      break;
    case "pause":
      person.pausedUntil = change.until;
      break;
    case "consent":
      person.consent = { ...person.consent, [change.channel]: change.given };
      break;
    case "bounced":
      person.reach = {
        ...person.reach,
        ...(change.channel === "email" ? { bouncedEmail: true } : { bouncedPhone: true }),
      };
  }
  emitPerson(turn, person);
  if (change.kind === "channel" && !change.on) leaveChannel(turn, id, change.channel);
  if (change.kind === "snooze" || change.kind === "pause") judgeAgain(turn, ["snoozed", "paused"]);
}

/** What held these may be gone. */
export function judgeAgain(turn: Turn, reasons: readonly string[]): void {
  for (const { match, pursuit } of turn.unit.tracked.values()) {
    if (pursuit?.state === "held" && reasons.includes(pursuit.lastReason)) turn.toJudge.add(match.id);
  }
}

/** What is queued on a channel that was switched off looks for another way. */
function leaveChannel(turn: Turn, person: string, channel: string): void {
  for (const tracked of turn.unit.tracked.values()) {
    const { pursuit } = tracked;
    const row = pursuit === null ? undefined : queuedOf(turn, pursuit.deliveries, person, channel);
    if (pursuit === null || row === undefined) continue;
    stopRow(turn, row, "opted_out");
    freeStep(tracked, row.step);
    pursue(turn, tracked, row.step);
  }
}

function queuedOf(turn: Turn, ids: readonly string[], person: string, channel: string): Delivery | undefined {
  for (const id of ids) {
    const row = turn.unit.deliveries.get(id);
    if (row?.status === "queued" && row.person === person && kindOf(row.channel) === channel) return row;
  }
  return undefined;
}
