import { z } from "zod";
import type * as wire from "../../wire.ts";
import { type Answer, anything, named, number, text, textOrNull, time } from "./base.ts";
import { sentMessage } from "./messages.ts";
import { audit, decision, incident, match } from "./records.ts";

const signal: Answer<wire.SignalBody> = named(
  "Signal",
  z.strictObject({ type: text, source: text, account: textOrNull, person: textOrNull, data: anything }),
);

const place = { id: text, at: time };

export const timelineItem: Answer<wire.TimelineItem> = named(
  "TimelineItem",
  z.discriminatedUnion("kind", [
    z.strictObject({ ...place, kind: z.literal("signal"), signal }),
    z.strictObject({ ...place, kind: z.literal("ticket"), ticket: textOrNull, signal }),
    z.strictObject({ ...place, kind: z.literal("match"), match }),
    z.strictObject({ ...place, kind: z.literal("message"), message: sentMessage }),
    z.strictObject({
      ...place,
      kind: z.literal("feedback"),
      feedback: z.strictObject({
        match: text,
        delivery: textOrNull,
        person: text,
        answer: textOrNull,
        stars: number.nullable(),
      }),
    }),
    z.strictObject({ ...place, kind: z.literal("not_sent"), decision }),
    z.strictObject({ ...place, kind: z.literal("incident"), incident }),
    z.strictObject({ ...place, kind: z.literal("action"), action: audit }),
  ]),
);
