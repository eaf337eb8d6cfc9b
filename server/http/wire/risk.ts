/* How much at risk a person or account is, with everything needed to check it by hand. */

import type { BandName, ChannelKindName, IsoTime } from "./base.ts";

/**
 * One match's part in a score. By hand: `alone = risk * confidence * 2^(-(asOf - lastSeen) / halfLife)`; sorted by
 * `alone`, each takes its share of what is left of 100: `points = left * alone / 100`.
 */
export interface ContributionBody {
  readonly pattern: string;
  readonly name: string;
  readonly family: string;
  readonly match: string;
  /** `account/acme`, `person/u1`, `account/acme;endpoint=...`. */
  readonly key: string;
  readonly points: number;
  readonly alone: number;
  readonly risk: number;
  readonly confidence: number;
  /** As files write it: `6h`. */
  readonly halfLife: string;
  readonly halfLifeMs: number;
  readonly firedAt: IsoTime;
  readonly lastSeen: IsoTime;
  /** Events it rests on. */
  readonly events: number;
  /** Further matches of the same family, which do not add. */
  readonly more: number;
  readonly why: string;
  readonly state: "open" | "closed" | "retracted";
  readonly experimental: boolean;
  readonly tags: readonly string[];
}

export interface OpenMatchBody {
  readonly match: string;
  readonly pattern: string;
  readonly name: string;
  readonly key: string;
  readonly person: string | null;
  readonly firedAt: IsoTime;
  readonly lastSeen: IsoTime;
  readonly events: number;
  readonly why: string;
  /** What is being done about it; null when it is only logged. */
  readonly help: {
    readonly state: "held" | "review" | "sent" | "ended";
    /** The last judgement's reason. */
    readonly reason: string;
    readonly step: number;
    readonly dueBy: IsoTime;
    readonly deliveries: readonly string[];
  } | null;
}

export interface ScoreStepBody {
  readonly at: IsoTime;
  readonly score: number;
  readonly band: BandName;
  /** What changed: "+ 5 rate-limit errors", "resolved: ...", "faded: ...". */
  readonly why: string;
}

/** What the customer and the agents have set for a person. */
export interface PersonControlsBody {
  readonly stoppedAt: IsoTime | null;
  readonly paused: boolean;
  /** Null while paused means: until somebody resumes. */
  readonly pausedUntil: IsoTime | null;
  readonly snoozedUntil: IsoTime | null;
  readonly channelsOff: readonly ChannelKindName[];
  readonly preferred: string | null;
  /** Families the person said they do not have. */
  readonly muted: readonly { readonly family: string; readonly until: IsoTime }[];
}

/** The score of a person or account at `asOf`, with everything needed to check it by hand. */
export interface RiskBody {
  readonly id: string;
  readonly kind: "person" | "account";
  /** The company's name; people's names are not here. */
  readonly name: string | null;
  readonly score: number;
  /** The score before rounding: the sum of all `points`. */
  readonly unrounded: number;
  readonly band: BandName;
  readonly headline: string;
  readonly contributions: readonly ContributionBody[];
  /** The score from the matches with each tag alone: churn, frustration, intent. */
  readonly subScores: { readonly [tag: string]: number };
  /** Oldest first. */
  readonly history: readonly ScoreStepBody[];
  readonly openMatches: readonly OpenMatchBody[];
  readonly asOf: IsoTime;
  /** Deliberately not messaged, so that the effect can be measured. */
  readonly controlGroup: boolean;
  /** Null for an account. */
  readonly controls: PersonControlsBody | null;
  /** The value of `If-Match` for pause, resume and stop; null for an account. */
  readonly revision: string | null;
}

export interface RiskListItem {
  readonly kind: "person" | "account";
  readonly id: string;
  readonly name: string | null;
  readonly score: number;
  readonly band: BandName;
  readonly why: string;
  readonly at: IsoTime;
  readonly segment: string | null;
  readonly owner: string | null;
}

/** What the list of risks can be narrowed by. At most 500 of each. */
export interface RiskFiltersBody {
  readonly owners: readonly string[];
  readonly segments: readonly string[];
}
