import type { Millis } from "../core/time.ts";
import { LABEL_AFTER, LOOK_BACK, labelOf, matchRow } from "../flow/learn.ts";
import { type Directory, type FeatureRow, orNull, type Records } from "../store/contract.ts";

const ROWS_PER_RUN = 200;
const EVENTS_PER_ROW = 2_000;

type FeatureStore = Pick<
  Records,
  "match" | "events" | "pseudonym" | "saveFeatures" | "matchesWithoutFeatures" | "unlabelledFeatures"
> &
  Pick<Directory, "account">;

/**
 * Writes the feature rows of new matches, and the labels of rows whose day has passed. Answers how many of each. An
 * account that cannot be read is not known, as far as a row is concerned.
 */
export async function keepFeatures(
  store: FeatureStore,
  now: Millis,
): Promise<{ rows: number; labels: number }> {
  const rows = await newRows(store);
  const labels = await newLabels(store, now);
  if (rows.length + labels.length > 0) await store.saveFeatures([...rows, ...labels]);
  return { rows: rows.length, labels: labels.length };
}

async function newRows(store: FeatureStore): Promise<FeatureRow[]> {
  const rows: FeatureRow[] = [];
  for (const match of await store.matchesWithoutFeatures(ROWS_PER_RUN)) {
    const { rows: events } = await store.events(match.tenant, {
      unit: match.unit,
      since: match.firedAt - LOOK_BACK,
      until: match.firedAt,
      limit: EVENTS_PER_ROW,
    });
    const account = match.account === null ? null : await orNull(store.account(match.tenant, match.account));
    const pseudonym = await store.pseudonym(match.tenant, match.key);
    rows.push(matchRow(match, events, account, pseudonym));
  }
  return rows;
}

/** The row names nobody, so the tickets are found through the match it belongs to. */
async function newLabels(store: FeatureStore, now: Millis): Promise<FeatureRow[]> {
  const rows: FeatureRow[] = [];
  for (const row of await store.unlabelledFeatures(now - LABEL_AFTER, ROWS_PER_RUN)) {
    const match = row.kind === "match" ? await orNull(store.match(row.tenant, row.id)) : null;
    if (match === null) continue;
    if ((await store.pseudonym(match.tenant, match.key)) !== row.pseudonym) continue;
    const { rows: events } = await store.events(row.tenant, {
      unit: match.unit,
      since: row.at,
      until: row.at + LABEL_AFTER,
      limit: EVENTS_PER_ROW,
    });
    rows.push({ ...row, label: labelOf(row, events) });
  }
  return rows;
}
