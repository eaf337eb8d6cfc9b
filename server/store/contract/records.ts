/* Everything that is read of what was judged and done, for people, for analyses and for learning. */

import type { Decision } from "../../core/decision.ts";
import type { Alert, AlertState, Delivery, DeliveryStatus, Outcome } from "../../core/delivery.ts";
import type { FeedbackRow, ScoreRow } from "../../core/effect.ts";
import type { Event } from "../../core/event.ts";
import type { Match } from "../../core/match.ts";
import type { Incident } from "../../core/tenant.ts";
import type { Millis } from "../../core/time.ts";
import type { AuditRow, DeadLetter } from "./batch.ts";
import type {
  DailyRow,
  KeyQuery,
  Page,
  PageQuery,
  RiskQuery,
  RiskRow,
  Summary,
  Trace,
  UnreadableRecord,
} from "./queries.ts";

export interface FeatureRow {
  readonly id: string; // match id, or `sample:<key hash>:<day>`
  readonly tenant: string;
  /** Keyed hash of the score key; not reversible without the secret. */
  readonly pseudonym: string;
  readonly at: Millis;
  readonly kind: "match" | "sample";
  readonly pattern: string | null;
  readonly segment: string | null;
  readonly features: { readonly [name: string]: number | null };
  /** A ticket within 24 h: 1, 0, or null while it is open. */
  readonly label: 0 | 1 | null;
}

/**
 * Lists come in pages, newest first unless said, rows of one moment in a fixed order; every given condition holds.
 * `after` takes the `next` of the page before. @throws BadCursor when it is not one of the same list
 *
 * Lists pass over what cannot be read, and pages say how much that was; `allOf` is for whoever must not miss any.
 */
export interface Records {
  match(tenant: string, id: string): Promise<Match | null>;
  decision(tenant: string, id: string): Promise<Decision | null>;
  alert(tenant: string, id: string): Promise<Alert | null>;
  auditRow(tenant: string, id: string): Promise<AuditRow | null>;
  matches(tenant: string, query: KeyQuery & { open?: boolean; pattern?: string }): Promise<Page<Match>>;
  decisions(tenant: string, query: KeyQuery & { match?: string }): Promise<Page<Decision>>;
  deliveries(
    tenant: string,
    query: KeyQuery & { status?: DeliveryStatus; match?: string },
  ): Promise<Page<Delivery>>;
  alerts(tenant: string, query: KeyQuery & { state?: AlertState; owner?: string }): Promise<Page<Alert>>;
  incidents(tenant: string, query: PageQuery): Promise<Page<Incident>>;
  outcomes(tenant: string, query: KeyQuery & { pattern?: string }): Promise<Page<Outcome>>;
  feedback(tenant: string, query: KeyQuery): Promise<Page<FeedbackRow>>;
  /** By when they came in, the newest first; `since` and `until` are times of the events, both included. */
  events(tenant: string, query: KeyQuery & { until?: Millis; unit?: string }): Promise<Page<Event>>;
  audit(tenant: string, query: PageQuery & { subject?: string }): Promise<Page<AuditRow>>;
  deadLetters(tenant: string, query: PageQuery): Promise<Page<DeadLetter>>;
  /** The most frequent first, at most 1,000. */
  unknownTypes(
    tenant: string,
  ): Promise<readonly { source: string; type: string; count: number; at: Millis }[]>;
  /** The score of a key as it is now. */
  score(tenant: string, key: string): Promise<ScoreRow | null>;
  /** Newest first, from `since` on. `why` says what changed at each step. */
  scoreHistory(tenant: string, key: string, since: Millis, limit: number): Promise<readonly ScoreRow[]>;
  /** The highest score first, then in order of the key. */
  risks(tenant: string, query: RiskQuery): Promise<Page<RiskRow>>;
  /** Owners and segments of everything that has a score, in the order of their code points; at most 500 of each. */
  riskFilters(
    tenant: string,
  ): Promise<{ readonly owners: readonly string[]; readonly segments: readonly string[] }>;
  /** @param id of a decision or a delivery; null when it is neither */
  trace(tenant: string, id: string): Promise<Trace | null>;
  summary(tenant: string, now: Millis): Promise<Summary>;

  // ---- to learn from
  /** What a score key is called in feature rows: `FeatureRow.pseudonym`. Erasing a person replaces it. */
  pseudonym(tenant: string, key: string): Promise<string>;
  /** Each replaces the one with its id. On disk when it resolves. @throws StoreUnavailable */
  saveFeatures(rows: readonly FeatureRow[]): Promise<void>;
  /** Of all tenants, oldest first. */
  matchesWithoutFeatures(limit: number): Promise<readonly Match[]>;
  /** Of all tenants, from before that moment, oldest first; those behind a place in that order, when it is given. */
  unlabelledFeatures(
    before: Millis,
    limit: number,
    after?: Pick<FeatureRow, "at" | "tenant" | "id">,
  ): Promise<readonly FeatureRow[]>;
  /** How many events of a type a unit and person had on a day that is not in the log any more; newest day first. */
  dailyAggregates(tenant: string, query: KeyQuery): Promise<Page<DailyRow>>;
  /** What could not be read since the store was opened, each once. */
  unreadable(): Promise<readonly UnreadableRecord[]>;
  /** Rows of every table, over all tenants. */
  counts(): Promise<{ readonly [table: string]: number }>;
}
