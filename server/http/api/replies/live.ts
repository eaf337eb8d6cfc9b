import { z } from "zod";
import { part, text } from "./base.ts";
import { alert, decision, delivery, incident, match, outcome } from "./records.ts";
import { scoreStepFields } from "./risk.ts";
import { switches } from "./tenant.ts";

/** The live stream. */

export const STREAM_EVENTS = [
  "decision",
  "delivery",
  "alert",
  "match",
  "outcome",
  "score",
  "incident",
  "switches",
] as const;
export type StreamEvent = (typeof STREAM_EVENTS)[number];

const message = <const Name extends StreamEvent | "reset", Data extends z.ZodType>(event: Name, data: Data) =>
  part("One message", { event: z.literal(event).describe("What the message is about"), data });

export const liveMessage = z
  .discriminatedUnion("event", [
    message("decision", decision.describe("A decision that was made")),
    message("delivery", delivery.describe("A message that was made or changed")),
    message("alert", alert.describe("An alert that was raised or changed")),
    message("match", match.describe("A match that fired or changed")),
    message("outcome", outcome.describe("An outcome that was settled or corrected")),
    message(
      "score",
      part("A score that changed", {
        ...scoreStepFields,
        key: text("Whose score: `account/acme` or `person/u1`"),
      }),
    ),
    message("incident", incident.describe("An incident that began or changed")),
    message("switches", switches.describe("What is switched off from now on")),
    message("reset", part("Something was missed: read everything again", { reason: text("Why") })),
  ])
  .meta({
    id: "LiveMessage",
    description: "One message of the stream: `event` names it, `data` is its JSON",
  });
