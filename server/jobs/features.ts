import type { Event } from "../core/event.ts";
import type { Match } from "../core/match.ts";
import { DAY, type Millis } from "../core/time.ts";
import { LABEL_AFTER, LOOK_BACK, labelOf, matchRow } from "../flow/learn.ts";
import { nextTurn } from "../lib/next-turn.ts";
import { type Directory, type FeatureRow, orNull, type Records } from "../store/contract.ts";

const ROWS_PER_RUN = 200;
/** A page of the store. */
const EVENTS_AT_ONCE = 1_000;
/** The newest; what an account did before counts in no row, as reading it would hold up everything else. */
const MOST_EVENTS = 50_000;
/** For so long events are kept. A row that had no label by then never gets one. */
const LABEL_WITHIN = 90 * DAY;

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
    const events = await eventsOf(store, match, match.firedAt - LOOK_BACK, match.firedAt);
    const account = match.account === null ? null : await orNull(store.account(match.tenant, match.account));
    const pseudonym = await store.pseudonym(match.tenant, match.key);
    rows.push(matchRow(match, events, account, pseudonym));
  }
  return rows;
}

/** Rows whose label cannot be found are passed over each time; those behind them have their turn all the same. */
async function newLabels(store: FeatureStore, now: Millis): Promise<FeatureRow[]> {
  const labelled: FeatureRow[] = [];
  const oldest = { at: Math.max(0, now - LABEL_WITHIN), tenant: "", id: "" };
  for (let after: Pick<FeatureRow, "at" | "tenant" | "id"> = oldest; labelled.length < ROWS_PER_RUN; ) {
    const rows = await store.unlabelledFeatures(now - LABEL_AFTER, ROWS_PER_RUN, after);
    for (const row of rows) {
      const label = await labelFor(store, row);
      if (label !== null) labelled.push({ ...row, label });
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last;
    await nextTurn();
  }
  return labelled;
}

/** The row names nobody, so the tickets are found through the match it belongs to; null when that cannot be. */
async function labelFor(store: FeatureStore, row: FeatureRow): Promise<FeatureRow["label"]> {
  const match = row.kind === "match" ? await orNull(store.match(row.tenant, row.id)) : null;
  if (match === null) return null;
  if ((await store.pseudonym(match.tenant, match.key)) !== row.pseudonym) return null;
  return labelOf(row, await eventsOf(store, match, row.at, row.at + LABEL_AFTER));
}

/** What happened in the unit of a match, newest first, page by page, so that others get a turn in between. */
async function eventsOf(
  store: FeatureStore,
  { tenant, unit }: Match,
  since: Millis,
  until: Millis,
): Promise<readonly Event[]> {
  const events: Event[] = [];
  for (let after: { after?: string } = {}; events.length < MOST_EVENTS; ) {
    const page = await store.events(tenant, { unit, since, until, limit: EVENTS_AT_ONCE, ...after });
    events.push(...page.rows);
    if (page.next === null) break;
    after = { after: page.next };
    await nextTurn();
  }
  return events;
}
