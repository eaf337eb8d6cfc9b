import type { ScoreRow } from "../../../core/effect.ts";
import type { Band } from "../../../core/unit.ts";
import type { Page, Records, RiskQuery, RiskRow } from "../../contract.ts";
import { fromCursor, limitOf, toCursor } from "../../cursor.ts";
import { readBand } from "../../shapes/columns.ts";
import { readContributions } from "../../shapes/contributions.ts";
import type { Base } from "../base.ts";
import { placeIn } from "../bodies.ts";
import type { Value } from "../durability/connection.ts";
import { leftOut } from "../unreadable.ts";

type Risks = Pick<Records, "score" | "scoreHistory" | "risks" | "riskFilters">;

const KINDS = ["account", "person"] as const;
const BANDS: readonly Band[] = ["critical", "alert", "watch", "normal"];
/** With more names than this a search walks down the ranking instead: what is frequent is found soon. */
const RARE_NAMES = 5_000;

interface ScoreColumns {
  readonly no: number;
  readonly key: string;
  readonly unit: number;
  readonly at: number;
  readonly score: number;
  readonly band: string;
  readonly why: string;
  readonly contributions: string;
}

interface RiskColumns extends ScoreColumns {
  readonly kind: string;
  readonly name: string | null;
  readonly segment: string | null;
  readonly owner: string | null;
}

const RISK =
  "s.no, s.key, s.unit, s.at, s.score, s.band, s.why, s.contributions, s.kind, s.name, s.segment, s.owner";

export function risks(base: Base): Risks {
  const { connection, names } = base;
  const current = connection.query<ScoreColumns>(
    `SELECT s.no, s.key, s.unit, s.at, s.score, s.band, s.why, s.contributions FROM scores s
     WHERE s.tenant = ? AND s.key = ?`,
  );
  // Index score_history_key.
  const history = connection.query<ScoreColumns>(
    `SELECT h.no, h.key, h.unit, h.at, h.score, h.band, h.why, h.contributions FROM score_history h
     WHERE h.tenant = ? AND h.key = ? AND h.at >= ? ORDER BY h.at DESC, h.no DESC LIMIT ?`,
  );
  const scoreOf = (tenant: string, row: ScoreColumns, remembered: boolean): ScoreRow => {
    const { key, at, score, why } = row;
    const unit = names.unitName(row.unit).name;
    const place = () => placeIn(remembered ? "score_history" : "scores", row.no);
    const band = readBand(row.band, place);
    const contributions = readContributions(row.contributions, place);
    return { tenant, unit, key, at, score, band, contributions, why, history: remembered };
  };
  return {
    async score(tenant, key) {
      const row = current.get(names.tenant(tenant), key);
      return row === undefined ? null : base.unreadable.only(() => scoreOf(tenant, row, false));
    },
    async scoreHistory(tenant, key, since, limit) {
      const no = names.tenant(tenant);
      return base.unreadable.upTo(
        limit,
        (most) => history.all(no, key, since, most),
        (row) => scoreOf(tenant, row, true),
      );
    },
    async risks(tenant, query) {
      return riskPage(base, names.tenant(tenant), query);
    },
    async riskFilters(tenant) {
      const no = names.tenant(tenant);
      return { owners: valuesOf(base, no, "owner"), segments: valuesOf(base, no, "segment") };
    },
  };
}

const MOST_VALUES = 500;

/** Each value once: the index is entered anew behind the value before, so that a million rows cost no more than few. */
function valuesOf({ connection }: Base, tenant: number, column: "owner" | "segment"): readonly string[] {
  const next = (after: string) => `(SELECT min(s.${column}) FROM scores s WHERE s.tenant = ?1 AND ${after})`;
  return connection
    .filtered<{ readonly value: string }>(
      `WITH RECURSIVE found(value) AS (
         SELECT ${next(`s.${column} IS NOT NULL`)}
         UNION ALL SELECT ${next(`s.${column} > found.value`)} FROM found WHERE found.value IS NOT NULL
         LIMIT ?2)
       SELECT value FROM found WHERE value IS NOT NULL`,
    )
    .all(tenant, MOST_VALUES)
    .map(({ value }) => value);
}

type Place = readonly [score: number, key: string];

function riskPage(base: Base, tenant: number, query: RiskQuery): Page<RiskRow> {
  const limit = limitOf(query.limit);
  const after = query.after === undefined ? null : fromCursor<Place>(query.after, [0, ""]);
  const found = (rareNames(base, tenant, query) ?? ranked(base, tenant, query, after, limit + 1))
    .filter((row) => after === null || isBelow(row, after))
    .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const kept = base.unreadable.among(shown, (row) => {
    const { key, score, at, why, name, segment, owner } = row;
    const band = readBand(row.band, () => placeIn("scores", row.no));
    return { key, unit: base.names.unitName(row.unit).name, score, band, at, why, name, segment, owner };
  });
  return {
    rows: kept,
    next: found.length > limit && last !== undefined ? toCursor([last.score, last.key]) : null,
    ...leftOut(shown.length, kept.length),
  };
}

const isBelow = ({ score, key }: RiskColumns, [atScore, atKey]: Place) =>
  score < atScore || (score === atScore && key > atKey);

/**
 * The first rows of each kind and band, read in order from one index: the key of `score_patterns`, `scores_owner`,
 * `scores_segment`, else `scores_rank`. With a place to go on from, the rest of its score comes first, then what is
 * lower.
 */
function ranked(
  base: Base,
  tenant: number,
  query: RiskQuery,
  after: Place | null,
  limit: number,
): RiskColumns[] {
  const places: readonly (readonly Filter[])[] =
    after === null
      ? [[]]
      : [
          [
            ["rank.score = ?", after[0]],
            ["rank.key > ?", after[1]],
          ],
          [["rank.score < ?", after[0]]],
        ];
  const kinds = query.kind === undefined ? KINDS : [query.kind];
  const bands = query.band === undefined ? BANDS : [query.band];
  return kinds.flatMap((kind) =>
    bands.flatMap((band) =>
      places.flatMap((place) => rankedPart(base, tenant, query, kind, band, place, limit)),
    ),
  );
}

type Filter = readonly [condition: string, value: Value | undefined];

function rankedPart(
  { connection }: Base,
  tenant: number,
  { pattern, segment, owner, name }: RiskQuery,
  kind: string,
  band: string,
  place: readonly Filter[],
  limit: number,
): RiskColumns[] {
  const filters: readonly Filter[] = [
    ["rank.tenant = ?", tenant],
    ["rank.kind = ?", kind],
    ["rank.band = ?", band],
    ["rank.pattern = ?", pattern],
    ["s.segment = ?", segment],
    ["s.owner = ?", owner],
    ["instr(lower(coalesce(s.name, '')), lower(?)) > 0", name],
    ...place,
  ];
  const given = filters.filter((filter): filter is [string, Value] => filter[1] !== undefined);
  const from =
    pattern === undefined
      ? "scores s"
      : "score_patterns rank JOIN scores s ON s.tenant = rank.tenant AND s.key = rank.key";
  const sql = `SELECT ${RISK} FROM ${from} WHERE ${given.map(([condition]) => condition).join(" AND ")}
    ORDER BY rank.score DESC, rank.key LIMIT ?`;
  // Without a pattern the scores themselves are the ranking.
  return connection
    .filtered<RiskColumns>(pattern === undefined ? sql.replaceAll("rank.", "s.") : sql)
    .all(...given.map(([, value]) => value), limit);
}

/**
 * Keys whose account's name has the text in it, or whose id begins with it, when these are few; null when there are
 * many, or no name was asked for. The trigram index needs three characters.
 */
function rareNames({ connection, unreadable }: Base, tenant: number, query: RiskQuery): RiskColumns[] | null {
  const { name, kind, band, segment, owner, pattern } = query;
  if (name === undefined || [...name].length < 3) return null;
  const phrase = `"${name.replaceAll('"', '""')}"`;
  const named = connection
    .filtered<RiskColumns>(
      `SELECT ${RISK} FROM account_names f
       JOIN accounts a ON a.no = f.rowid AND a.tenant = ?1
       JOIN scores s ON s.tenant = a.tenant AND s.key = 'account/' || a.id
       WHERE f.account_names MATCH ?2 LIMIT ?3`,
    )
    .all(tenant, phrase, RARE_NAMES + 1);
  if (named.length > RARE_NAMES) return null;
  const begins = connection.filtered<RiskColumns>(
    `SELECT ${RISK} FROM scores s WHERE s.tenant = ? AND s.key >= ? AND s.key < ? LIMIT ?`,
  );
  const byId = KINDS.flatMap((of) =>
    begins.all(tenant, `${of}/${name}`, `${of}/${name}\u{10ffff}`, RARE_NAMES),
  );
  return [...new Map([...named, ...byId].map((row) => [row.key, row])).values()].filter(
    (row) =>
      (kind === undefined || row.kind === kind) &&
      (band === undefined || row.band === band) &&
      (segment === undefined || row.segment === segment) &&
      (owner === undefined || row.owner === owner) &&
      (pattern === undefined || unreadable.among([row], (each) => contributes(each, pattern)).includes(true)),
  );
}

function contributes(row: RiskColumns, pattern: string): boolean {
  const contributions = readContributions(row.contributions, () => placeIn("scores", row.no));
  return contributions.some((each) => each.pattern === pattern);
}
