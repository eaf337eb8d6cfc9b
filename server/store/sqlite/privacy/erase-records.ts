import { record } from "../../../lib/foreign.ts";
import type { Base } from "../base.ts";
import { type Bodies, type Body, bodyOf, recordOf } from "../bodies.ts";
import { deliveryWriter } from "../effects/delivery-row.ts";
import {
  alertWriter,
  decisionWriter,
  feedbackWriter,
  matchWriter,
  outcomeWriter,
} from "../effects/effects.ts";
import type { Scrubber } from "./scrub.ts";

type Kept = "matches" | "decisions" | "deliveries" | "alerts" | "outcomes" | "feedback";

/** Records that name a person, or belong to a match of theirs. */
export type TheirRecords = { readonly [Of in Kept]: readonly Bodies[Of][] };

export function recordsOf(base: Base, tenant: number, person: string): TheirRecords {
  const { connection, names } = base;
  const select = <Of extends Kept>(table: Of, where: string, ...values: (string | number)[]): Bodies[Of][] =>
    connection
      .filtered<Body>(`SELECT t.no, t.body FROM ${table} t WHERE ${where}`)
      .all(...values)
      .map(bodyOf(table));
  const own = names.unit(tenant, `person/${person}`);
  const matches = distinct([
    ...select("matches", "t.tenant = ? AND t.person = ?", tenant, person),
    ...select("matches", "t.unit = ?", own),
  ]);
  const about = <Of extends Exclude<Kept, "matches" | "outcomes">>(table: Of): Bodies[Of][] =>
    distinct([
      ...select(table, "t.tenant = ? AND t.person = ?", tenant, person),
      ...matches.flatMap(({ id }) => select(table, "t.tenant = ? AND t.match = ?", tenant, id)),
    ]);
  return {
    matches,
    decisions: about("decisions"),
    deliveries: about("deliveries"),
    alerts: about("alerts"),
    outcomes: distinct([
      ...select("outcomes", "t.tenant = ? AND t.person = ?", tenant, person),
      ...matches.flatMap(({ id }) => select("outcomes", "t.tenant = ? AND t.id = ?", tenant, id)),
    ]),
    feedback: about("feedback"),
  };
}

/** Each record once. An outcome goes by the id of its match. */
function distinct<Row extends { readonly id: string } | { readonly match: string }>(
  rows: readonly Row[],
): Row[] {
  return [...new Map(rows.map((row) => ["id" in row ? row.id : row.match, row])).values()];
}

/** Records stay for counting, under the pseudonym and without what was in them; scores and aggregates lose the person. */
export function anonymiseRecords(
  base: Base,
  tenant: number,
  person: string,
  pseudonym: string,
  scrub: Scrubber,
  records: TheirRecords,
  units: readonly number[],
): number {
  const clean = <Of extends Kept>(
    table: Of,
    row: Bodies[Of],
    changes: Partial<Bodies[Of]> = {},
  ): Bodies[Of] => {
    const scrubbed = record(scrub.value({ ...row, ...changes }));
    return recordOf(table, "id" in row ? { ...scrubbed, id: row.id } : scrubbed);
  };
  const write = {
    matches: matchWriter(base),
    decisions: decisionWriter(base),
    deliveries: deliveryWriter(base),
    alerts: alertWriter(base),
    outcomes: outcomeWriter(base),
    feedback: feedbackWriter(base),
  };
  const nothing = { values: {}, session: null, detail: null, providerId: null };
  for (const row of records.matches) write.matches(tenant, clean("matches", row, { data: {}, events: [] }));
  for (const row of records.decisions) write.decisions(tenant, clean("decisions", row));
  for (const row of records.deliveries) write.deliveries(tenant, clean("deliveries", row, nothing));
  for (const row of records.alerts) write.alerts(tenant, clean("alerts", row));
  for (const row of records.outcomes) write.outcomes(tenant, clean("outcomes", row));
  for (const row of records.feedback) write.feedback(tenant, clean("feedback", row));
  const changed = Object.values(records).reduce((sum, rows) => sum + rows.length, 0);
  return (
    changed +
    removeScores(base, tenant, `person/${person}`) +
    scrubScores(base, tenant, records, scrub) +
    foldDaily(base, units, person, pseudonym)
  );
}

function removeScores({ connection }: Base, tenant: number, key: string): number {
  return [
    "DELETE FROM score_patterns WHERE tenant = ? AND key = ?",
    "DELETE FROM score_history WHERE tenant = ? AND key = ?",
    "DELETE FROM scores WHERE tenant = ? AND key = ?",
  ].reduce((sum, sql) => sum + connection.query(sql).run(tenant, key), 0);
}

/** Why an account's score changed may name one of its persons. */
function scrubScores(
  { connection }: Base,
  tenant: number,
  { matches }: TheirRecords,
  scrub: Scrubber,
): number {
  const keys = new Set(matches.map(({ account }) => account).filter((account) => account !== null));
  let changed = 0;
  for (const table of ["scores", "score_history"]) {
    const select = connection.query<{ no: number; why: string }>(
      `SELECT t.no, t.why FROM ${table} t WHERE t.tenant = ? AND t.key = ?`,
    );
    const update = connection.query(`UPDATE ${table} SET why = ? WHERE no = ?`);
    for (const account of keys) {
      for (const { no, why } of select.all(tenant, `account/${account}`)) {
        if (scrub.mentions(why)) changed += update.run(scrub.text(why), no);
      }
    }
  }
  return changed;
}

/** Index daily_unit. */
function foldDaily(
  { connection }: Base,
  units: readonly number[],
  person: string,
  pseudonym: string,
): number {
  const rename = connection.query("UPDATE daily SET person = ? WHERE unit = ? AND person = ?");
  return units.reduce((sum, unit) => sum + rename.run(pseudonym, unit, person), 0);
}
