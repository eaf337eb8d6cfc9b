import { z } from "zod";
import type { Event, EventData } from "../../core/event.ts";
import { data, maybeText, number, text, yes } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

/** The fields of an event whose other parts are columns of its row. */
export const EVENT_DATA = shape<EventData>()({
  kind: "the fields of an event",
  version: VERSION,
  upgrades: [],
  schema: data,
});

/** An event that differs from its row in what the two share. */
export const EVENT = shape<Event>()({
  kind: "an event",
  version: VERSION,
  upgrades: [],
  holds: [[EVENT_DATA, 1]],
  schema: z.object({
    tenant: text,
    source: text,
    id: text,
    type: text,
    time: number,
    receivedAt: number,
    account: maybeText,
    person: maybeText,
    data,
    clamped: yes.exactOptional(),
    backfill: yes.exactOptional(),
    reception: text.exactOptional(),
  }),
});

export const { read: readEventData, write: writeEventData } = EVENT_DATA;
export const { read: readEvent, write: writeEvent } = EVENT;
