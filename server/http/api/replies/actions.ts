import { z } from "zod";
import {
  band,
  flag,
  list,
  named,
  number,
  part,
  reasonWord,
  revision,
  text,
  timeOrNull,
  word,
} from "./base.ts";
import { alert, decision, delivery, incident } from "./records.ts";
import { controls } from "./risk.ts";
import { rollout, switches } from "./tenant.ts";

/** Answers of writes. */

export const guard = named("Guard", "What stands in the way of a message sent by hand", {
  reason: reasonWord("Which guard"),
  kind: word("Whether it passes by itself", ["hold", "stop"]),
  until: timeOrNull("When it passes, where that is known"),
  detail: text("The same in a sentence"),
  overridable: flag("False: no reason of yours lifts it"),
});

/** Answer of every write: the audit row it left, and what followed from it at once. */
const actionFields = {
  action: text("Id for `/actions/<id>/undo`"),
  undoable: flag("True when it can be taken back"),
  effects: part("What followed from it at once", {
    decisions: list("What was decided", decision),
    deliveries: list("Messages that were made or changed", delivery),
    alerts: list("Alerts that were raised or changed", alert),
    scores: list(
      "Scores that changed",
      part("One score", {
        key: text("Whose score: `account/acme` or `person/u1`"),
        score: number("The score from now on"),
        band: band("The band from now on"),
      }),
    ),
  }),
};

export const action = named("Action", "What was done, and what followed from it at once", actionFields);

export const personAction = named("PersonAction", "The same, with what is set for the person from now on", {
  ...actionFields,
  person: text("Id of the person"),
  controls: controls.describe("What is set for the person from now on"),
  revision,
});

export const linkAction = named("LinkAction", "The same, with the person that the requester is from now on", {
  ...actionFields,
  person: text("Id of the person"),
  linked: list("Names that are theirs from now on", z.enum(["zendeskId", "email"])),
});

export const alertAction = named("AlertAction", "The same, with the alert as it is now", {
  ...actionFields,
  alert: alert.describe("The alert as it is now"),
});

export const matchAction = named("MatchAction", "The same, with the match it was about", {
  ...actionFields,
  match: text("Id of the match"),
});

export const incidentAction = named("IncidentAction", "The same, with the incident as it is now", {
  ...actionFields,
  incident: incident.describe("The incident as it is now"),
});

export const switchesAction = named("SwitchesAction", "The same, with what is switched off now", {
  ...actionFields,
  switches: switches.describe("What is switched off now"),
});

export const rolloutAction = named("RolloutAction", "The same, with who may be messaged now", {
  ...actionFields,
  rollout: rollout.describe("Which accounts may be messaged now"),
});

const manualResult = word("`send` goes as it is, `override` needs `override: true`, `never` cannot be sent", [
  "send",
  "override",
  "never",
]);

export const manualPreview = named("ManualPreview", "What would be sent, and what stands in its way", {
  guards: list("What stands in the way", guard),
  guardResult: manualResult,
  verdict: manualResult.describe("The same as `guardResult`, under its former name"),
  rendered: z.unknown().describe("The message as the person would see it; null when it cannot be rendered"),
});

export const manualAction = named("ManualAction", "What was done, with the message that it made", {
  ...actionFields,
  delivery: delivery.describe("The message"),
});

export const manualReply = z.union([manualPreview, manualAction]);
