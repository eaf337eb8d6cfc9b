import type { Decision } from "../../core/decision.ts";
import type { Match } from "../../core/match.ts";
import type { Pattern } from "../../core/pattern.ts";
import type { Millis } from "../../core/time.ts";
import type { Played } from "./play.ts";
import { figuresOf, type PatternFigures } from "./tickets.ts";

/** What `forestall backtest --json` prints; times are ISO 8601 in UTC. */
export interface BacktestReport {
  readonly matches: readonly {
    readonly id: string;
    readonly pattern: string;
    readonly key: string;
    readonly firedAt: string;
    readonly closedAt: string | null;
    readonly state: Match["state"];
    /** Ids of the newest events it rests on, at most 20, in order of time. */
    readonly events: readonly string[];
  }[];
  readonly patterns: { readonly [id: string]: PatternFigures };
  readonly decisions: readonly {
    readonly match: string;
    readonly pattern: string;
    readonly key: string;
    readonly person: string | null;
    readonly account: string | null;
    readonly step: number;
    readonly at: string;
    readonly kind: Decision["kind"];
    readonly reason: string;
    readonly until: string | null;
    readonly channel: string | null;
    readonly dueBy: string | null;
  }[];
  readonly summary: {
    readonly sent: number;
    /** Judgements by their reason; `none` is a message that nothing stood in the way of. */
    readonly byReason: { readonly [reason: string]: number };
    /** Messages by channel. */
    readonly byChannel: { readonly [channel: string]: number };
  };
  readonly scores: readonly { readonly key: string; readonly score: number; readonly band: string }[];
}

export function reportOf(played: Played, patterns: readonly Pattern[]): BacktestReport {
  return {
    matches: played.matches.map(matchRow),
    patterns: figuresOf(patterns, played.matches, played.tickets),
    decisions: played.decisions.map(decisionRow),
    summary: summaryOf(played.decisions),
    scores: highestOf(played.scores),
  };
}

const iso = (at: Millis) => new Date(at).toISOString();
const isoOrNull = (at: Millis | null) => (at === null ? null : iso(at));

function matchRow({ id, pattern, key, firedAt, closedAt, state, events }: Match) {
  return { id, pattern, key, firedAt: iso(firedAt), closedAt: isoOrNull(closedAt), state, events };
}

function decisionRow(decision: Decision) {
  const { match, pattern, key, person, account, step, kind, reason, channel } = decision;
  const at = iso(decision.at);
  const until = isoOrNull(decision.until);
  const dueBy = isoOrNull(decision.dueBy);
  return { match, pattern, key, person, account, step, at, kind, reason, until, channel, dueBy };
}

/** Of somebody in several accounts, the score where things are worst. */
function highestOf(scores: Played["scores"]): BacktestReport["scores"] {
  const highest = new Map<string, BacktestReport["scores"][number]>();
  for (const { key, score, band } of scores) {
    if (score > (highest.get(key)?.score ?? -1)) highest.set(key, { key, score, band });
  }
  return [...highest.values()];
}

function summaryOf(decisions: readonly Decision[]): BacktestReport["summary"] {
  const sent = decisions.filter(({ kind }) => kind === "send");
  return {
    sent: sent.length,
    byReason: countBy(decisions, ({ reason }) => reason),
    byChannel: countBy(sent, ({ channel }) => channel ?? "none"),
  };
}

function countBy<Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): { readonly [name: string]: number } {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(nameOf(row), (counts.get(nameOf(row)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
