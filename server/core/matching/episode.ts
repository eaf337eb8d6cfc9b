import type { EventData } from "../event.ts";
import type { ClosedBy } from "../match.ts";
import type { Millis } from "../time.ts";
import type { Evidence } from "./evidence.ts";

/** What a firing is to the patterns that listen for it; it stays what it was when the match fired. */
export interface Firing {
  readonly id: string;
  readonly person: string | null;
  readonly data: EventData;
}

/** One firing of a pattern for a key: open until `closedAt` is set. */
export class Episode {
  readonly ordinal: number;
  readonly firstAt: Millis;
  readonly firedAt: Millis;
  lastSeen: Millis;
  closedAt: Millis | null = null;
  closedBy: ClosedBy | null = null;
  readonly evidence: Evidence;
  /** Null when no pattern listens for this one. */
  readonly firing: Firing | null;

  constructor(
    ordinal: number,
    firstAt: Millis,
    firedAt: Millis,
    lastSeen: Millis,
    evidence: Evidence,
    firing: Firing | null,
  ) {
    this.ordinal = ordinal;
    this.firstAt = firstAt;
    this.firedAt = firedAt;
    this.lastSeen = lastSeen;
    this.evidence = evidence;
    this.firing = firing;
  }

  /** An open one; closed ones are never changed again and need no copy. */
  copy(): Episode {
    const { ordinal, firstAt, firedAt, lastSeen, evidence, firing } = this;
    return new Episode(ordinal, firstAt, firedAt, lastSeen, evidence.copy(), firing);
  }
}

/** True when both would be shown alike. */
export function looksLike(one: Episode, other: Episode): boolean {
  return (
    one.firstAt === other.firstAt &&
    one.firedAt === other.firedAt &&
    one.lastSeen === other.lastSeen &&
    one.closedAt === other.closedAt &&
    one.closedBy === other.closedBy &&
    one.evidence.count === other.evidence.count &&
    one.evidence.data === other.evidence.data &&
    one.evidence.person() === other.evidence.person() &&
    one.evidence.ids.length === other.evidence.ids.length &&
    one.evidence.ids.every((id, i) => id === other.evidence.ids[i])
  );
}
