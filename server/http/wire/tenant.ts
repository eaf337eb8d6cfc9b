/* What concerns the whole tenant. */

import type { BandName, ChannelKindName, IsoTime } from "./base.ts";

/** A delivery that was signed rightly and could not be read. */
export interface DeadLetterBody {
  readonly id: string;
  readonly at: IsoTime;
  readonly system: string;
  readonly source: string;
  readonly reason: string;
  readonly bytes: number;
  /** The first 2,000 bytes of the body as text. */
  readonly excerpt: string;
}

/** An event type that means nothing here. */
export interface UnknownTypeBody {
  readonly source: string;
  readonly type: string;
  readonly count: number;
  /** When it was seen last. */
  readonly at: IsoTime;
}

export interface PatternBody {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly family: string;
  readonly issue: string;
  readonly timing: string;
  readonly urgent: boolean;
  readonly risk: number;
  readonly confidence: number;
  readonly halfLife: string;
  readonly quiet: string;
  readonly per: readonly string[];
  readonly channels: readonly string[];
  readonly status: string;
  readonly strength: "strong" | "moderate" | "weak";
  /** `correlation` and `prevention` are shares from 0 to 1. */
  readonly history: { readonly correlation: number; readonly prevention: number; readonly leadTime: string };
  readonly owner: string;
  readonly firstAction: string;
  readonly playbook: string;
  readonly typicalTicket: string;
  readonly message: string;
  readonly tags: readonly string[];
}

export interface SummaryBody {
  readonly at: IsoTime;
  /** Accounts watched. */
  readonly monitored: number;
  readonly bands: { readonly [band in BandName]: number };
  readonly sent24h: number;
  /** `none`: by hand, or told to many. */
  readonly byTiming24h: { readonly [timing: string]: number };
  readonly byChannel24h: { readonly [channel: string]: number };
  readonly byReason24h: { readonly [reason: string]: number };
  readonly patterns30d: readonly {
    readonly pattern: string;
    readonly name: string;
    readonly fired: number;
    readonly prevented: number;
    readonly notPrevented: number;
    /** prevented / (prevented + not prevented); null without either. */
    readonly preventionRate: number | null;
  }[];
  readonly outcomes30d: { readonly [kind: string]: number };
  readonly optedOut: number;
  readonly csat: { readonly n: number; readonly mean: number | null };
}

export interface SwitchesBody {
  /** True: everything of this tenant is off. */
  readonly tenant: boolean;
  readonly patterns: readonly string[];
  readonly channels: readonly ChannelKindName[];
  readonly revision: string;
}

export interface RolloutBody {
  readonly all: boolean;
  readonly accounts: readonly string[];
  readonly segments: readonly string[];
  readonly percent: number;
  /** Nobody is messaged: all is decided and rendered only. */
  readonly dryRun: boolean;
  readonly revision: string;
}
