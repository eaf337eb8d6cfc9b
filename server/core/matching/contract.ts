import type { EventData } from "../event.ts";
import type { ClosedBy } from "../match.ts";
import type { Pattern } from "../pattern.ts";
import type { Millis } from "../time.ts";

export type { Cells } from "./cells.ts";

/** A match as the matcher sees it, at one moment. */
export interface MatchView {
  readonly pattern: Pattern;
  /** `account/acme`, `person/u1`, `account/acme;endpoint=/v1/export`. */
  readonly key: string;
  /** Counts the firings of one pattern and key from 0. */
  readonly episode: number;
  /** The person in most of its events, the newest on a tie; null when no event names one. */
  readonly person: string | null;
  readonly firstAt: Millis;
  readonly firedAt: Millis;
  readonly lastSeen: Millis;
  readonly state: "open" | "closed";
  readonly closedAt: Millis | null;
  readonly closedBy: ClosedBy | null;
  /** How many events it rests on. */
  readonly count: number;
  /** The newest 20 event ids, in time order. */
  readonly events: readonly string[];
  /** Data of the newest evidence. */
  readonly data: EventData;
}

export type MatchChange =
  | { readonly kind: "fired" | "changed"; readonly match: MatchView }
  | {
      readonly kind: "retracted";
      readonly pattern: Pattern;
      readonly key: string;
      readonly episode: number;
    };

export type Emit = (change: MatchChange) => void;
