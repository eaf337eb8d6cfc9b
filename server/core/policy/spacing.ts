import { kindOf, type TenantSettings } from "../tenant.ts";
import { DAY, HOUR, type Millis } from "../time.ts";
import type { PersonMessage } from "../unit.ts";
import { type Asked, hold, type Refusal, stop } from "./guard.ts";
import { inRollout } from "./rollout.ts";

/** How long a sent message of a family keeps other matches of the family away. */
const SAME_FAMILY: Millis = DAY;
/** A little longer than what is usual looks back, so that a cap or gap that grows finds what came before. */
const LEAST_REMEMBERED: Millis = 72 * HOUR;

/** How long a message is remembered after it was sent: at least as far as the cap and the gap look back. */
export function messagesCountFor({ cap, gap }: Pick<TenantSettings, "cap" | "gap">): Millis {
  return Math.max(LEAST_REMEMBERED, cap.within, gap);
}

/** This match was sent on at this step, or the family's evidence has been written about already. */
export function duplicate(asked: Asked): Refusal | null {
  const again = asked.delivery === undefined ? stepServed(asked) : stepTaken(asked);
  return again || familyServed(asked) ? stop("duplicate") : null;
}

/** A judgement walks on along the ladder, so a later step sent on serves the earlier ones too. */
function stepServed({ pursuit, step }: Asked): boolean {
  return pursuit.sentSteps.some((sent) => sent >= step);
}

/** When claiming, the step is on the list because of this delivery: another one must not have gone out on it. */
function stepTaken({ pursuit, unit, step, delivery }: Asked): boolean {
  return pursuit.deliveries.some((id) => {
    const other = id === delivery ? undefined : unit.deliveries.get(id);
    return other?.step === step && ["sending", "sent", "in_doubt", "unknown"].includes(other.status);
  });
}

function familyServed(asked: Asked): boolean {
  const { now, match } = asked;
  return counting(asked).some(
    (message) =>
      message.family === match.family &&
      message.match !== match.id &&
      (message.state !== "sent" || message.at + SAME_FAMILY > now),
  );
}

/**
 * At most so many messages to a person in any window, over all channels. A message at t counts until just before
 * t + window, so the hold ends when enough of the oldest have left for one more.
 */
export function cap(asked: Asked): Refusal | null {
  const { messages, within } = asked.tenant.settings.cap;
  const inWindow = moments(asked).filter((at) => at + within > asked.now);
  if (inWindow.length < messages) return null;
  const leaving = inWindow[inWindow.length - messages] ?? asked.now;
  return hold("cap", leaving + within);
}

/** Two messages to a person keep a distance; urgent ones do not wait for it. */
export function gap(asked: Asked): Refusal | null {
  if (asked.pattern.urgent) return null;
  const last = moments(asked).at(-1);
  if (last === undefined) return null;
  const until = last + asked.tenant.settings.gap;
  return until > asked.now ? hold("gap", until) : null;
}

/**
 * When this person was or will be written to, oldest first, those from their other accounts included. Broadcasts are
 * for many and take nobody's place, though they do serve their family.
 */
function moments(asked: Asked): readonly Millis[] {
  const here = counting(asked)
    .filter((message) => message.channel !== "broadcast")
    .map((message) => message.at);
  return [...here, ...(asked.facts?.elsewhere ?? [])].sort((a, b) => a - b);
}

/**
 * The messages that count: not void ones, not the delivery being claimed, none to people of ours.
 * What was decided in dry run reached nobody, and counts only while everything is still a dry run.
 */
function counting({ recipient, delivery, tenant, unit }: Asked): readonly PersonMessage[] {
  const messages = recipient?.messages ?? [];
  if (messages.length === 0) return messages;
  const live = inRollout(tenant, unit);
  return messages.filter(
    ({ state, dry, channel, ...message }) =>
      state !== "void" && message.delivery !== delivery && !(dry && live) && kindOf(channel) !== "human",
  );
}
