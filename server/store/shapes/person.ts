import { z } from "zod";
import type { PersonState } from "../../core/unit.ts";
import {
  channel,
  channelKind,
  flag,
  issue,
  maybeNumber,
  maybeText,
  number,
  preferred,
  text,
  texts,
} from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

/** Recorded answers: absent means never asked. */
export const consent = z.object({
  email: flag.exactOptional(),
  sms: flag.exactOptional(),
  phone: flag.exactOptional(),
  push: flag.exactOptional(),
});

const message = z.object({
  delivery: text,
  match: text,
  family: text,
  channel,
  step: number,
  at: number,
  state: z.enum(["reserved", "in_doubt", "sent", "void"]),
  dry: flag,
});

const ticket = z.object({ id: text, issue: issue.nullable(), openedAt: number, at: number, open: flag });

export const person = z.object({
  id: text,
  timeZone: maybeText,
  locale: maybeText,
  roles: texts,
  tier: maybeText,
  reach: z.object({ email: flag, phone: flag, push: flag, bouncedEmail: flag, bouncedPhone: flag }),
  consent,
  stoppedAt: maybeNumber,
  channelsOff: z.array(channelKind),
  preferred: preferred.nullable(),
  snoozedUntil: maybeNumber,
  pausedUntil: maybeNumber,
  muted: z.record(text, number),
  messages: z.array(message),
  tickets: z.array(ticket),
  lastEventAt: maybeNumber,
});

export const PERSON = shape<PersonState>()({
  kind: "a person",
  version: VERSION,
  upgrades: [],
  schema: person,
});

export const { write: writePerson } = PERSON;
