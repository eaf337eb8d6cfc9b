import { z } from "zod";
import type { Control } from "../../core/control.ts";
import { alertOf, changed, deliveryOf, each, trackedOf } from "../../core/renamed.ts";
import { NOTHING_CONNECTED } from "../../core/tenant.ts";
import { CONSENTS } from "../../core/vocabulary.ts";
import { isRecord } from "../../lib/foreign.ts";
import { ALERT, alert } from "./alert.ts";
import { DELIVERY, delivery } from "./delivery.ts";
import { INCIDENT, incident, scope } from "./incident.ts";
import { MATCH, match } from "./match.ts";
import { channel, channelKind, flag, maybeNumber, maybeText, number, text, texts, yes } from "./parts.ts";
import { consent, PERSON, person } from "./person.ts";
import { completeSettings, filled, SETTINGS, settings } from "./settings.ts";
import { shape } from "./shape.ts";

const VERSION = 2;

const who = { actor: text, reason: text };
const undo = yes.exactOptional();

const claimFacts = z.object({
  at: number.exactOptional(),
  switchedOff: flag,
  stopped: flag,
  consent,
  channelsOff: z.array(channelKind),
  elsewhere: z.array(number),
  noticed: flag.exactOptional(),
});

const result = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("sent"), providerId: maybeText, preview: flag }),
  z.object({ kind: z.literal("retry"), at: number, detail: text }),
  z.object({ kind: z.literal("failed"), detail: text, address: z.enum(["bad", "opted_out"]).nullable() }),
  z.object({ kind: z.literal("in_doubt"), detail: text }),
]);

const receipt = z.enum([
  "accepted",
  "delivered",
  "shown",
  "opened",
  "clicked",
  "dismissed",
  "deferred",
  "failed",
  "bounced",
  "complained",
  "unsubscribed",
  "unknown",
]);

const change = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("stop") }),
  z.object({ kind: z.literal("resume") }),
  z.object({ kind: z.literal("channel"), channel: channelKind, on: flag }),
  z.object({ kind: z.literal("prefer"), channel: channelKind.nullable() }),
  z.object({ kind: z.literal("snooze"), until: maybeNumber }),
  z.object({ kind: z.literal("pause"), until: maybeNumber }),
  z.object({
    kind: z.literal("consent"),
    channel: z.enum(CONSENTS),
    given: flag,
  }),
  z.object({ kind: z.literal("bounced"), channel: z.enum(["email", "phone"]) }),
]);

const pursuit = z.object({
  state: z.enum(["held", "review", "sent", "ended"]),
  step: number,
  sentSteps: z.array(number),
  deliveries: texts,
  person: maybeText,
  dueBy: number,
  heldSince: maybeNumber,
  heldFor: number,
  judgements: number,
  approved: flag,
  humanDone: flag,
  alerted: flag,
  lastReason: text,
  insteadOf: text.exactOptional(),
});

const tracked = z.object({
  match,
  silenced: z.enum(["recovery", "false_alarm", "not_mine"]).nullable(),
  pursuit: pursuit.nullable(),
  outcome: maybeText,
  ticket: z.object({ id: text, at: number }).nullable(),
  helped: z.enum(["clicked", "yes"]).nullable(),
  adopted: yes.exactOptional(),
});

const sighting = z.object({
  match: text,
  pattern: text,
  family: text,
  component: maybeText,
  account: maybeText,
  person: maybeText,
  at: number,
});

const served = z.object({
  persons: z.array(person),
  matches: z.array(match),
  deliveries: z.array(delivery),
  alerts: z.array(alert),
  judgements: z.array(z.tuple([text, number])),
});

/** Inputs of one unit that are not events. */
const ofUnit = [
  z.object({ kind: z.literal("tick") }),
  z.object({ kind: z.literal("reconcile"), engine: number, served }),
  z.object({ kind: z.literal("backfill"), at: number }),
  z.object({ kind: z.literal("claim"), delivery: text, facts: claimFacts.nullable(), leaseFor: number }),
  z.object({ kind: z.literal("attempted"), delivery: text, fence: number, result }),
  z.object({
    kind: z.literal("receipt"),
    delivery: text,
    receipt,
    at: number,
    detail: text.exactOptional(),
    providerId: text.exactOptional(),
  }),
  z.object({
    kind: z.literal("feedback"),
    delivery: maybeText,
    match: text,
    person: text,
    answer: z.enum(["yes", "no", "not_mine", "someone_else"]).nullable(),
    stars: maybeNumber,
  }),
  z.object({ kind: z.literal("preference"), person: text, change, ...who }),
  z.object({
    kind: z.literal("verdict"),
    match: text,
    verdict: z.enum(["false_alarm", "real"]),
    ...who,
    undo,
  }),
  z.object({
    kind: z.literal("review"),
    match: text,
    answer: z.enum(["approve", "edit", "reject"]),
    text: text.exactOptional(),
    ...who,
    undo,
    step: number.exactOptional(),
  }),
  z.object({
    kind: z.literal("alert"),
    alert: text,
    action: z.enum(["acknowledge", "assign", "snooze", "resolve", "restore"]),
    before: alert.pick({ state: true, assignee: true, snoozedUntil: true }).exactOptional(),
    assignee: text.exactOptional(),
    until: number.exactOptional(),
    ...who,
    expect: number.exactOptional(),
  }),
  z.object({
    kind: z.literal("manual"),
    delivery: text,
    person: text,
    channel,
    template: text,
    match: maybeText,
    ...who,
    undo,
  }),
  z.object({ kind: z.literal("unlink"), person: text, names: texts, ...who }),
  z.object({ kind: z.literal("profile"), person }),
  z.object({
    kind: z.literal("adopt"),
    from: text,
    person,
    tracked: z.array(tracked),
    deliveries: z.array(delivery).exactOptional(),
    alerts: z.array(alert).exactOptional(),
  }),
  z.object({ kind: z.literal("handover"), person: text, to: text, as: text }),
  z.object({ kind: z.literal("share"), person: text, to: text }),
  z.object({ kind: z.literal("erase"), person: text, pseudonym: text }),
  z.object({ kind: z.literal("sighting"), sighting }),
  z.object({ kind: z.literal("affected"), match: text, incident: text }),
  z.object({ kind: z.literal("notice"), incident: text }),
  z.object({
    kind: z.literal("tally"),
    counts: z.array(z.object({ pattern: text, key: text, minute: number, count: number })),
  }),
  z.object({ kind: z.literal("declare"), scope, running: flag, ...who }),
  z.object({
    kind: z.literal("connection"),
    channel: channelKind,
    system: text,
    what: z.enum(["bad_credentials", "breaker_open", "works"]),
    detail: text,
  }),
  z.object({
    kind: z.literal("broadcast"),
    incident: text,
    answer: z.enum(["approved", "declined"]),
    actor: text,
  }),
] as const;

const readiness = z.enum(["live", "preview", "off"]);
const named = z.array(z.tuple([text, text]));

/** Inputs that change the tenant-wide state. */
const ofTenant = [
  z.object({ kind: z.literal("settings"), settings }),
  z.object({ kind: z.literal("library"), version: text, approvedBy: text }),
  z.object({
    kind: z.literal("readiness"),
    channels: z.object({
      email: readiness,
      sms: readiness,
      voice: readiness,
      push: readiness,
      chat: readiness,
      in_app: readiness,
      human: readiness,
      broadcast: readiness,
    }),
    notReady: named,
    templates: named,
  }),
  z.object({
    kind: z.literal("switches"),
    switches: z.object({ tenant: flag, patterns: texts, channels: z.array(channelKind) }),
    ...who,
  }),
  z.object({
    kind: z.literal("rollout"),
    rollout: z.object({ all: flag, accounts: texts, segments: texts, percent: number }),
    ...who,
  }),
  z.object({ kind: z.literal("product_area"), name: text, at: number }),
  z.object({ kind: z.literal("incident"), incident }),
] as const;

export const control = z.discriminatedUnion("kind", [...ofUnit, ...ofTenant]);

export function completeControl(lacking: unknown): unknown {
  if (!isRecord(lacking)) return lacking;
  switch (lacking.kind) {
    case "settings":
      return { ...lacking, settings: completeSettings(lacking.settings) };
    case "readiness":
      // Of a channel that was thought of since, nothing was connected.
      return { ...lacking, channels: filled(lacking.channels, NOTHING_CONNECTED) };
    case "alert":
      // Before an alert could be put back to exactly what it was, it could only be opened again.
      return lacking.action === "reopen" ? { ...lacking, action: "restore" } : lacking;
    default:
      return lacking;
  }
}

/** From the first shape to the second: what is called otherwise since. */
export function renamedControl(older: unknown): unknown {
  if (!isRecord(older)) return older;
  switch (older.kind) {
    case "history":
      return { ...older, kind: "backfill" };
    case "claim":
      return changed(older, "facts", renamedFacts);
    case "alert": {
      const action = (word: unknown) => (word === "ack" ? "acknowledge" : word);
      return changed(changed(older, "action", action), "before", alertOf);
    }
    case "adopt":
      return changed(withRows(older), "tracked", each(trackedOf));
    case "reconcile":
      return changed(older, "served", withRows);
    default:
      return older;
  }
}

function renamedFacts(older: unknown): unknown {
  if (!isRecord(older)) return older;
  const { at, killed: switchedOff, ...others } = older;
  return { ...(at === undefined ? {} : { at }), switchedOff, ...others };
}

const withRows = (older: unknown): unknown =>
  changed(changed(older, "deliveries", each(deliveryOf)), "alerts", each(alertOf));

export const CONTROL = shape<Control>()({
  kind: "a control",
  version: VERSION,
  upgrades: [renamedControl],
  schema: control,
  complete: completeControl,
  holds: [
    [PERSON, 1],
    [MATCH, 1],
    [DELIVERY, 2],
    [ALERT, 2],
    [INCIDENT, 1],
    [SETTINGS, 1],
  ],
});

export const { read: readControl, write: writeControl } = CONTROL;
