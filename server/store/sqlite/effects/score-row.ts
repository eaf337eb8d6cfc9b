import type { ScoreRow } from "../../../core/effect.ts";
import { readContributions, writeContributions } from "../../shapes/contributions.ts";
import { type Base, unitNo } from "../base.ts";
import { placeIn } from "../bodies.ts";

/** Kind of a score key: `account/acme` or `person/u1`. */
const kindOfKey = (key: string): "account" | "person" => (key.startsWith("account/") ? "account" : "person");

interface Before {
  readonly no: number;
  readonly band: string;
  readonly score: number;
  readonly contributions: string;
}

/** Keeps the score of a key as it is now, the keys of each pattern in order of score, and the history. */
export function scoreWriter(base: Base): (tenant: number, row: ScoreRow) => void {
  const { connection, unreadable } = base;
  const before = connection.query<Before>(
    "SELECT s.no, s.band, s.score, s.contributions FROM scores s WHERE s.tenant = ? AND s.key = ?",
  );
  const upsert = connection.query(
    `INSERT INTO scores (tenant, key, unit, kind, band, score, at, why, contributions, name, segment, owner)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CASE ?4 WHEN 'account' THEN a.name END, a.segment, a.owner
     FROM (SELECT ?3 AS unit) u LEFT JOIN accounts a ON a.unit = u.unit
     WHERE true
     ON CONFLICT (tenant, key) DO UPDATE SET
       unit = excluded.unit, band = excluded.band, score = excluded.score, at = excluded.at,
       why = excluded.why, contributions = excluded.contributions`,
  );
  const remember = connection.query(
    `INSERT INTO score_history (tenant, key, unit, at, band, score, why, contributions)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const rank = connection.query(
    "INSERT OR IGNORE INTO score_patterns (tenant, pattern, kind, band, score, key) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const unrank = connection.query(
    `DELETE FROM score_patterns
     WHERE tenant = ? AND pattern = ? AND kind = ? AND band = ? AND score = ? AND key = ?`,
  );
  const forget = connection.query("DELETE FROM score_patterns WHERE tenant = ? AND key = ?");
  return (tenant, row) => {
    const { key, at, band, score, why } = row;
    const unit = unitNo(base, tenant, row.tenant, row.unit);
    const kind = kindOfKey(key);
    const contributions = writeContributions(row.contributions);
    const old = before.get(tenant, key);
    upsert.run(tenant, key, unit, kind, band, score, at, why, contributions);
    // A step of the history is told by what changed.
    if (row.history) remember.run(tenant, key, unit, at, band, score, row.change ?? why, contributions);

    const now = rankOf(band, score, row.contributions);
    const [was] =
      old === undefined
        ? [[]]
        : unreadable.among([old], (each) => rankOf(each.band, each.score, contributionsOf(each)));
    // Nobody knows where it stood: it is replaced now, and whatever it led to goes.
    if (was === undefined) forget.run(tenant, key);
    if (now.join() === was?.join()) return;
    for (const pattern of was?.slice(2) ?? []) {
      unrank.run(tenant, pattern, kind, was?.[0] ?? "", Number(was?.[1]), key);
    }
    for (const pattern of now.slice(2)) rank.run(tenant, pattern, kind, band, score, key);
  };
}

/** Band, score, then the patterns that contribute. */
function rankOf(band: string, score: number, contributions: ScoreRow["contributions"]): readonly string[] {
  return [band, String(score), ...new Set(contributions.map(({ pattern }) => pattern))];
}

const contributionsOf = ({ no, contributions }: Before): ScoreRow["contributions"] =>
  readContributions(contributions, () => placeIn("scores", no));
