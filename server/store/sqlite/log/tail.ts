import { DAY, type Millis } from "../../../core/time.ts";
import type { Connection, Query, Value } from "../durability/connection.ts";
import { readMeta, writeMeta } from "../durability/migrate.ts";
import type { Names } from "../names.ts";
import { bucketOf, type Entry, Indexing, identityOf, Segment } from "./tail-segment.ts";

/** Entries in memory before they are indexed: some 30 MB. The more, the fewer index pages are written per event. */
export const CAPACITY = 1 << 17;
/** Entries indexed with every commit, at least, while there is something to index; and for each input of the commit. */
const LEAST_SLICE = 64;
const ENTRIES_PER_INPUT = 2;

/** Identities that one statement asks for. */
const ASKED_TOGETHER = 50;
/** Fewer than this are asked for one by one: one statement asks for as many whatever the number. */
const WORTH_TOGETHER = 12;
/** Rows that one statement writes. */
const WRITTEN_TOGETHER = 10;

/** Writes rows given as one flat list of values; a row that is there already stays. */
type AddRows = (values: readonly Value[]) => void;

function rowAdder(connection: Connection, into: string, columns: number): AddRows {
  const insert = (rows: number) => {
    const row = `(${Array(columns).fill("?").join()})`;
    return connection.query(`INSERT OR IGNORE INTO ${into} VALUES ${Array(rows).fill(row).join()}`);
  };
  const [many, one] = [insert(WRITTEN_TOGETHER), insert(1)];
  return (values) => {
    const step = WRITTEN_TOGETHER * columns;
    let at = 0;
    for (; at + step <= values.length; at += step) many.run(...values.slice(at, at + step));
    for (; at < values.length; at += columns) one.run(...values.slice(at, at + columns));
  };
}

const bytesOf = (identity: string): Buffer => Buffer.from(identity, "latin1");

/** The text that a segment keeps of a person in a unit, as a row. */
function personRow(text: string): readonly Value[] {
  const first = text.indexOf(" ");
  const last = text.lastIndexOf(" ");
  const person = text.slice(first + 1, last);
  return [bucketOf(person), Number(text.slice(0, first)), person, Number(text.slice(last + 1))];
}

/**
 * The newest part of the log, held in memory until its entries are in the indexes (`event_ids`, `unit_log`,
 * `person_units`).
 *
 * An index in random order costs a page of the write-ahead log per row when rows come one by one, and that would be
 * most of what an event costs. So commits only append to `inputs`; when enough has gathered, the entries are sorted
 * and written a slice per commit, many to a page. The log is the truth: what the indexes lack is read from it again
 * at the start (`load`), and a slice that is written twice changes nothing.
 *
 * `fresh` gathers. `indexing` is full and being written; it answers questions until it is written whole. A failed
 * transaction takes back what it added and begins the segment again.
 */
export class Tail {
  readonly #connection: Connection;
  readonly #names: Names;
  readonly #now: () => Millis;
  readonly #capacity: number;
  #fresh = new Segment();
  #indexing: Indexing | null = null;
  /** Every input up to here is in the indexes. */
  #indexed = 0;
  /** Position of the newest input. */
  #newest = 0;
  #staged: Entry[] = [];
  readonly #stagedIdentities = new Set<string>();
  #wrote = false;

  readonly #sql: {
    readonly addIdentities: AddRows;
    readonly findIdentities: Query<{ hash: Uint8Array }>;
    readonly findIdentity: Query<unknown>;
    readonly addUnits: AddRows;
    readonly addPersons: AddRows;
    readonly unitsNaming: Query<{ unit: number }>;
    readonly forgetPerson: Query<never>;
    readonly after: Query<{ seq: number }>;
    readonly before: Query<{ seq: number }>;
    readonly unindexed: Query<Unindexed>;
  };

  constructor(connection: Connection, names: Names, now: () => Millis, capacity: number) {
    this.#connection = connection;
    this.#names = names;
    this.#now = now;
    this.#capacity = capacity;
    this.#sql = {
      addIdentities: rowAdder(connection, "event_ids (hash, day)", 2),
      findIdentities: connection.query(
        `SELECT e.hash FROM event_ids e WHERE e.hash IN (${Array(ASKED_TOGETHER).fill("?").join()})`,
      ),
      findIdentity: connection.query("SELECT 1 FROM event_ids e WHERE e.hash = ?"),
      addUnits: rowAdder(connection, "unit_log (unit, seq)", 2),
      addPersons: rowAdder(connection, "person_units (bucket, tenant, person, unit)", 4),
      unitsNaming: connection.query(
        "SELECT p.unit FROM person_units p WHERE p.bucket = ? AND p.tenant = ? AND p.person = ?",
      ),
      forgetPerson: connection.query(
        "DELETE FROM person_units WHERE bucket = ? AND tenant = ? AND person = ?",
      ),
      after: connection.query(
        "SELECT l.seq FROM unit_log l WHERE l.unit = ? AND l.seq > ? AND l.seq <= ? ORDER BY l.seq LIMIT ?",
      ),
      before: connection.query(
        "SELECT l.seq FROM unit_log l WHERE l.unit = ? AND l.seq < ? AND l.seq <= ? ORDER BY l.seq DESC LIMIT ?",
      ),
      unindexed: connection.query(
        `SELECT i.seq, i.unit, i.tenant, i.type, i.source, i.name, i.person FROM inputs i
         WHERE i.seq > ? ORDER BY i.seq LIMIT ?`,
      ),
    };
    connection.onRollback(() => this.#takeBack());
    connection.onCommit(() => this.#settle());
  }

  /** Everything up to here is indexed; what is newer is in memory. */
  get indexedThrough(): number {
    return this.#indexed;
  }

  /** Reads what the indexes lack. At most two segments, a second at worst. */
  load(): void {
    this.#fresh = new Segment();
    this.#indexing = null;
    this.#indexed = readMeta(this.#connection, "indexed") ?? 0;
    this.#newest = Math.max(this.#indexed, readMeta(this.#connection, "removed_through") ?? 0);
    let after = this.#indexed;
    for (;;) {
      const rows = this.#sql.unindexed.all(after, 10_000);
      for (const row of rows) this.#fresh.add({ ...row, identity: this.#identityOf(row) });
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.seq;
      this.#newest = Math.max(this.#newest, last.seq);
    }
  }

  /** Which of these identities the log has. */
  known(identities: readonly string[]): ReadonlySet<string> {
    const known = new Set(identities.filter((identity) => this.#inMemory(identity)));
    const asked = identities.filter((identity) => !known.has(identity));
    if (asked.length < WORTH_TOGETHER) {
      for (const identity of asked) {
        if (this.#sql.findIdentity.get(bytesOf(identity)) !== undefined) known.add(identity);
      }
      return known;
    }
    for (let from = 0; from < asked.length; from += ASKED_TOGETHER) {
      const hashes = asked.slice(from, from + ASKED_TOGETHER).map(bytesOf);
      // One statement for any number: the rest of its places ask for the last hash again.
      while (hashes.length < ASKED_TOGETHER) hashes.push(hashes.at(-1) ?? Buffer.alloc(0));
      for (const { hash } of this.#sql.findIdentities.all(...hashes)) {
        known.add(Buffer.from(hash).toString("latin1"));
      }
    }
    return known;
  }

  /**
   * Inside a transaction: an input was written.
   * @throws Error when its position does not grow, or the event is in the log already, as far as memory knows
   */
  add(entry: Entry): void {
    const { seq, identity } = entry;
    const before = this.#staged.at(-1)?.seq ?? this.#newest;
    if (!(Number.isSafeInteger(seq) && seq > before)) {
      throw new Error(`input ${seq} cannot follow input ${before}`);
    }
    if (identity !== null) {
      const twice = this.#stagedIdentities.has(identity) || this.#inMemory(identity);
      if (twice) throw new Error(`input ${seq} is an event that the log has already`);
      this.#stagedIdentities.add(identity);
    }
    this.#staged.push(entry);
  }

  /** Inside a transaction: writes the next slice of the indexes, if there is anything to write. */
  writeSlice(inputs: number): void {
    const indexing = this.#indexing;
    if (indexing === null) return;
    this.#wrote = true;
    const count = Math.max(LEAST_SLICE, ENTRIES_PER_INPUT * inputs);
    const day = Math.floor(this.#now() / DAY);
    this.#sql.addIdentities(indexing.identities.take(count).flatMap((identity) => [bytesOf(identity), day]));
    this.#sql.addUnits(
      indexing.takeUnits(count).flatMap(([unit, seqs]) => seqs.flatMap((seq) => [unit, seq])),
    );
    this.#sql.addPersons(indexing.persons.take(count).flatMap(personRow));
    if (indexing.done) writeMeta(this.#connection, "indexed", indexing.segment.through);
  }

  /** Units in whose logs the person is named. */
  unitsNaming(tenant: number, person: string): readonly number[] {
    return [
      ...this.#sql.unitsNaming.all(bucketOf(person), tenant, person).map(({ unit }) => unit),
      ...(this.#indexing?.segment.unitsNaming(tenant, person) ?? []),
      ...this.#fresh.unitsNaming(tenant, person),
    ];
  }

  /** Inside a transaction, after the person's log was rewritten. */
  forgetPerson(tenant: number, person: string): void {
    this.#sql.forgetPerson.run(bucketOf(person), tenant, person);
  }

  /** Indexes everything there is now, a slice per transaction; between two slices others get their turn. */
  async flush(pause: () => Promise<void>): Promise<void> {
    const through = Math.max(this.#fresh.through, this.#indexing?.segment.through ?? 0);
    while (this.#indexed < through) {
      if (this.#indexing === null) this.#beginIndexing();
      this.#connection.write(() => this.writeSlice(500));
      await pause();
    }
  }

  /** Positions of a unit's inputs after this one, in order. */
  after(unit: number, seq: number, limit: number): readonly number[] {
    const indexed = this.#sql.after.all(unit, seq, this.#indexed, limit).map((row) => row.seq);
    if (indexed.length === limit) return indexed;
    const rest = this.#seqsInMemory(unit).filter((each) => each > seq);
    return [...indexed, ...rest].slice(0, limit);
  }

  /** Positions of a unit's inputs before this one, newest first. */
  before(unit: number, seq: number, limit: number): readonly number[] {
    const newest = this.#seqsInMemory(unit).filter((each) => each < seq);
    if (newest.length >= limit) return newest.slice(-limit).reverse();
    const left = limit - newest.length;
    const indexed = this.#sql.before.all(unit, seq, this.#indexed, left).map((row) => row.seq);
    return [...newest.reverse(), ...indexed];
  }

  #seqsInMemory(unit: number): number[] {
    return [...(this.#indexing?.segment.seqsOf(unit) ?? []), ...this.#fresh.seqsOf(unit)];
  }

  #inMemory(identity: string): boolean {
    return this.#fresh.has(identity) || (this.#indexing?.segment.has(identity) ?? false);
  }

  #settle(): void {
    for (const entry of this.#staged) this.#fresh.add(entry);
    this.#newest = this.#staged.at(-1)?.seq ?? this.#newest;
    this.#staged = [];
    this.#stagedIdentities.clear();
    this.#wrote = false;
    if (this.#indexing?.done) {
      this.#indexed = this.#indexing.segment.through;
      this.#indexing = null;
    }
    if (this.#indexing === null && this.#fresh.size >= this.#capacity) this.#beginIndexing();
  }

  #takeBack(): void {
    this.#staged = [];
    this.#stagedIdentities.clear();
    if (this.#wrote && this.#indexing !== null) this.#indexing = new Indexing(this.#indexing.segment);
    this.#wrote = false;
  }

  #beginIndexing(): void {
    this.#indexing = new Indexing(this.#fresh);
    this.#fresh = new Segment();
  }

  #identityOf(row: Unindexed): string | null {
    if (row.type === null) return null;
    return identityOf(this.#names.tenantId(row.tenant), this.#names.word(row.source ?? ""), row.name);
  }
}

interface Unindexed {
  readonly seq: number;
  readonly unit: number;
  readonly tenant: number;
  readonly type: number | string | null;
  readonly source: number | string | null;
  readonly name: string;
  readonly person: string | null;
}
