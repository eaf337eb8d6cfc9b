import type { Failure } from "./failure.ts";
import type { AlertBody, ManualPreviewBody, OpenMatchBody, ReviewBody, RiskListItem } from "./wire.ts";

/** What an agent wants to do, as it was seen when they chose it: revisions are those of that moment. */
export type Ask =
  | { readonly kind: "false_alarm"; readonly match: OpenMatchBody; readonly revision: string | null }
  | {
      readonly kind: "pause" | "resume" | "stop";
      readonly person: string;
      readonly revision: string | null;
    }
  | { readonly kind: "approve" | "edit" | "reject"; readonly review: ReviewBody }
  | { readonly kind: "send"; readonly person: string; readonly choices: readonly Choice[] }
  | { readonly kind: "hand_over"; readonly alert: AlertBody; readonly owner: string }
  | { readonly kind: "link"; readonly zendeskId: string | null; readonly email: string | null }
  | { readonly kind: "undo"; readonly action: string };

/** A message that can be sent by hand. */
export interface Choice {
  readonly template: string;
  readonly name: string;
  readonly channels: readonly string[];
  /** The open match it belongs to. */
  readonly match: string | null;
}

/** What the agent filled in. */
export interface Filled {
  readonly reason: string;
  readonly until?: string;
  readonly text?: string;
  readonly template?: string;
  readonly channel?: string;
  readonly person?: string;
}

/** What was done last, for the line that offers to take it back. */
export interface Deed {
  readonly kind: Ask["kind"] | "copy_note" | "insert_reply";
  readonly at: string;
  /** Id of the action, when it can be taken back. */
  readonly undo: string | null;
  /** What the line names: an end, an owner, a person. */
  readonly name: string;
}

/** A message by hand before it is sent: what speaks against it, and how it would look. */
export interface Preview {
  readonly template: string;
  readonly channel: string;
  readonly body: ManualPreviewBody | null;
  readonly failure: Failure | null;
}

/** What the agent is about to do, and what they did last. */
export interface DeskState {
  readonly ask: Ask | null;
  readonly busy: boolean;
  readonly failure: Failure | null;
  readonly preview: Preview | null;
  readonly found: readonly RiskListItem[] | null;
  readonly done: Deed | null;
  /** Failure of something that has no dialog. */
  readonly trouble: Failure | null;
}
