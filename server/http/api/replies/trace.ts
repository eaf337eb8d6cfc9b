import { z } from "zod";
import type * as wire from "../../wire.ts";
import { type Answer, anything, named, number, text, textOrNull, time } from "./base.ts";
import { decision, delivery, match, outcome } from "./records.ts";
import { scoreStepFields } from "./risk.ts";

const traceEvent: Answer<wire.TraceEventBody> = named(
  "TraceEvent",
  z.strictObject({
    seq: number,
    source: text,
    id: text,
    type: text,
    time,
    receivedAt: time,
    account: textOrNull,
    person: textOrNull,
    data: anything,
    webhook: z
      .strictObject({
        id: text,
        system: text,
        source: text,
        receivedAt: time,
        bodySha256: text,
        bytes: number,
        deliveryId: textOrNull,
      })
      .nullable(),
  }),
);

export const trace: Answer<wire.TraceBody> = named(
  "Trace",
  z.strictObject({
    id: text,
    delivery: delivery.nullable(),
    decisions: z.array(decision),
    match: match.nullable(),
    scores: z.array(z.strictObject({ ...scoreStepFields, key: text })),
    events: z.array(traceEvent),
    outcome: outcome.nullable(),
    feedback: z.array(
      z.strictObject({ at: time, person: text, answer: textOrNull, stars: number.nullable() }),
    ),
  }),
);
