import {
  band,
  flag,
  list,
  named,
  number,
  orNull,
  part,
  partOrNull,
  reasonWord,
  text,
  textOrNull,
  texts,
  time,
  timeOrNull,
  word,
  wordOrNull,
} from "./base.ts";
import { messageText, sentMessage } from "./messages.ts";
import { alert, incident } from "./records.ts";
import { risk } from "./risk.ts";

/** Everything an agent needs beside a ticket. */

export const prediction = named("Prediction", "A ticket that had been seen coming", {
  ticket: text("Number of the ticket"),
  match: text("Id of the match that foresaw it"),
  pattern: text("Id of the pattern that fired"),
  name: text("Name of the pattern"),
  why: text("What was seen, in plain words"),
  firedAt: time("When it fired"),
  ticketAt: time("When the ticket was opened, as far as is known"),
  leadMs: number("From the match to the ticket, in milliseconds"),
  certainty: word(
    "`recorded`: the ticket was taken as this match's. `likely`: it came while the match counted",
    ["recorded", "likely"],
  ),
  message: orNull("The message that was sent about it; null when there was none", sentMessage),
});

export const openTicket = part("A ticket that is not solved", {
  ticket: text("Number of the ticket"),
  person: text("Id of the person who opened it"),
  own: flag("True when it is of the person asked about, not of a colleague"),
  issue: textOrNull("What it is about, where its category says"),
  openedAt: time("When it was opened"),
});

export const colleague = part("Somebody of the same account who is in trouble too", {
  person: text("Id of the person"),
  name: textOrNull("As the contact table has it"),
  score: number("Risk score, 0 to 100"),
  band: band("Where the score stands"),
  why: text("The foremost reason, in plain words"),
});

export const quiet = part("Why nothing would be sent to this person now; null when something could be", {
  reason: reasonWord("Which guard"),
  kind: word("Whether it passes by itself", ["hold", "stop"]),
  until: timeOrNull("When it passes, where that is known"),
  detail: text("The same in a sentence"),
  ticket: textOrNull("The ticket behind a cooldown"),
});

export const nextStep = part("What to do now; null when nothing is the matter", {
  match: text("Id of the match"),
  pattern: text("Id of the pattern that fired"),
  firstAction: text("What to do first"),
  playbook: text("What to do, in a paragraph"),
  owner: text("The role that owns the pattern"),
});

export const review = part("A message that waits for somebody's approval", {
  decision: text("Id for `/decisions/<id>/review`"),
  match: text("Id of the match"),
  pattern: text("Id of the pattern that fired"),
  name: text("Name of the pattern"),
  channel: textOrNull("Channel it would go out on"),
  dueBy: time("After this moment it is not sent any more"),
  text: orNull("The message as it would go out; null when it cannot be rendered", messageText),
  revision: text("The value of `If-Match`"),
});

/** For a requester nobody knows, all of it is empty. */
export const context = named("Context", "What an agent needs beside the score, to act in two seconds", {
  prediction: orNull(
    "How the ticket was seen coming. Null when it was not, and when no ticket was named",
    prediction,
  ),
  lastMessage: orNull(
    "The newest message to the person (else to somebody of the account), and how it ended",
    sentMessage,
  ),
  openTickets: list(
    "Open tickets of the person and of colleagues, newest first, without the one asked about. At most 20",
    openTicket,
  ),
  colleagues: list("Colleagues who are in trouble too, worst first. At most 10", colleague),
  moreColleagues: number("How many more of them there are"),
  quiet: orNull("Why nothing would be sent to this person now; null when something could be", quiet),
  incidents: list("Running incidents that concern this person or account", incident),
  next: orNull("What to do now; null when nothing is the matter", nextStep),
  draft: textOrNull("Plain text to insert into the ticket's editor; never sent by itself"),
  reviews: list("Messages that wait for somebody's approval", review),
  alerts: list('Open alerts about the person or account: what "hand to the owner" assigns', alert),
  replays: list(
    "Recorded sessions, newest first. At most 5",
    part("A recorded session", { at: time("When it was recorded"), url: text("Where to watch it") }),
  ),
});

export const requester = named(
  "Requester",
  "The person behind a ticket, their account, and the risk of both",
  {
    person: partOrNull("Null when nobody was found", {
      id: text("Id of the person"),
      locale: textOrNull("Their language, such as `pt-BR`"),
      roles: texts("Their roles in the account"),
    }),
    account: partOrNull("Null when none was found", {
      id: text("Id of the account"),
      name: textOrNull("The company's name"),
      plan: textOrNull("What it pays for"),
      segment: textOrNull("Its segment"),
      owner: textOrNull("Who looks after it"),
    }),
    matchedBy: wordOrNull("How they were found; `domain` names the account alone, null is by their ids", [
      "externalId",
      "zendeskId",
      "email",
      "domain",
    ]),
    personRisk: orNull("The person's risk; null when nobody was found", risk),
    accountRisk: orNull("The account's risk; null when none was found", risk),
    headline: text("The higher of the two, and whose it is"),
    context: context.describe("What helps to act"),
  },
);
