import { shardOf } from "../../../core/hash.ts";
import { personKey, renamedKey } from "../../../core/keys.ts";
import type { Millis } from "../../../core/time.ts";
import { record } from "../../../lib/foreign.ts";
import { type LeftOfPerson, type Privacy, StoreUnavailable } from "../../contract.ts";
import { writeAccount } from "../../shapes/account.ts";
import { writeAudit } from "../../shapes/audit.ts";
import { readLetter } from "../../shapes/personal.ts";
import { type Base, pause } from "../base.ts";
import { type Body, bodyOf, placeIn, recordOf } from "../bodies.ts";
import { contactReader } from "../directory.ts";
import type { Checkpointer } from "../durability/checkpoint.ts";
import { letterPlace } from "../effects/record-rows.ts";
import { unitsOfPerson } from "../log/log.ts";
import { type SnapshotRows, snapshotRows } from "../log/units.ts";
import { openedOrNull } from "../sealed.ts";
import { readIntents, removeIntents, writeIntent } from "./erase-intents.ts";
import { scrubLog } from "./erase-log.ts";
import { anonymiseRecords, recordsOf, type TheirRecords } from "./erase-records.ts";
import { GONE, type Scrubber, scrubber } from "./scrub.ts";

/** Rows of a table looked at between two pauses. */
const WINDOW = 5_000;
const EMPTY_WAIT_MS = 100;
const EMPTY_TRIES = 600;

/**
 * Erases a person in four steps: the log is rewritten in slices (a slice twice changes nothing); then everything else
 * in one transaction, the person's key with it; then the pages go to the main file and the write-ahead log is emptied.
 * Interrupted, it is simply done again; that it was begun is kept, sealed, until it is said to be done.
 */
export function erasure(
  base: Base,
  checkpointer: () => Checkpointer,
): Pick<Privacy, "beginErasure" | "endErasure" | "erasePerson" | "unfinishedErasures"> {
  const snapshots = snapshotRows(base);
  return {
    async beginErasure(tenant, person, pseudonym) {
      writeIntent(base, { tenant, person, pseudonym });
    },
    async unfinishedErasures() {
      return readIntents(base).map(({ intent }) => intent);
    },
    async endErasure(tenant, person) {
      base.connection.write(() => removeIntents(base, tenant, person));
    },
    async erasePerson(tenant, person, at, { pseudonym: name, withoutThem }) {
      const no = base.names.tenant(tenant);
      const erased = { person, pseudonym: name, words: wordsOf(base, tenant, person) };
      const scrub = scrubber(erased);
      // Afterwards the log does not say any more under which identity an event came in; the index has to know.
      await base.tail.flush(pause);
      const mentions = {
        accounts: await scan(base, "accounts", no, scrub),
        audit: await scan(base, "audit", no, scrub),
        letters: await lettersAbout(base, tenant, no, scrub),
      };
      const units = unitsToRewrite(base, no, person, mentions.accounts);
      let rows = await scrubLog(base, units, erased, scrub);
      const records = recordsOf(base, no, person);
      rows += base.connection.write(() => {
        const changed =
          renameUnit(base, no, tenant, person, name) +
          anonymiseRecords(base, no, person, name, scrub, records, units) +
          rewriteAccounts(base, mentions.accounts, scrub) +
          rewriteAudit(base, mentions.audit, person, scrub) +
          removeLetters(base, mentions.letters) +
          renamePseudonyms(base, no, tenant, person, name, records) +
          rewriteSnapshots(snapshots, units, withoutThem) +
          removeDirectory(base, no, tenant, person, at);
        return changed;
      });
      base.names.forget();
      await emptyLog(checkpointer);
      return { rows };
    },
  };
}

/**
 * What was overwritten must leave the write-ahead log too. A reader (a backup) holds that up until it is done.
 * @throws StoreUnavailable
 */
async function emptyLog(checkpointer: () => Checkpointer): Promise<void> {
  for (let tries = 0; tries < EMPTY_TRIES; tries++) {
    if (checkpointer().truncate()) return;
    await new Promise((resolve) => setTimeout(resolve, EMPTY_WAIT_MS));
  }
  throw new StoreUnavailable(
    "the person is erased, but something reads the database and keeps its write-ahead log from being emptied; " +
      "erase again when it is done",
  );
}

/** Addresses and names as they may stand in texts, read before the key is gone. */
function wordsOf(base: Base, tenant: string, person: string): readonly string[] {
  const details = contactReader(base)(base.names.tenant(tenant), tenant, person) ?? {};
  const words = Object.values(details);
  const digits = (details.phone ?? "").replace(/\D/g, "");
  return digits === "" ? words : [...words, digits];
}

interface Mention extends Body {
  readonly unit: number;
}

/** Rows of a table that mention the person, found window by window. */
async function scan<Of extends "accounts" | "audit">(
  { connection }: Base,
  table: Of,
  tenant: number,
  scrub: Scrubber,
): Promise<readonly Mention[]> {
  const read = bodyOf(table);
  const unit = table === "accounts" ? "t.unit" : "0";
  const window = connection.query<Mention>(
    `SELECT t.no, t.body, ${unit} AS unit FROM ${table} t WHERE t.tenant = ? AND t.no > ? AND t.no <= ?`,
  );
  const last = connection.query<{ no: number }>(`SELECT coalesce(max(t.no), 0) AS no FROM ${table} t`).get();
  const found: Mention[] = [];
  for (let from = 0; from < (last?.no ?? 0); from += WINDOW) {
    const rows = window.all(tenant, from, from + WINDOW).filter(({ body }) => scrub.mentions(body));
    for (const row of rows) {
      const record = read(row);
      if (JSON.stringify(without(scrub, record)) !== JSON.stringify(record)) found.push(row);
    }
    await pause();
  }
  return found;
}

/** An account and an act of the audit are found by their ids, whatever somebody is called. */
function without(scrub: Scrubber, row: { readonly id: string }): unknown {
  return { ...record(scrub.value(row)), id: row.id };
}

function rewriteAccounts({ connection }: Base, mentions: readonly Mention[], scrub: Scrubber): number {
  const update = connection.query("UPDATE accounts SET body = ? WHERE no = ?");
  const read = bodyOf("accounts");
  return mentions.reduce((sum, row) => {
    const left = recordOf("accounts", without(scrub, read(row)));
    return sum + update.run(writeAccount(left), row.no);
  }, 0);
}

/** Who did what stays. Why they did it to this person is free text, which may hold anything. */
function rewriteAudit(
  { connection }: Base,
  mentions: readonly Mention[],
  person: string,
  scrub: Scrubber,
): number {
  const update = connection.query("UPDATE audit SET subject = ?, body = ? WHERE no = ?");
  const read = bodyOf("audit");
  return mentions.reduce((sum, mention) => {
    const row = read(mention);
    const theirs = row.subject === `person/${person}` ? { ...row, reason: GONE } : row;
    const left = recordOf("audit", without(scrub, theirs));
    return sum + update.run(left.subject, writeAudit(left), mention.no);
  }, 0);
}

/** A dead letter is somebody's raw payload: one that mentions the person goes, or may do so as nobody can open it. */
async function lettersAbout(
  { connection, vault }: Base,
  tenant: string,
  no: number,
  scrub: Scrubber,
): Promise<readonly number[]> {
  const next = connection.query<{ no: number; id: string; sealed: Uint8Array }>(
    "SELECT l.no, l.id, l.sealed FROM dead_letters l WHERE l.tenant = ? AND l.no > ? ORDER BY l.no LIMIT 100",
  );
  const isAbout = (payload: unknown, letter: number): boolean => {
    if (payload === null) return true;
    const { body } = readLetter(payload, placeIn("dead_letters", letter));
    return writingsOf(Buffer.from(body, "base64")).some(scrub.mentions);
  };
  const about: number[] = [];
  for (let from = 0; ; ) {
    const letters = next.all(no, from);
    for (const { no: letter, id, sealed } of letters) {
      if (
        isAbout(
          openedOrNull(() => vault.unwrapJson(letterPlace(tenant, id), sealed)),
          letter,
        )
      ) {
        about.push(letter);
      }
    }
    const last = letters.at(-1);
    if (last === undefined) return about;
    from = last.no;
    await pause();
  }
}

/** A payload as it came, and with what JSON and forms write in other ways: `\u0040` and `%40` are an `@`. */
function writingsOf(body: Buffer): readonly string[] {
  const text = body.toString("utf8");
  const unescaped = text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  const bytes = body
    .toString("latin1")
    .replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return [body.toString("latin1"), text, unescaped, bytes, Buffer.from(bytes, "latin1").toString("utf8")];
}

function removeLetters({ connection }: Base, letters: readonly number[]): number {
  const remove = connection.query("DELETE FROM dead_letters WHERE no = ?");
  return letters.reduce((sum, no) => sum + remove.run(no), 0);
}

/** Logs in which the person may be named: their units, those that list them as a contact, and the tenant's own. */
function unitsToRewrite(
  base: Base,
  tenant: number,
  person: string,
  accounts: readonly Mention[],
): readonly number[] {
  const judged = base.connection
    .query<{ unit: number }>(
      `SELECT m.unit FROM matches m WHERE m.tenant = ?1 AND m.person = ?2
       UNION SELECT d.unit FROM deliveries d WHERE d.tenant = ?1 AND d.person = ?2`,
    )
    .all(tenant, person);
  const own = [base.names.unit(tenant, ""), base.names.unit(tenant, "tenant")];
  const units = [
    ...own,
    ...unitsOfPerson(base, tenant, person),
    ...[...judged, ...accounts].map(({ unit }) => unit),
  ];
  return [...new Set(units)].filter((unit) => unit !== 0);
}

/** The unit of a person without an account is called after them. */
function renameUnit(
  { connection, names }: Base,
  no: number,
  tenant: string,
  person: string,
  pseudonym: string,
): number {
  const unit = names.unit(no, `person/${person}`);
  if (unit === 0) return 0;
  const wanted = `person/${pseudonym}`;
  const name = names.unit(no, wanted) === 0 ? wanted : `${wanted}-${unit}`;
  names.forget();
  return connection
    .query("UPDATE units SET name = ?, shard = ? WHERE no = ?")
    .run(name, shardOf(tenant, name), unit);
}

/**
 * Feature rows keep neither ids nor a pseudonym that could be computed from the person's id. Each gets that of the key
 * that its match has from now on, under which it is looked for when its label is due.
 */
function renamePseudonyms(
  { connection, vault }: Base,
  no: number,
  tenant: string,
  person: string,
  pseudonym: string,
  { matches }: TheirRecords,
): number {
  const called = (key: string) => vault.pseudonym(tenant, "feature", key);
  const rename = connection.query(
    `UPDATE features SET pseudonym = ?3, id = replace(id, pseudonym, ?3),
       body = replace(body, pseudonym, ?3) WHERE tenant = ?1 AND pseudonym = ?2`,
  );
  const ofMatch = connection.query<{ pseudonym: string }>(
    "SELECT f.pseudonym FROM features f WHERE f.tenant = ? AND f.id = ?",
  );
  const now = called(`person/${pseudonym}`);
  const renamed = new Map([`person/${person}`, personKey(person)].map((key) => [called(key), now]));
  for (const { id, key } of matches) {
    const was = ofMatch.get(no, id)?.pseudonym;
    const left = renamedKey(key, person, pseudonym);
    if (was !== undefined && left !== key) renamed.set(was, called(left));
  }
  return [...renamed].reduce((sum, [was, to]) => sum + rename.run(no, was, to), 0);
}

/** What somebody else in the unit said may stand there alone: it is kept, or the erasure is refused. */
function rewriteSnapshots(
  snapshots: SnapshotRows,
  units: readonly number[],
  withoutThem: LeftOfPerson["withoutThem"],
): number {
  let changed = 0;
  for (const no of units) {
    const snapshot = snapshots.read(no);
    const left = snapshot === null ? null : withoutThem(snapshot);
    if (left === null) changed += snapshots.remove(no);
    else {
      snapshots.write(no, left);
      changed += 1;
    }
  }
  return changed;
}

/** The hashes of the person's names stay, so that nothing revives them; contacts, memberships and the key go. */
function removeDirectory(
  { connection, tail, vault }: Base,
  no: number,
  tenant: string,
  person: string,
  at: Millis,
): number {
  connection
    .query(
      `INSERT OR IGNORE INTO erased (tenant, hash, at)
       SELECT i.tenant, i.hash, ?3 FROM identities i WHERE i.tenant = ?1 AND i.kind = 'person' AND i.id = ?2`,
    )
    .run(no, person, at);
  connection
    .query("INSERT OR IGNORE INTO erased (tenant, hash, at) VALUES (?, ?, ?)")
    .run(no, vault.hashOf(tenant, "native", person), at);
  // Their wish outlives them: whoever turns up with one of their addresses gets no messages either.
  connection
    .query(
      `INSERT OR IGNORE INTO stop_list (tenant, hash, at)
       SELECT i.tenant, i.hash, ?3 FROM identities i
       WHERE i.tenant = ?1 AND i.kind = 'person' AND i.id = ?2 AND i.namespace IN ('email', 'phone')
         AND EXISTS (SELECT 1 FROM persons p WHERE p.tenant = ?1 AND p.person = ?2 AND p.stopped = 1)`,
    )
    .run(no, person, at);
  const removed = [
    "DELETE FROM identities WHERE tenant = ? AND kind = 'person' AND id = ?",
    "DELETE FROM contacts WHERE tenant = ? AND person = ?",
    "DELETE FROM memberships WHERE tenant = ? AND person = ?",
    "DELETE FROM persons WHERE tenant = ? AND person = ?",
    "DELETE FROM sent_copies WHERE tenant = ? AND person = ?",
    "DELETE FROM person_keys WHERE tenant = ? AND person = ?",
  ];
  tail.forgetPerson(no, person);
  return removed.reduce((sum, sql) => sum + connection.query(sql).run(no, person), 0);
}
