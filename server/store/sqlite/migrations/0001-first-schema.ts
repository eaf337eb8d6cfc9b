import type { Migration } from "../durability/migrate.ts";

/*
 * How the tables are laid out
 *
 * Tenants, units and the words of the log (event types, sources) are numbers, given in tables of their own: a log row
 * is about 100 bytes. Every other row carries its tenant's number, and every index that serves a tenant's query
 * begins with it.
 *
 * Records that are read as a whole keep themselves as JSON in `body`; next to it stand only the columns that queries
 * filter and sort by. `no` is the order of insertion.
 */

const NUMBERS = `
  CREATE TABLE tenant_numbers (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE words (no INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  -- The unit named '' stands for what concerns the whole tenant.
  CREATE TABLE units (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant_numbers (no),
    name TEXT NOT NULL,
    shard INTEGER,
    UNIQUE (tenant, name)
  ) STRICT;`;

/*
 * The log has no index beside its key. Those that are in random order (event identities, the log of each unit, the
 * units of each person) are filled behind it, sorted and in slices (tail.ts).
 */
const LOG = `
  CREATE TABLE inputs (
    seq INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    unit INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    flags INTEGER NOT NULL,   -- input-row.ts
    type ANY,                 -- of an event: words.no, or its text; of a control: null
    source ANY,
    name TEXT NOT NULL,       -- the event's id, or the control's kind
    time INTEGER,
    person TEXT,
    reception ANY,            -- receptions.no, or its id
    data TEXT                 -- JSON
  ) STRICT;
  CREATE TABLE event_ids (hash BLOB PRIMARY KEY, day INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE unit_log (unit INTEGER, seq INTEGER, PRIMARY KEY (unit, seq)) STRICT, WITHOUT ROWID;
  -- In the logs of which units a person is named. The bucket is a hash of the person.
  CREATE TABLE person_units (
    bucket INTEGER, tenant INTEGER, person TEXT, unit INTEGER,
    PRIMARY KEY (bucket, tenant, person, unit)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE receptions (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    system TEXT NOT NULL,
    source_id TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    delivery_id TEXT
  ) STRICT;
  CREATE TABLE dead_letters (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE TABLE unknown_types (
    tenant INTEGER NOT NULL,
    source TEXT NOT NULL,
    type TEXT NOT NULL,
    count INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, source, type)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE daily (
    tenant INTEGER NOT NULL,
    day INTEGER NOT NULL,     -- days since 1970
    unit INTEGER NOT NULL,
    person TEXT NOT NULL,     -- '' when nobody
    type TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, day, unit, person, type)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX daily_unit ON daily (unit, day);
  CREATE TABLE snapshots (
    unit INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    engine TEXT NOT NULL,
    library TEXT NOT NULL,
    next_due INTEGER,
    crc INTEGER NOT NULL,
    state BLOB NOT NULL
  ) STRICT;
  CREATE INDEX snapshots_due ON snapshots (next_due) WHERE next_due IS NOT NULL;`;

const DIRECTORY = `
  CREATE TABLE person_keys (
    tenant INTEGER NOT NULL, person TEXT NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (tenant, person)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE contacts (
    tenant INTEGER NOT NULL, person TEXT NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, person)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE identities (
    tenant INTEGER NOT NULL,
    hash BLOB NOT NULL,       -- keyed, of namespace and normalised value
    namespace TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (tenant, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX identities_of ON identities (tenant, kind, id);
  CREATE TABLE memberships (
    tenant INTEGER NOT NULL, person TEXT NOT NULL, unit INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (tenant, person, unit)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE erased (
    tenant INTEGER NOT NULL, hash BLOB NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE accounts (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    unit INTEGER NOT NULL,
    name TEXT,
    segment TEXT,
    owner TEXT,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX accounts_unit ON accounts (unit);
  CREATE VIRTUAL TABLE account_names USING fts5 (name, content = '', contentless_delete = 1, tokenize = 'trigram');
  CREATE TABLE persons (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    person TEXT NOT NULL,
    unit INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, person, unit)
  ) STRICT;
  CREATE INDEX persons_stopped ON persons (tenant, person) WHERE stopped = 1;`;

const JUDGED = `
  CREATE TABLE matches (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, id TEXT NOT NULL, unit INTEGER NOT NULL,
    pattern TEXT NOT NULL, account TEXT, person TEXT,
    state TEXT NOT NULL, at INTEGER NOT NULL, simulated INTEGER NOT NULL,
    featured INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX matches_at ON matches (tenant, at, id);
  CREATE INDEX matches_account ON matches (tenant, account, at, id) WHERE account IS NOT NULL;
  CREATE INDEX matches_person ON matches (tenant, person, at, id) WHERE person IS NOT NULL;
  CREATE INDEX matches_open ON matches (tenant, at, id) WHERE state = 'open';
  CREATE INDEX matches_unit ON matches (unit);
  CREATE INDEX matches_unfeatured ON matches (no) WHERE featured = 0;
  CREATE TABLE decisions (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, id TEXT NOT NULL, match TEXT NOT NULL,
    account TEXT, person TEXT,
    kind TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, simulated INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX decisions_at ON decisions (tenant, at, id);
  CREATE INDEX decisions_account ON decisions (tenant, account, at, id) WHERE account IS NOT NULL;
  CREATE INDEX decisions_person ON decisions (tenant, person, at, id) WHERE person IS NOT NULL;
  CREATE INDEX decisions_match ON decisions (tenant, match, at, id);
  CREATE TABLE outcomes (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, id TEXT NOT NULL,      -- the match
    pattern TEXT NOT NULL, account TEXT, person TEXT,
    kind TEXT NOT NULL, at INTEGER NOT NULL, simulated INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX outcomes_at ON outcomes (tenant, at, id);
  CREATE INDEX outcomes_account ON outcomes (tenant, account, at, id) WHERE account IS NOT NULL;
  CREATE INDEX outcomes_person ON outcomes (tenant, person, at, id) WHERE person IS NOT NULL;
  CREATE TABLE feedback (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, id TEXT NOT NULL, match TEXT NOT NULL,
    person TEXT NOT NULL, at INTEGER NOT NULL, stars INTEGER,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX feedback_at ON feedback (tenant, at, id);
  CREATE INDEX feedback_match ON feedback (tenant, match);
  CREATE INDEX feedback_person ON feedback (tenant, person);`;

const DELIVERED = `
  CREATE TABLE deliveries (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, id TEXT NOT NULL, unit INTEGER NOT NULL,
    match TEXT NOT NULL, account TEXT, person TEXT, session TEXT,
    channel_kind TEXT NOT NULL, status TEXT NOT NULL,
    at INTEGER NOT NULL,      -- created
    not_before INTEGER NOT NULL, due_by INTEGER NOT NULL,
    priority REAL NOT NULL, released INTEGER NOT NULL,
    lease_until INTEGER, counts_at INTEGER,
    sent_at INTEGER, seen_at INTEGER,
    provider_id TEXT, simulated INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX deliveries_at ON deliveries (tenant, at, id);
  CREATE INDEX deliveries_account ON deliveries (tenant, account, at, id) WHERE account IS NOT NULL;
  CREATE INDEX deliveries_person ON deliveries (tenant, person, at, id) WHERE person IS NOT NULL;
  CREATE INDEX deliveries_session ON deliveries (tenant, session) WHERE session IS NOT NULL;
  CREATE INDEX deliveries_match ON deliveries (tenant, match, at, id);
  CREATE INDEX deliveries_status ON deliveries (tenant, status, at, id);
  CREATE INDEX deliveries_provider ON deliveries (tenant, provider_id) WHERE provider_id IS NOT NULL;
  CREATE INDEX deliveries_queued ON deliveries (released, priority DESC, due_by) WHERE status = 'queued';
  CREATE INDEX deliveries_next ON deliveries (not_before) WHERE status = 'queued';
  CREATE INDEX deliveries_doubtful ON deliveries (status, lease_until) WHERE status IN ('sending', 'in_doubt');
  CREATE INDEX deliveries_sent ON deliveries (tenant, sent_at) WHERE sent_at IS NOT NULL;
  CREATE TABLE sent_copies (
    tenant INTEGER NOT NULL, delivery TEXT NOT NULL, person TEXT, at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, delivery)
  ) STRICT;
  CREATE INDEX sent_copies_person ON sent_copies (tenant, person) WHERE person IS NOT NULL;
  CREATE TABLE alerts (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, id TEXT NOT NULL, match TEXT, account TEXT, person TEXT, owner TEXT NOT NULL,
    state TEXT NOT NULL, at INTEGER NOT NULL, due_by INTEGER NOT NULL,
    snoozed_until INTEGER, notified_at INTEGER, simulated INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX alerts_at ON alerts (tenant, at, id);
  CREATE INDEX alerts_state ON alerts (tenant, state, at, id);
  CREATE INDEX alerts_account ON alerts (tenant, account, at, id) WHERE account IS NOT NULL;
  CREATE INDEX alerts_person ON alerts (tenant, person, at, id) WHERE person IS NOT NULL;
  CREATE INDEX alerts_match ON alerts (tenant, match) WHERE match IS NOT NULL;
  CREATE INDEX alerts_unnotified ON alerts (due_by)
    WHERE notified_at IS NULL AND simulated = 0 AND state IN ('open', 'snoozed');
  CREATE TABLE incidents (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX incidents_at ON incidents (tenant, at, id);`;

const SCORED = `
  CREATE TABLE scores (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, key TEXT NOT NULL, unit INTEGER NOT NULL,
    kind TEXT NOT NULL, band TEXT NOT NULL, score INTEGER NOT NULL, at INTEGER NOT NULL,
    name TEXT, segment TEXT, owner TEXT,      -- of the account, copied here to filter in order of score
    why TEXT NOT NULL,
    contributions TEXT NOT NULL,
    UNIQUE (tenant, key)
  ) STRICT;
  CREATE INDEX scores_rank ON scores (tenant, kind, band, score DESC, key);
  CREATE INDEX scores_segment ON scores (tenant, segment, kind, band, score DESC, key) WHERE segment IS NOT NULL;
  CREATE INDEX scores_owner ON scores (tenant, owner, kind, band, score DESC, key) WHERE owner IS NOT NULL;
  CREATE INDEX scores_unit ON scores (unit);
  CREATE TABLE score_patterns (
    tenant INTEGER NOT NULL, pattern TEXT NOT NULL, kind TEXT NOT NULL, band TEXT NOT NULL,
    score INTEGER NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (tenant, pattern, kind, band, score DESC, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE score_history (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, key TEXT NOT NULL, unit INTEGER NOT NULL, at INTEGER NOT NULL,
    band TEXT NOT NULL, score INTEGER NOT NULL, why TEXT NOT NULL, contributions TEXT NOT NULL
  ) STRICT;
  CREATE INDEX score_history_key ON score_history (tenant, key, at);
  CREATE TABLE features (
    tenant INTEGER NOT NULL, id TEXT NOT NULL, pseudonym TEXT NOT NULL,
    at INTEGER NOT NULL, kind TEXT NOT NULL, label INTEGER, body TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE INDEX features_at ON features (at);
  CREATE INDEX features_pseudonym ON features (tenant, pseudonym);
  CREATE INDEX features_unlabelled ON features (at) WHERE label IS NULL;`;

const ADMINISTRATION = `
  CREATE TABLE tenants (
    tenant INTEGER PRIMARY KEY REFERENCES tenant_numbers (no),
    created_at INTEGER NOT NULL,
    identity_secret BLOB NOT NULL
  ) STRICT;
  CREATE TABLE tokens (
    tenant INTEGER NOT NULL REFERENCES tenants (tenant), id TEXT NOT NULL,
    role TEXT NOT NULL, label TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE TABLE sources (
    tenant INTEGER NOT NULL REFERENCES tenants (tenant), system TEXT NOT NULL, id TEXT NOT NULL,
    sealed BLOB NOT NULL, created_at INTEGER NOT NULL, last_received_at INTEGER,
    PRIMARY KEY (tenant, system, id)
  ) STRICT;
  CREATE TABLE channels (
    tenant INTEGER NOT NULL REFERENCES tenants (tenant), kind TEXT NOT NULL, system TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, kind)
  ) STRICT;
  CREATE TABLE libraries (version TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
  CREATE TABLE audit (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, subject TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX audit_at ON audit (tenant, at, id);
  CREATE INDEX audit_subject ON audit (tenant, subject, at, id);`;

export const firstSchema: Migration = {
  version: 1,
  name: "first schema",
  steps: [NUMBERS, LOG, DIRECTORY, JUDGED, DELIVERED, SCORED, ADMINISTRATION],
};
