import type { Channel } from "../pattern.ts";
import { kindOf } from "../tenant.ts";
import { type Asked, type Guard, hold, type Refusal, stop } from "./guard.ts";
import { noConsent, optedOut, unreachable } from "./reach.ts";
import { inHoldout, isExcluded } from "./rollout.ts";
import { cap, duplicate, gap } from "./spacing.ts";
import { cooldown, incident, quiet, review, stale, weekend } from "./waiting.ts";

/**
 * The guards of the policy, in their order: the first that applies names the reason. `switched_off` stands twice, as the
 * switches of tenant, pattern and account concern everything, and those of a channel only that channel.
 */
export const GUARDS: readonly Guard[] = [
  { reason: "switched_off", per: "whole", check: switchedOff },
  { reason: "switched_off", per: "channel", check: channelSwitchedOff },
  { reason: "retracted", per: "whole", check: retracted },
  { reason: "resolved", per: "whole", check: resolved },
  { reason: "below", per: "whole", check: below },
  { reason: "ladder_end", per: "whole", check: ladderEnd },
  { reason: "opted_out", per: "channel", check: optedOut },
  { reason: "no_consent", per: "channel", check: noConsent },
  { reason: "unreachable", per: "channel", check: unreachable },
  { reason: "not_ready", per: "channel", check: notReady },
  { reason: "muted", per: "whole", check: muted },
  { reason: "snoozed", per: "whole", check: snoozed },
  { reason: "paused", per: "whole", check: paused },
  { reason: "duplicate", per: "whole", check: duplicate },
  { reason: "incident", per: "whole", check: incident },
  { reason: "cooldown", per: "whole", check: cooldown },
  { reason: "holdout", per: "whole", check: holdout },
  { reason: "review", per: "whole", check: review },
  { reason: "cap", per: "whole", check: cap },
  { reason: "gap", per: "whole", check: gap },
  { reason: "quiet", per: "channel", check: quiet },
  { reason: "stale", per: "whole", check: stale },
];

/** Those that hold for asking a person of ours: the rules about the match, not those about messages. */
export const HUMAN_GUARDS: readonly Guard[] = [
  { reason: "switched_off", per: "whole", check: switchedOff },
  { reason: "switched_off", per: "channel", check: channelSwitchedOff },
  { reason: "retracted", per: "whole", check: retracted },
  { reason: "resolved", per: "whole", check: resolved },
  { reason: "below", per: "whole", check: below },
  { reason: "ladder_end", per: "whole", check: ladderEnd },
  { reason: "incident", per: "whole", check: incident },
  { reason: "quiet", per: "channel", check: weekend },
];

/** Tenant or pattern switched off, here or in the store, or an account that is never messaged. */
function switchedOff({ tenant, pattern, unit, facts }: Asked): Refusal | null {
  const off =
    tenant.switches.tenant ||
    tenant.switches.patterns.includes(pattern.id) ||
    pattern.status === "paused" ||
    facts?.switchedOff === true ||
    isExcluded(tenant, unit);
  return off ? stop("switched_off") : null;
}

function channelSwitchedOff({ tenant }: Asked, channel: Channel): Refusal | null {
  return tenant.switches.channels.includes(kindOf(channel)) ? stop("switched_off") : null;
}

/** A late event undid the match. */
function retracted({ match }: Asked): Refusal | null {
  return match.state === "retracted" ? stop("retracted") : null;
}

function resolved(asked: Asked): Refusal | null {
  return asked.resolved ? stop("resolved") : null;
}

/** Too little to act on: normal, or watch without a channel that may be used there; experimental needs more. */
function below({ band, experimental, score, tenant, ladder, allowed }: Asked): Refusal | null {
  const unproven = experimental && (band === "watch" || score < tenant.settings.experimentalFrom);
  const noChannel = ladder.length > 0 && allowed.length === 0;
  return band === "normal" || unproven || noChannel ? stop("below") : null;
}

/** There is no further step: what remains is a person of ours, if the row has one. */
function ladderEnd({ ladder }: Asked): Refusal | null {
  return ladder.length === 0 ? stop("ladder_end") : null;
}

/** A template or link of the tenant is missing, or the channel is not there. */
function notReady({ tenant, pattern }: Asked, channel: Channel): Refusal | null {
  const missing = tenant.notReady.has(`${pattern.message}|${channel}`);
  return missing || tenant.channels[kindOf(channel)] === "off" ? stop("not_ready") : null;
}

/** They said that they do not have this problem. */
function muted({ recipient, match, now }: Asked): Refusal | null {
  return (recipient?.muted[match.family] ?? now) > now ? stop("muted") : null;
}

/** By the customer. */
function snoozed({ recipient, now }: Asked): Refusal | null {
  const until = recipient?.snoozedUntil ?? now;
  return until > now ? hold("snoozed", until) : null;
}

/** By an agent or ops. */
function paused({ recipient, now }: Asked): Refusal | null {
  const until = recipient?.pausedUntil ?? now;
  return until > now ? hold("paused", until) : null;
}

/** Deliberately not messaged, so that the effect can be measured; nobody urgent is left alone for that. */
function holdout({ tenant, unit, pattern }: Asked): Refusal | null {
  return !pattern.urgent && inHoldout(tenant, unit) ? stop("holdout") : null;
}
