import {
  channelKindName,
  counts,
  flag,
  list,
  named,
  number,
  numberOrNull,
  part,
  revision,
  text,
  texts,
  time,
  word,
} from "./base.ts";

/** What concerns the whole tenant. */

export const deadLetter = named("DeadLetter", "A webhook that was signed rightly and could not be read", {
  id: text("Id of it"),
  at: time("When it came in"),
  system: text("The system that sent it"),
  source: text("Id of the source, as `forestall source` lists it"),
  reason: text("What is wrong with it, in plain words"),
  bytes: number("Length of the body"),
  excerpt: text("The first 2,000 bytes of the body as text"),
});

export const unknownType = named("UnknownType", "An event type that means nothing here", {
  source: text("The system that sends it"),
  type: text("Its name there"),
  count: number("How often it came"),
  at: time("When it was seen last"),
});

export const pattern = named("Pattern", "A named rule over events, what it means, and how we help", {
  id: text("Id of the pattern"),
  name: text("Its name"),
  version: text("Version of its rule: a change begins anew"),
  family: text("Patterns that look at the same evidence share it"),
  issue: text("What the trouble is about, such as `billing`"),
  timing: text("How soon help is due"),
  urgent: flag("True when it passes the gap, the control group and, for email, quiet hours"),
  risk: number("0 to 100"),
  confidence: number("0 to 1"),
  halfLife: text("After so long a match counts half, as files write it: `6h`"),
  quiet: text("So long after its last evidence a match is over: `2h`"),
  per: texts("What a match is kept for, such as `account` or `person`"),
  channels: texts("Its own channels, else those of its issue; somebody of ours comes last"),
  status: text("`active`, `experimental` or `paused`"),
  strength: word("From the share of matches without help that led to a ticket", [
    "strong",
    "moderate",
    "weak",
  ]),
  history: part("What was seen of it before", {
    correlation: number("Share of matches without help that led to a ticket, 0 to 1"),
    prevention: number("Share of matches with help that led to none, 0 to 1"),
    leadTime: text("From the match to the ticket, as files write it: `6h`"),
  }),
  owner: text("The role that owns it"),
  firstAction: text("What a colleague does first"),
  playbook: text("What a colleague does, in a paragraph"),
  typicalTicket: text("What customers write when nobody helps them"),
  message: text("Name of its template"),
  tags: texts("Such as `churn`, `frustration`, `intent`"),
});

export const summary = named("Summary", "The figures of the front page", {
  at: time("When they were counted"),
  monitored: number("Accounts watched; persons, where no account is known"),
  bands: part("The same by band", {
    normal: number("In band normal"),
    watch: number("In band watch"),
    alert: number("In band alert"),
    critical: number("In band critical"),
  }),
  sent24h: number("Messages of the last 24 hours"),
  byTiming24h: counts("The same by timing of their patterns; `none`: by hand, or told to many"),
  byChannel24h: counts("The same by channel"),
  byReason24h: counts("What was held and stopped in the last 24 hours, by reason"),
  patterns30d: list(
    "How the patterns did in the last 30 days",
    part("One pattern", {
      pattern: text("Id of the pattern"),
      name: text("Its name"),
      fired: number("Matches"),
      prevented: number("Outcomes without a ticket, after help"),
      notPrevented: number("Outcomes with a ticket all the same"),
      preventionRate: numberOrNull("Prevented / (prevented + not prevented); null without either"),
    }),
  ),
  outcomes30d: counts("Outcomes of the last 30 days, by kind"),
  optedOut: number("Persons who have stopped all messages"),
  csat: part("What customers said of the messages of the last 30 days, in stars", {
    n: number("How many answered"),
    mean: numberOrNull("1 to 5 on average; null when nobody did"),
  }),
});

export const switches = named("Switches", "What is switched off", {
  tenant: flag("True: everything of this tenant is off"),
  patterns: texts("Ids of patterns that are off"),
  channels: list("Channels that are off", channelKindName),
  revision,
});

export const rollout = named("Rollout", "Which accounts may be messaged", {
  all: flag("True: all of them"),
  accounts: texts("Ids of accounts that may be"),
  segments: texts("Segments whose accounts may be"),
  percent: number("Share of the other accounts, 0 to 100"),
  dryRun: flag("True: nobody is messaged, all is decided and rendered only"),
  revision,
});
