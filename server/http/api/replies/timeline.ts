import { z } from "zod";
import { anything, named, numberOrNull, part, text, textOrNull, time } from "./base.ts";
import { sentMessage } from "./messages.ts";
import { audit, decision, incident, match } from "./records.ts";

/** What happened, of every kind, newest first. */

export const signal = named("Signal", "An event, as it came in", {
  type: text("Its type in our vocabulary"),
  source: text("The system that sent it"),
  account: textOrNull("Id of the account"),
  person: textOrNull("Id of the person"),
  data: anything("Its fields, by type"),
});

const kind = <const Kind extends string>(is: Kind) => z.literal(is).describe("What happened");

const place = { id: text("Unique within its kind"), at: time("When") };

export const timelineItem = z
  .discriminatedUnion("kind", [
    part("Something the customer did or ran into", {
      ...place,
      kind: kind("signal"),
      signal: signal.describe("The event"),
    }),
    part("Something that happened to a ticket", {
      ...place,
      kind: kind("ticket"),
      ticket: textOrNull("Number of the ticket"),
      signal: signal.describe("The event that told of it"),
    }),
    part("A pattern fired", { ...place, kind: kind("match"), match: match.describe("What fired") }),
    part("A message", {
      ...place,
      kind: kind("message"),
      message: sentMessage.describe("What went out, or waits"),
    }),
    part("The customer answered", {
      ...place,
      kind: kind("feedback"),
      feedback: part("The answer", {
        match: text("Id of the match it is about"),
        delivery: textOrNull("Id of the message that asked"),
        person: text("Id of the person who answered"),
        answer: textOrNull("What they answered, in a word"),
        stars: numberOrNull("1 to 5, where they gave them"),
      }),
    }),
    part("What was held or stopped, and why; what was sent is there as its message", {
      ...place,
      kind: kind("not_sent"),
      decision: decision.describe("What was decided instead of sending"),
    }),
    part("Trouble of many customers, that took this one with it", {
      ...place,
      kind: kind("incident"),
      incident: incident.describe("The incident"),
    }),
    part("What an agent or ops person did; `undoable` ones go to `/actions/<id>/undo`", {
      ...place,
      kind: kind("action"),
      action: audit.describe("Who did what"),
    }),
  ])
  .meta({ id: "TimelineItem", description: "One thing that happened, of any kind" });
