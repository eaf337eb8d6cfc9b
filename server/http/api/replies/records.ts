import { z } from "zod";
import {
  anything,
  flag,
  judgementName,
  matchState,
  named,
  number,
  part,
  partOrNull,
  reasonWord,
  revision,
  simulated,
  text,
  textOrNull,
  time,
  timeOrNull,
  word,
  wordOrNull,
} from "./base.ts";
import { help } from "./risk.ts";

/** What is kept, row by row. */

const judgement = (what: string) => judgementName.describe(what);
const accountOfTenant = textOrNull("Id of the account; null for a person without one");

export const decision = named("Decision", "What the guards answered for a match at a moment, and why", {
  id: text("Id of the decision"),
  match: text("Id of the match it is about"),
  pattern: text("Id of the pattern that fired"),
  key: text("Whose trouble it is: `account/acme`, `person/u1`, `account/acme;endpoint=...`"),
  account: accountOfTenant,
  person: textOrNull("Id of the person a message would go to; null when nobody was chosen"),
  step: number("Place on the ladder of channels, from 0"),
  at: time("When it was decided"),
  kind: judgement("Whether a message goes out, waits, or is not sent at all"),
  reason: reasonWord("Why"),
  until: timeOrNull("When a hold is judged again; null on everything else"),
  channel: textOrNull("Channel of this step; null when none was left"),
  dueBy: timeOrNull("After this moment help would come too late"),
  score: number("Risk score of the key at that moment"),
  delivery: textOrNull("Id of the message that it made"),
  wouldHave: partOrNull("What would have been done without the control group; null for everybody else", {
    kind: judgement("What the guards after it answered"),
    reason: reasonWord("Why"),
    channel: textOrNull("Channel that would have been used"),
  }),
  simulated,
});

const deliveryFields = {
  id: text("Id of the message"),
  decision: text("Id of the decision that made it"),
  match: text("Id of the match it helps with; empty when it is about none"),
  pattern: text("Id of the pattern that fired; empty when none did"),
  account: accountOfTenant,
  person: textOrNull("Id of the person it goes to; null on a human step, and on a prompt without login"),
  channel: text("Channel, such as `email` or `in_app.banner`"),
  step: number("Place on the ladder of channels, from 0"),
  template: text("Name of the template"),
  templateVersion: text("Version of the template"),
  status: word(
    "`in_doubt` left without a clear answer, and is `unknown` when that stays so; `suppressed` was stopped before it left; `dry_run` would have been sent",
    ["queued", "sending", "sent", "failed", "in_doubt", "unknown", "suppressed", "dry_run"],
  ),
  detail: textOrNull("Why it failed, was suppressed or is in doubt"),
  attempts: number("How often it was tried"),
  createdAt: time("When it was decided"),
  notBefore: time("It leaves at this moment at the earliest"),
  dueBy: time("It leaves by this moment or not at all"),
  sentAt: timeOrNull("When the provider took it"),
  deliveredAt: timeOrNull("When it reached the mailbox, the phone or the page"),
  seenAt: timeOrNull("When it was shown, opened or clicked; for an SMS, when it was delivered"),
  clickedAt: timeOrNull("When its link was clicked"),
  providerId: textOrNull("The provider's own id of it"),
  preview: flag("True when its channel is in preview: rendered and kept, and nothing left"),
  manual: partOrNull("Who sent it by hand; null when the policy decided it", {
    actor: text("Who"),
    reason: text("Why, in their words"),
  }),
  incident: textOrNull("Id of the incident whose notice it is: it goes to everybody and belongs to no match"),
  simulated,
};

export const delivery = named("Delivery", "One message on one channel to one person", deliveryFields);

export const deliveryDetail = named("DeliveryDetail", "A message with its exact words", {
  ...deliveryFields,
  copy: partOrNull("What the person got; null before it was rendered, or after erasure", {
    at: time("When it was rendered"),
    rendered: z.unknown().describe("The message in the parts that its channel has, such as subject and text"),
  }),
});

const matchFields = {
  id: text("Id of the match"),
  pattern: text("Id of the pattern"),
  name: text("Name of the pattern"),
  version: text("Version of the pattern's rule when it fired"),
  family: text("Patterns that look at the same evidence share it"),
  key: text("What it fired for: `account/acme`, `person/u1`, `account/acme;endpoint=...`"),
  account: accountOfTenant,
  person: textOrNull("Id of the person in most of its events"),
  state: matchState,
  firstAt: time("Time of its first event"),
  firedAt: time("Time of the event that made it fire"),
  noticedAt: time("When that event, or the timer behind it, came in"),
  lastSeen: time("Time of its newest event"),
  closedAt: timeOrNull("When it was over"),
  closedBy: textOrNull("What closed it, such as `quiet` or `recovery`"),
  events: number("How many events it rests on"),
  data: anything("Fields of the newest evidence"),
  why: text("What was seen, in plain words"),
  experimental: flag("True when its pattern is on trial: scored and shown, never messaged"),
  incident: textOrNull("Id of the incident it belongs to"),
  simulated,
};

export const match = named("Match", "A pattern that fired for a key", matchFields);

export const matchDetail = named("MatchDetail", "A match with what is being done about it", {
  ...matchFields,
  silenced: wordOrNull("Why it counts nothing in the score, where that is so", [
    "recovery",
    "false_alarm",
    "not_mine",
  ]),
  help,
  firstAction: text("What a colleague does first"),
  playbook: text("What a colleague does, in a paragraph"),
  typicalTicket: text("What customers write when nobody helps them"),
  revision: text("The value of `If-Match` for a verdict or review"),
});

export const alert = named("Alert", "A problem for a colleague, with its owner, first action and due time", {
  id: text("Id of the alert"),
  match: textOrNull("Id of the match it is about"),
  pattern: textOrNull("Id of the pattern that fired"),
  incident: textOrNull("Id of the incident it is about"),
  account: textOrNull("Id of the account it is about"),
  person: textOrNull("Id of the person it is about"),
  kind: text(
    "`human.csm` and its like for a step of the ladder, else such as `critical`, `review`, `incident`",
  ),
  title: text("What it is about, in a few words"),
  why: text("What was seen, in plain words"),
  firstAction: text("What to do first"),
  playbook: text("What to do, in a paragraph"),
  owner: text("The role that takes care of it"),
  score: number("Risk score at that moment"),
  createdAt: time("When it was raised"),
  dueBy: time("When somebody should have taken it up"),
  state: word("How far it has got", ["open", "acknowledged", "snoozed", "resolved"]),
  assignee: textOrNull("Who has it"),
  snoozedUntil: timeOrNull("Until when it was put aside"),
  revision: number("Grows with every change: the value of `If-Match`"),
  simulated,
});

export const incident = named("Incident", "Trouble of many customers at once", {
  id: text("Id of the incident"),
  scope: part("What it covers", {
    kind: word("Everything, or one of a kind", ["all", "pattern", "component", "account"]),
    name: textOrNull("Which one; null when it is everything"),
  }),
  startedAt: time("When it began"),
  endedAt: timeOrNull("When it ended; null while it runs"),
  startedBy: text("`rate` for many matches at once, a system, or the person who declared it"),
  endedBy: textOrNull("What or who ended it"),
  matches: number("Matches that it took with it"),
  accounts: number("Accounts that they are of"),
  threshold: number("So many matches at once began it; 0 when it was declared"),
  broadcast: word("Whether the customers are told", ["waiting", "approved", "automatic", "declined"]),
  revision,
  simulated,
});

export const outcome = named("Outcome", "What became of a match", {
  match: text("Id of the match"),
  pattern: text("Id of its pattern"),
  kind: text("Such as `prevented`, `not_prevented`, `self_resolved`, `no_ticket`"),
  decidedAt: time("When that was settled"),
  delivered: flag("True when a message had reached the person"),
  unassisted: flag("True when nothing had been sent: control group, dry run, or stopped before"),
  ticket: textOrNull("Number of the ticket that decided it"),
  ticketAt: timeOrNull("When that ticket came"),
});

export const audit = named("AuditRow", "What somebody did, and why", {
  id: text("Id for `/actions/<id>/undo`"),
  at: time("When"),
  actor: text("Who, behind the role of their token: `agent:ana@example.com`"),
  action: text("What, such as `person.pause`"),
  subject: text("What it was done to: `person/u1`, `alert/...`, `switches`"),
  reason: text("Why, in their words"),
  detail: anything("Further facts, by action"),
  undoable: flag("True when it is of a kind that can be taken back, and was not"),
  undone: flag("True when it was taken back"),
});
