/* Bodies of writes. */

import type { IsoTime } from "./base.ts";

/** Every write says why. `actor` may also come in the header `Forestall-Actor`, which wins. */
export interface WithReason {
  readonly reason: string;
  readonly actor?: string;
}

export interface PauseRequest extends WithReason {
  /** Without either: until somebody resumes. */
  readonly until?: IsoTime;
  readonly for?: string;
}

export interface VerdictRequest extends WithReason {
  readonly verdict: "false_alarm" | "real";
}

export interface ReviewRequest extends WithReason {
  readonly answer: "approve" | "edit" | "reject";
  /** With `edit`: the text that goes out instead. */
  readonly text?: string;
}

export interface AssignRequest extends WithReason {
  readonly assignee: string;
}

export interface SnoozeRequest extends WithReason {
  readonly until?: IsoTime;
  readonly for?: string;
}

export interface ManualRequest extends WithReason {
  readonly person: string;
  readonly channel: string;
  readonly template: string;
  readonly match?: string;
  /** Sends although a guard says hold or stop, where that is allowed. */
  readonly override?: boolean;
}

export interface IncidentRequest extends WithReason {
  readonly scope: { readonly kind: "all" | "pattern" | "component" | "account"; readonly name?: string };
}

export interface SwitchRequest extends WithReason {
  readonly what: "tenant" | "pattern" | "channel";
  /** Pattern id or channel kind. */
  readonly name?: string;
  readonly off: boolean;
}

export interface LinkRequest extends WithReason {
  /** Number of the Zendesk user; with it or the address, or both. */
  readonly zendeskId?: string;
  readonly email?: string;
}

export interface RolloutRequest extends WithReason {
  readonly all?: boolean;
  readonly accounts?: readonly string[];
  readonly segments?: readonly string[];
  readonly percent?: number;
}
