import type { TenantControl, UnitControl } from "./control.ts";
import type { Decision } from "./decision.ts";
import type { Alert, Delivery, Outcome } from "./delivery.ts";
import type { Match } from "./match.ts";
import type { Contribution } from "./score.ts";
import type { Millis } from "./time.ts";
import type { AccountState, Band, PersonState } from "./unit.ts";

/** The score of a key, as it now is; `history` says whether this step is worth remembering. */
export interface ScoreRow {
  readonly tenant: string;
  readonly unit: string;
  readonly key: string;
  readonly at: Millis;
  readonly score: number;
  readonly band: Band;
  readonly contributions: readonly Contribution[];
  /** The clue of the largest contribution. */
  readonly why: string;
  /** What changed since the step before, in words; the history tells each step by it. */
  readonly change?: string;
  readonly history: boolean;
}

export interface FeedbackRow {
  readonly id: string;
  readonly tenant: string;
  readonly match: string;
  readonly delivery: string | null;
  readonly person: string;
  readonly at: Millis;
  readonly answer: string | null;
  readonly stars: number | null;
}

/** What assessing an input leads to. The store writes them in the same transaction as the input. */
export type Effect =
  | { readonly kind: "match"; readonly row: Match }
  | { readonly kind: "decision"; readonly row: Decision }
  | { readonly kind: "delivery"; readonly row: Delivery }
  | { readonly kind: "alert"; readonly row: Alert }
  | { readonly kind: "outcome"; readonly row: Outcome }
  | { readonly kind: "score"; readonly row: ScoreRow }
  | { readonly kind: "feedback"; readonly row: FeedbackRow }
  | { readonly kind: "account"; readonly tenant: string; readonly unit: string; readonly row: AccountState }
  | { readonly kind: "person"; readonly tenant: string; readonly unit: string; readonly row: PersonState }
  | {
      readonly kind: "person_removed";
      readonly tenant: string;
      readonly unit: string;
      readonly person: string;
    }
  /** A change of the tenant-wide state that follows from this input; logged as an input of its own. */
  | { readonly kind: "tenant"; readonly control: TenantControl }
  /** An input for another unit that follows from this one; logged as an input of its own. */
  | { readonly kind: "forward"; readonly unit: string; readonly control: UnitControl };
