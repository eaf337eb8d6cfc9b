/* The way from a message back to the webhook behind it. */

import type { IsoTime } from "./base.ts";
import type { DecisionBody, DeliveryBody, MatchBody, OutcomeBody } from "./records.ts";
import type { ScoreStepBody } from "./risk.ts";

export interface TraceBody {
  readonly id: string;
  readonly delivery: DeliveryBody | null;
  readonly decisions: readonly DecisionBody[];
  readonly match: MatchBody | null;
  readonly scores: readonly (ScoreStepBody & { readonly key: string })[];
  readonly events: readonly TraceEventBody[];
  readonly outcome: OutcomeBody | null;
  readonly feedback: readonly {
    readonly at: IsoTime;
    readonly person: string;
    readonly answer: string | null;
    readonly stars: number | null;
  }[];
}

export interface TraceEventBody {
  readonly seq: number;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly time: IsoTime;
  readonly receivedAt: IsoTime;
  readonly account: string | null;
  readonly person: string | null;
  readonly data: { readonly [name: string]: unknown };
  /** The webhook it came in; the body itself is not kept, its SHA-256 is. */
  readonly webhook: {
    readonly id: string;
    readonly system: string;
    readonly source: string;
    readonly receivedAt: IsoTime;
    readonly bodySha256: string;
    readonly bytes: number;
    readonly deliveryId: string | null;
  } | null;
}
