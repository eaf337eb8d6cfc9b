/**
 * What every store must do. SQLite is the default, PostgreSQL comes beside it; both run the suite in
 * test/store/contract.ts. Every row belongs to one tenant and every query names it.
 *
 * The pipeline is the only writer of inputs and effects, through `commit`: one transaction, on disk (fsync) when the
 * promise resolves, nothing written when it rejects with `StoreUnavailable`.
 */
import type { Decision } from "../core/decision.ts";
import type { Alert, AlertState, Delivery, DeliveryStatus, Outcome } from "../core/delivery.ts";
import type { FeedbackRow, ScoreRow } from "../core/effect.ts";
import type { ContactDetails, Event } from "../core/event.ts";
import type { Match } from "../core/match.ts";
import type { Incident } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";
import type { AccountState, Band, PersonState } from "../core/unit.ts";
import type { AuditRow, Batch, DeadLetter, LogInput } from "./contract/batch.ts";
import type { FeatureRow, SentCopy, UnitSnapshot } from "./contract/kept.ts";
import type { KeyQuery, LaneSkip, Page, PageQuery, RiskRow, Summary, Trace } from "./contract/queries.ts";
import type { ChannelRow, SourceRow, TenantRow, TokenRow } from "./contract/tenancy.ts";

export type * from "./contract/batch.ts";
export type * from "./contract/kept.ts";
export type * from "./contract/queries.ts";
export type * from "./contract/tenancy.ts";

/** The write did not happen; memory must not keep what it assumed. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}
/** A record was written by a newer version, or is nothing that any version wrote; the message says which and where. */
export class RecordRefused extends Error {
  override readonly name = "RecordRefused";
}
/** The database is damaged; the message says how to restore. */
export class StoreDamaged extends Error {
  override readonly name = "StoreDamaged";
}

export interface Store {
  /** Checks integrity and brings the schema up to date. @throws StoreDamaged */
  open(): Promise<void>;
  close(): Promise<void>;

  // ---- the pipeline
  /** All or nothing, on disk when it resolves. @throws StoreUnavailable */
  commit(batch: Batch): Promise<void>;
  /** Whether a small write would go through now; used before accepting again after a failure. */
  probe(): Promise<boolean>;
  lastSeq(): Promise<number>;
  /** Of these events, which are known: answers `tenant\u0000source\u0000id`. Identities are kept 7 days. */
  known(events: readonly { tenant: string; source: string; id: string }[]): Promise<ReadonlySet<string>>;
  loadUnits(units: readonly { tenant: string; unit: string }[]): Promise<readonly UnitSnapshot[]>;
  saveUnits(snapshots: readonly UnitSnapshot[]): Promise<void>;
  /** Units that sleep on disk and have a timer due. */
  dueUnits(upTo: Millis, limit: number): Promise<readonly { tenant: string; unit: string }[]>;
  /** Of a tenant, names of units whose snapshot is older than that log position, in order, after the name `after`. */
  unitsBefore(
    tenant: string,
    query: { readonly seq: number; readonly after: string; readonly limit: number },
  ): Promise<readonly string[]>;
  /** Log position before which every unit's snapshot contains all its inputs. */
  checkpoint(): Promise<number>;
  setCheckpoint(seq: number): Promise<void>;
  /**
   * In order of seq, at most `limit`; `unit` narrows to one unit and the tenant-wide records, `tenantWide` to the
   * tenant-wide records alone: of one tenant, or of all. `alone`: without the tenant-wide records.
   */
  inputs(query: {
    after: number;
    limit: number;
    tenant?: string;
    unit?: string;
    tenantWide?: boolean;
    alone?: true;
  }): Promise<readonly LogInput[]>;

  // ---- directory
  identify(
    tenant: string,
    refs: readonly { namespace: string; value: string }[],
  ): Promise<readonly ({ kind: "person" | "account"; id: string } | null)[]>;
  /** What stands for these names where a name itself must not: keyed hashes. */
  nameKeys(tenant: string, refs: readonly { namespace: string; value: string }[]): Promise<readonly string[]>;
  memberships(tenant: string, persons: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>; // newest first
  contact(tenant: string, person: string): Promise<ContactDetails | null>;
  erased(tenant: string, refs: readonly { namespace: string; value: string }[]): Promise<ReadonlySet<string>>; // `namespace:value`
  /** Which of these addresses are on the stop list: `namespace:value`. Erasing a stopped person leaves theirs on it. */
  stopped(
    tenant: string,
    refs: readonly { namespace: string; value: string }[],
  ): Promise<ReadonlySet<string>>;
  person(tenant: string, id: string): Promise<PersonState | null>;
  account(tenant: string, id: string): Promise<AccountState | null>;

  // ---- delivery
  /** Queued rows whose moment has come, most urgent first: not released before released, then priority, then dueBy. */
  dueDeliveries(
    now: Millis,
    limit: number,
    kinds: readonly string[],
    /** Rows to leave out, so that one full or failing lane does not hide the others behind it. */
    skip?: readonly LaneSkip[],
  ): Promise<readonly Delivery[]>;
  /** How many queued rows of these kinds came out of a hold and are due, by tenant and kind. */
  releasedWaiting(
    now: Millis,
    kinds: readonly string[],
  ): Promise<readonly { tenant: string; kind: string; count: number }[]>;
  /** `sending` with an expired lease, then `in_doubt`. */
  doubtfulDeliveries(now: Millis, limit: number): Promise<readonly Delivery[]>;
  nextDeliveryAt(): Promise<Millis | null>;
  /**
   * In-app rows (banners of a broadcast too) of this person or anonymous session: queued ones whose moment has come,
   * and those handed over (`sent`) that nobody has seen, clicked or dismissed yet, while `dueBy` is less than 7 days
   * past.
   */
  waitingInApp(
    tenant: string,
    who: { person?: string; session?: string },
    now: Millis,
  ): Promise<readonly Delivery[]>;
  delivery(tenant: string, id: string): Promise<Delivery | null>;
  deliveryByProviderId(tenant: string, system: string, providerId: string): Promise<Delivery | null>;
  /** On disk when it resolves: what follows is the call to the provider. Replaces an earlier copy. */
  saveSentCopy(copy: SentCopy): Promise<void>;
  sentCopy(tenant: string, delivery: string): Promise<SentCopy | null>;
  /** Whose copy has this `shortLink`; null when nobody's, or when its person was erased. */
  behindShortLink(hash: string): Promise<{ readonly tenant: string; readonly delivery: string } | null>;
  /** Moments of messages to this person in other units since then: reserved, in doubt or sent. */
  messagesElsewhere(tenant: string, person: string, unit: string, since: Millis): Promise<readonly Millis[]>;
  unnotifiedAlerts(now: Millis, limit: number): Promise<readonly Alert[]>;
  markNotified(tenant: string, alert: string, at: Millis): Promise<boolean>; // false when somebody was first

  // ---- reading
  match(tenant: string, id: string): Promise<Match | null>;
  decision(tenant: string, id: string): Promise<Decision | null>;
  alert(tenant: string, id: string): Promise<Alert | null>;
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
  events(tenant: string, query: KeyQuery & { until?: Millis; unit?: string }): Promise<Page<Event>>; // newest first
  audit(tenant: string, query: PageQuery & { subject?: string }): Promise<Page<AuditRow>>;
  auditRow(tenant: string, id: string): Promise<AuditRow | null>;
  deadLetters(tenant: string, query: PageQuery): Promise<Page<DeadLetter>>;
  unknownTypes(
    tenant: string,
  ): Promise<readonly { source: string; type: string; count: number; at: Millis }[]>;
  score(tenant: string, key: string): Promise<ScoreRow | null>;
  /** Newest first. `why` says what changed at each step. */
  scoreHistory(tenant: string, key: string, since: Millis, limit: number): Promise<readonly ScoreRow[]>;
  risks(
    tenant: string,
    query: PageQuery & {
      band?: Band;
      kind?: "account" | "person";
      segment?: string;
      owner?: string;
      pattern?: string;
      /** Part of the account's name, or the beginning of the key's id; case does not matter in names. */
      name?: string;
    },
  ): Promise<Page<RiskRow>>; // highest first
  /** Owners and segments of everything that has a score, in the order of their code points; at most 500 of each. */
  riskFilters(
    tenant: string,
  ): Promise<{ readonly owners: readonly string[]; readonly segments: readonly string[] }>;
  trace(tenant: string, id: string): Promise<Trace | null>; // decision or delivery id
  /** `timingOf` says the timing class of a pattern, which the store does not know. */
  summary(tenant: string, now: Millis, timingOf: (pattern: string) => string): Promise<Summary>;

  // ---- administration
  tenants(): Promise<readonly TenantRow[]>;
  createTenant(row: TenantRow, tokens: readonly TokenRow[]): Promise<void>;
  tokens(): Promise<readonly TokenRow[]>;
  saveToken(row: TokenRow): Promise<void>;
  sources(tenant?: string): Promise<readonly SourceRow[]>;
  saveSource(row: SourceRow): Promise<void>;
  removeSource(tenant: string, system: string, id: string): Promise<boolean>;
  channels(tenant?: string): Promise<readonly ChannelRow[]>;
  saveChannel(row: ChannelRow): Promise<void>;
  libraryContent(version: string): Promise<string | null>;
  saveLibraryContent(version: string, content: string): Promise<void>;

  // ---- privacy and upkeep
  /** Everything about a person, readable. */
  exportPerson(tenant: string, person: string): Promise<{ readonly [table: string]: readonly unknown[] }>;
  exportTenant(tenant: string): AsyncIterable<{ readonly table: string; readonly row: unknown }>;
  /**
   * Deletes the person's rows and key, rewrites what mentions them, leaves a keyed hash; truncates the WAL. What stays
   * for counting carries `pseudonym` (the one of the erase record in the log) in place of the person. Snapshots of the
   * person's units go: write new ones after erasing in memory.
   */
  erasePerson(tenant: string, person: string, at: Millis, pseudonym?: string): Promise<{ rows: number }>;
  /** Remembers that this person is being erased, until `erasePerson` is done. On disk when it resolves. */
  beginErasure(tenant: string, person: string, pseudonym: string): Promise<void>;
  /** Begun and not brought to their end, as the process was killed: to be done again. */
  unfinishedErasures(): Promise<readonly { tenant: string; person: string; pseudonym: string }[]>;
  /** Raw events older than `before` become daily aggregates; identities older than 7 d, features older than 13 months go. */
  retain(now: Millis): Promise<{ events: number; identities: number; features: number }>;
  /** What a score key is called in feature rows: `FeatureRow.pseudonym`. Erasing a person replaces it. */
  pseudonym(tenant: string, key: string): string;
  saveFeatures(rows: readonly FeatureRow[]): Promise<void>;
  matchesWithoutFeatures(limit: number): Promise<readonly Match[]>;
  unlabelledFeatures(before: Millis, limit: number): Promise<readonly FeatureRow[]>;
  dailyAggregates(
    tenant: string,
    query: KeyQuery,
  ): Promise<Page<{ day: string; unit: string; person: string | null; type: string; count: number }>>;
  /** A copy that opens by itself, while commits go on. @throws PlainError when the file is there already */
  backup(toFile: string): Promise<void>;
  counts(): Promise<{ readonly [table: string]: number }>;
}
