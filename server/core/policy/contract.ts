import type { ClaimFacts } from "../control.ts";
import type { Judgement } from "../decision.ts";
import type { Match } from "../match.ts";
import type { Channel, Pattern } from "../pattern.ts";
import type { TenantState } from "../tenant.ts";
import type { Millis } from "../time.ts";
import type { Pursuit, Unit } from "../unit.ts";

/** Everything a judgement depends on. */
export interface Question {
  readonly now: Millis;
  readonly tenant: TenantState;
  readonly unit: Unit;
  readonly match: Match;
  readonly pattern: Pattern;
  /** The match was silenced (recovered, false alarm, not mine) or helped through another channel. */
  readonly resolved: boolean;
  readonly pursuit: Pursuit;
  /** Index into `ladder` to start from. */
  readonly step: number;
  /** Score of the match's own key at this moment. */
  readonly score: number;
  /** Moving on from `step` to later channels is allowed when judging, not when claiming a given delivery. */
  readonly only?: Channel;
  /** The person a claimed delivery goes to; otherwise recipients are chosen. */
  readonly person?: string;
  /** The delivery being claimed: its own reservation does not count against it. */
  readonly delivery?: string;
  readonly facts?: ClaimFacts | null;
  /** A human approved it: `review` passes. */
  readonly approved: boolean;
}

/** The channels of a match in order: preferred, fallback, escalation; the person's preferred one in front. */
export interface Ladder {
  /** Channels that carry a message to the person, in order. */
  readonly messages: readonly Channel[];
  /** The human step, if the row has one. */
  readonly human: Channel | null;
}

/**
 * The answer of the guards. `step` of a send is that of the channel used, which may be later than the one asked about;
 * of a hold or stop it is the one asked about, from which to judge again. `channel` of a hold or stop is the one it
 * is about.
 */
export type GuardResult = Judgement & { readonly step: number };
