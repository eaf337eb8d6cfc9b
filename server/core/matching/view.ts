import type { MatchView } from "./contract.ts";
import type { Episode } from "./episode.ts";
import type { Rule } from "./rule.ts";

/** A firing as it is shown outside the matcher. */
export function viewOf(rule: Rule, key: string, episode: Episode): MatchView {
  const { ordinal, firstAt, firedAt, lastSeen, closedAt, closedBy, evidence } = episode;
  return {
    pattern: rule.pattern,
    key,
    episode: ordinal,
    person: evidence.person(),
    firstAt,
    firedAt,
    lastSeen,
    state: closedAt === null ? "open" : "closed",
    closedAt,
    closedBy,
    count: evidence.count,
    events: evidence.ids.slice(),
    data: evidence.data,
  };
}
