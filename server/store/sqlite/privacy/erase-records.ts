import type { Decision } from "../../../core/decision.ts";
import type { Alert, Delivery, Outcome } from "../../../core/delivery.ts";
import type { FeedbackRow } from "../../../core/effect.ts";
import type { Match } from "../../../core/match.ts";
import type { Base } from "../base.ts";
import { deliveryWriter } from "../effects/delivery-row.ts";
import {
  alertWriter,
  decisionWriter,
  feedbackWriter,
  matchWriter,
  outcomeWriter,
} from "../effects/effects.ts";
import type { Scrubber } from "./scrub.ts";

/** Records that name a person, or belong to a match of theirs. */
export interface TheirRecords {
  readonly matches: readonly Match[];
  readonly decisions: readonly Decision[];
  readonly deliveries: readonly Delivery[];
  readonly alerts: readonly Alert[];
  readonly outcomes: readonly Outcome[];
  readonly feedback: readonly FeedbackRow[];
}

type Table = keyof TheirRecords;

export function recordsOf(base: Base, tenant: number, person: string): TheirRecords {
  const { connection, names } = base;
  const select = <Row>(table: Table, where: string, ...values: (string | number)[]): Row[] =>
    connection
      .filtered<{ body: string }>(`SELECT t.body FROM ${table} t WHERE ${where}`)
      .all(...values)
      .map(({ body }) => JSON.parse(body) as Row);
  const own = names.unit(tenant, `person/${person}`);
  const matches = distinct([
    ...select<Match>("matches", "t.tenant = ? AND t.person = ?", tenant, person),
    ...select<Match>("matches", "t.unit = ?", own),
  ]);
  const about = <Row extends { readonly id: string }>(table: Table): Row[] =>
    distinct([
      ...select<Row>(table, "t.tenant = ? AND t.person = ?", tenant, person),
      ...matches.flatMap(({ id }) => select<Row>(table, "t.tenant = ? AND t.match = ?", tenant, id)),
    ]);
  return {
    matches,
    decisions: about<Decision>("decisions"),
    deliveries: about<Delivery>("deliveries"),
    alerts: about<Alert>("alerts"),
    outcomes: distinct([
      ...select<Outcome>("outcomes", "t.tenant = ? AND t.person = ?", tenant, person),
      ...matches.flatMap(({ id }) => select<Outcome>("outcomes", "t.tenant = ? AND t.id = ?", tenant, id)),
    ]),
    feedback: about<FeedbackRow>("feedback"),
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
  const clean = <Row extends object>(row: Row, changes: Partial<Row> = {}): Row => ({
    ...(scrub.value({ ...row, ...changes }) as Row),
    ...("id" in row ? { id: row.id } : {}),
  });
  const write = {
    matches: matchWriter(base),
    decisions: decisionWriter(base),
    deliveries: deliveryWriter(base),
    alerts: alertWriter(base),
    outcomes: outcomeWriter(base),
    feedback: feedbackWriter(base),
  };
  const nothing = { values: {}, session: null, detail: null, providerId: null };
  for (const row of records.matches) write.matches(tenant, clean(row, { data: {}, events: [] }));
  for (const row of records.decisions) write.decisions(tenant, clean(row));
  for (const row of records.deliveries) write.deliveries(tenant, clean(row, nothing));
  for (const row of records.alerts) write.alerts(tenant, clean(row));
  for (const row of records.outcomes) write.outcomes(tenant, clean(row));
  for (const row of records.feedback) write.feedback(tenant, clean(row));
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
