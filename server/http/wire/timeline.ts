/* What happened, of every kind, newest first. */

import type { IsoTime } from "./base.ts";
import type { SentMessageBody } from "./messages.ts";
import type { AuditBody, DecisionBody, IncidentBody, MatchBody } from "./records.ts";

/** One thing that happened, of any kind. `id` is unique within its kind. */
export type TimelineItem = TimelinePlace &
  (
    | { readonly kind: "signal"; readonly signal: SignalBody }
    | { readonly kind: "ticket"; readonly ticket: string | null; readonly signal: SignalBody }
    | { readonly kind: "match"; readonly match: MatchBody }
    | { readonly kind: "message"; readonly message: SentMessageBody }
    | {
        readonly kind: "feedback";
        readonly feedback: {
          readonly match: string;
          readonly delivery: string | null;
          readonly person: string;
          readonly answer: string | null;
          readonly stars: number | null;
        };
      }
    /** What was held or stopped, and why; what was sent is there as its message. */
    | { readonly kind: "not_sent"; readonly decision: DecisionBody }
    | { readonly kind: "incident"; readonly incident: IncidentBody }
    /** What an agent or ops person did; `undoable` ones go to `/actions/<id>/undo`. */
    | { readonly kind: "action"; readonly action: AuditBody }
  );

export interface TimelinePlace {
  readonly id: string;
  readonly at: IsoTime;
}

export interface SignalBody {
  readonly type: string;
  readonly source: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly data: { readonly [name: string]: unknown };
}
