import {
  anything,
  list,
  named,
  number,
  numberOrNull,
  orNull,
  part,
  partOrNull,
  text,
  textOrNull,
  time,
} from "./base.ts";
import { decision, delivery, match, outcome } from "./records.ts";
import { scoreStepFields } from "./risk.ts";

/** The way from a message back to the webhook behind it. */

export const traceEvent = named("TraceEvent", "An event behind a match, and the webhook it came in", {
  seq: number("Its position in the log"),
  source: text("The system that sent it"),
  id: text("The sender's id of it"),
  type: text("Its type in our vocabulary"),
  time: time("When it happened, as the sender says"),
  receivedAt: time("When it came in"),
  account: textOrNull("Id of the account"),
  person: textOrNull("Id of the person"),
  data: anything("Its fields, by type"),
  webhook: partOrNull("The webhook it came in; the body itself is not kept, its SHA-256 is", {
    id: text("Id of the webhook"),
    system: text("The system that sent it"),
    source: text("Id of the source, as `forestall source` lists it"),
    receivedAt: time("When it came in"),
    bodySha256: text("SHA-256 of the body, in hex"),
    bytes: number("Length of the body"),
    webhookId: textOrNull("The sender's own id of the webhook, where there is one"),
    deliveryId: textOrNull("The same as `webhookId`, under its name of before"),
  }),
});

export const trace = named("Trace", "A message or decision with everything that led to it and came of it", {
  id: text("Id that was asked for"),
  delivery: orNull("The message; null when none was made", delivery),
  decisions: list("What was decided about the match, oldest first", decision),
  match: orNull("The pattern that fired; null when it is about none", match),
  scores: list(
    "How the scores moved",
    part("A change of one score", {
      ...scoreStepFields,
      key: text("Whose score: `account/acme` or `person/u1`"),
    }),
  ),
  events: list("The evidence", traceEvent),
  outcome: orNull("What became of the match; null while that is open", outcome),
  feedback: list(
    "What the customer answered",
    part("One answer", {
      at: time("When"),
      person: text("Id of the person who answered"),
      answer: textOrNull("What they answered, in a word"),
      stars: numberOrNull("1 to 5, where they gave them"),
    }),
  ),
  unreadable: number("How many more would stand here and cannot be read; not there when all can").optional(),
});
