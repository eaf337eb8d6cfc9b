import {
  band,
  channelKindName,
  counts,
  flag,
  list,
  matchState,
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
} from "./base.ts";

/** How much at risk a person or account is, with everything needed to check it by hand. */

/**
 * By hand: `alone = risk * confidence * 2^(-(asOf - lastSeen) / halfLife)`; sorted by `alone`, each takes its share of
 * what is left of 100: `points = left * alone / 100`.
 */
export const contribution = named("Contribution", "One match's part in a score", {
  pattern: text("Id of the pattern that fired"),
  name: text("Name of the pattern"),
  family: text("Of several matches of one family only the largest counts"),
  match: text("Id of the match"),
  key: text("What it fired for: `account/acme`, `person/u1`, `account/acme;endpoint=...`"),
  points: number("What it adds to the score: its share of what the larger ones left of 100"),
  alone: number("What it would score alone: risk * confidence * 2^(-(asOf - lastSeen) / halfLife)"),
  risk: number("The pattern's risk, 0 to 100"),
  confidence: number("The pattern's confidence, 0 to 1"),
  halfLife: text("After so long it counts half, as files write it: `6h`"),
  halfLifeMs: number("The same in milliseconds"),
  firedAt: time("Time of the event that made it fire"),
  lastSeen: time("Time of its newest event"),
  events: number("Events it rests on"),
  more: number("Further matches of the same family, which do not add"),
  why: text("What was seen, in plain words"),
  state: matchState,
  experimental: flag("True when its pattern is on trial: scored and shown, never messaged"),
  tags: texts("Tags of the pattern, such as `churn`"),
});

export const help = partOrNull("What is being done about it; null when it is only logged", {
  state: word("`held` waits, `review` waits for somebody's approval, `sent` is on its way or out", [
    "held",
    "review",
    "sent",
    "ended",
  ]),
  reason: reasonWord("Why it was judged so the last time"),
  step: number("Place on the ladder of channels, from 0"),
  dueBy: time("After this moment help would come too late"),
  deliveries: texts("Ids of its messages, oldest first"),
});

export const openMatch = named("OpenMatch", "A match that is not over", {
  match: text("Id of the match"),
  pattern: text("Id of the pattern that fired"),
  name: text("Name of the pattern"),
  key: text("What it fired for: `account/acme`, `person/u1`, `account/acme;endpoint=...`"),
  person: textOrNull("Id of the person in most of its events"),
  firedAt: time("Time of the event that made it fire"),
  lastSeen: time("Time of its newest event"),
  events: number("Events it rests on"),
  why: text("What was seen, in plain words"),
  help,
});

export const scoreStepFields = {
  at: time("When"),
  score: number("The score from then on"),
  band: band("The band from then on"),
  why: text("What changed: `+ 5 rate-limit errors`, `resolved: ...`, `faded: ...`"),
};

export const scoreStep = named("ScoreStep", "A change of a score", scoreStepFields);

export const controls = named("PersonControls", "What the customer and the agents have set for a person", {
  stoppedAt: timeOrNull("When the person stopped all messages"),
  paused: flag("True while somebody of yours holds messages to this person"),
  pausedUntil: timeOrNull("Null while paused means: until somebody resumes"),
  snoozedUntil: timeOrNull("Until when the person has asked for quiet"),
  channelsOff: list("Channels that are off for this person", channelKindName),
  preferred: textOrNull("Channel that the person likes best"),
  muted: list(
    "Problems that the person said they do not have",
    part("One of them", {
      family: text("Family of the patterns that fired"),
      until: time("Until when that is believed"),
    }),
  ),
});

export const risk = named("Risk", "The score of a person or account at `asOf`", {
  id: text("Id of the person or account"),
  kind: word("Which of the two", ["person", "account"]),
  name: textOrNull("The company's name; people's names are not here"),
  score: number("0 to 100"),
  unrounded: number("The score before rounding: the sum of all `points`"),
  band: band("Where the score stands"),
  headline: text("Score, band and the foremost reason, in a line"),
  contributions: list("What the score is made of, largest first", contribution),
  subScores: counts("The score from the matches with each tag alone: churn, frustration, intent"),
  history: list("How the score came to be, oldest first", scoreStep),
  openMatches: list("What is not over, newest evidence first", openMatch),
  asOf: time("The moment that all of it is reckoned for"),
  controlGroup: flag("True when it is deliberately not messaged, so that the effect can be measured"),
  controls: orNull("What the customer and the agents have set for a person; null for an account", controls),
  revision: textOrNull("The value of `If-Match` for pause, resume and stop; null for an account"),
});

export const riskItem = named("RiskListItem", "A person or account with its score", {
  kind: word("Which of the two", ["person", "account"]),
  id: text("Id of the person or account"),
  name: textOrNull("The company's name, or the person's as the contact table has it"),
  score: number("0 to 100"),
  band: band("Where the score stands"),
  why: text("The foremost reason, in plain words"),
  at: time("When the score changed last"),
  segment: textOrNull("Segment of the account"),
  owner: textOrNull("Who looks after the account"),
});

export const riskFilters = named(
  "RiskFilters",
  "What the list of risks can be narrowed by, at most 500 of each",
  {
    owners: texts("Owners of accounts at risk, in alphabetical order"),
    segments: texts("Segments of accounts at risk, in alphabetical order"),
  },
);
