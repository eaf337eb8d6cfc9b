/**
 * learn: what a classifier will train on. Each match (and each sampled quiet key) becomes a row of numbers known
 * before the cut, and later a label: a ticket within 24 hours. Rows outlive the raw behaviour and name nobody.
 */
import type { Event } from "../core/event.ts";
import type { Match } from "../core/match.ts";
import { DAY, HOUR, type Millis } from "../core/time.ts";
import type { AccountState } from "../core/unit.ts";
import type { FeatureRow } from "../store/contract.ts";

/** A ticket within this time after the cut makes the label 1. */
export const LABEL_AFTER = DAY;
/** Events before the cut that features look at. */
export const LOOK_BACK = 30 * DAY;

type Features = { [name: string]: number | null };

/**
 * Features of one moment from the events strictly before it: counts by type over an hour, a day and a week, how
 * long ago the last one was (hours), and what is known of the account. Nothing after the cut is looked at.
 */
function featuresAt(cut: Millis, events: readonly Event[], account: AccountState | null): Features {
  const before = events.filter(({ time }) => time < cut && time >= cut - LOOK_BACK);
  const persons = before.map(({ person }) => person).filter((person) => person !== null);
  const features: Features = {
    accountAgeDays: account?.signedUpAt == null ? null : Math.max(0, (cut - account.signedUpAt) / DAY),
    onboarded: account === null ? null : account.onboardedAt !== null && account.onboardedAt < cut ? 1 : 0,
    mrr: account?.mrr ?? null,
    persons: new Set(persons).size,
  };
  for (const event of before) count(features, event, cut);
  return features;
}

function count(features: Features, event: Event, cut: Millis): void {
  const age = cut - event.time;
  bump(features, `${event.type}.30d`);
  if (age <= 7 * DAY) bump(features, `${event.type}.7d`);
  if (age <= DAY) bump(features, `${event.type}.1d`);
  if (age <= HOUR) bump(features, `${event.type}.1h`);
  const hours = age / HOUR;
  for (const name of [`${event.type}.hoursAgo`, "any.hoursAgo"]) {
    const known = features[name];
    features[name] = known === undefined || known === null ? hours : Math.min(known, hours);
  }
}

function bump(features: Features, name: string): void {
  features[name] = (features[name] ?? 0) + 1;
}

/** The feature row of a match, its label still open. @param pseudonym what the store calls the match's key */
export function matchRow(
  match: Match,
  events: readonly Event[],
  account: AccountState | null,
  pseudonym: string,
): FeatureRow {
  return {
    id: match.id,
    tenant: match.tenant,
    pseudonym,
    at: match.firedAt,
    kind: "match",
    pattern: match.pattern,
    segment: account?.segment ?? account?.plan ?? null,
    features: featuresAt(match.firedAt, events, account),
    label: null,
  };
}

/** The label of a row whose 24 hours have passed. */
export function labelOf(row: FeatureRow, tickets: readonly Event[]): 0 | 1 {
  const end = row.at + LABEL_AFTER;
  return tickets.some(({ type, time }) => type === "ticket.created" && time > row.at && time <= end) ? 1 : 0;
}
