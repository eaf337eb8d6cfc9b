import type { Reason } from "./decision.ts";

/** Why something was not sent, or not yet, in words that need no manual. "They": whom the message is for. */
const WORDS: { readonly [reason in Reason]: string } = {
  switched_off: "this is switched off",
  retracted: "a late event showed that it did not happen",
  resolved: "the trouble is over",
  below: "too little to act on",
  opted_out: "they asked us to stop, or switched this channel off",
  no_consent: "they have not agreed to this channel",
  unreachable: "we have no address for them",
  not_ready: "a text or link is missing",
  muted: "they said that they do not have this problem",
  snoozed: "they asked us to wait",
  paused: "a colleague paused messages to them",
  duplicate: "they were written to about this already",
  incident: "many customers at once, so one answer for all",
  cooldown: "they wrote a ticket, so a person is on it",
  holdout: "control group: left alone, to measure what help is worth",
  review: "a colleague has to approve it first",
  cap: "they had as many messages as anybody gets in a day",
  gap: "they had a message a short while ago",
  quiet: "it is night where they are",
  stale: "waited for too long to be of use",
  alert_only: "this is for a person, never for a message",
  log_only: "noted, never acted on",
  nobody: "nobody is known to write to",
  review_expired: "nobody approved it in time",
  review_rejected: "a colleague rejected it",
  taken_back: "a colleague took it back",
  ladder_end: "every channel was tried",
  backfill: "it was brought in from before",
  manual: "a colleague sent it by hand",
  none: "nothing stood in the way",
};

export const reasonWords = (reason: Reason): string => WORDS[reason];

/** Who is not logged in is known by the session of a page only, and its name says nothing to anybody. */
export const personWords = (person: string | null): string =>
  person === null || person.startsWith("anonymous:") ? "a visitor who is not logged in" : person;

/** Whom something is about, for a colleague: the account by its name where that is known. */
export function customerWords(
  { account, person }: { readonly account: string | null; readonly person: string | null },
  accountName: string | null | undefined,
): string | null {
  if (account !== null) return accountName ?? account;
  return person === null ? null : personWords(person);
}
