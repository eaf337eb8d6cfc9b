import type { Incoming, Ref } from "../../core/event.ts";
import type { SegmentName } from "./names.ts";

export interface Maker {
  readonly source: string;
  readonly names: { readonly [name: string]: SegmentName };
  readonly receivedAt: number;
  /** When the sender says that it sent this. */
  readonly sentAt: unknown;
  /** The call, where the address names it. */
  readonly named: string | null;
}

export type Call =
  | { readonly event: Incoming }
  | { readonly rejected: string }
  | { readonly ignored: string };

/** What all calls have in common. */
export type Base = Omit<Incoming, "type" | "data">;

/** The ids that a tenant gives Segment are its own. */
export const native = (value: string): Ref => ({ namespace: "native", value });
