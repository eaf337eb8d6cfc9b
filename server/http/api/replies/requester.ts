import { z } from "zod";
import type * as wire from "../../wire.ts";
import {
  type Answer,
  band,
  flag,
  named,
  number,
  reasonWord,
  text,
  textOrNull,
  time,
  timeOrNull,
} from "./base.ts";
import { messageText, sentMessage } from "./messages.ts";
import { alert, incident } from "./records.ts";
import { risk } from "./risk.ts";

const prediction: Answer<wire.PredictionBody> = named(
  "Prediction",
  z.strictObject({
    ticket: text,
    match: text,
    pattern: text,
    name: text,
    why: text,
    firedAt: time,
    ticketAt: time,
    leadMs: number,
    certainty: z.enum(["recorded", "likely"]),
    message: sentMessage.nullable(),
  }),
);

const context: Answer<wire.ContextBody> = named(
  "Context",
  z.strictObject({
    prediction: prediction.nullable(),
    lastMessage: sentMessage.nullable(),
    openTickets: z.array(
      z.strictObject({ ticket: text, person: text, own: flag, issue: textOrNull, openedAt: time }),
    ),
    colleagues: z.array(z.strictObject({ person: text, name: textOrNull, score: number, band, why: text })),
    moreColleagues: number,
    quiet: z
      .strictObject({
        reason: reasonWord,
        kind: z.enum(["hold", "stop"]),
        until: timeOrNull,
        detail: text,
        ticket: textOrNull,
      })
      .nullable(),
    incidents: z.array(incident),
    next: z
      .strictObject({ match: text, pattern: text, firstAction: text, playbook: text, owner: text })
      .nullable(),
    draft: textOrNull,
    reviews: z.array(
      z.strictObject({
        decision: text,
        match: text,
        pattern: text,
        name: text,
        channel: textOrNull,
        dueBy: time,
        text: messageText,
        revision: text,
      }),
    ),
    alerts: z.array(alert),
    replays: z.array(z.strictObject({ at: time, url: text })),
  }),
);

export const requester: Answer<wire.RequesterBody> = named(
  "Requester",
  z.strictObject({
    person: z.strictObject({ id: text, locale: textOrNull, roles: z.array(text) }).nullable(),
    account: z
      .strictObject({
        id: text,
        name: textOrNull,
        plan: textOrNull,
        segment: textOrNull,
        owner: textOrNull,
      })
      .nullable(),
    matchedBy: z.enum(["externalId", "zendeskId", "email", "domain"]).nullable(),
    personRisk: risk.nullable(),
    accountRisk: risk.nullable(),
    headline: text,
    context,
  }),
);
