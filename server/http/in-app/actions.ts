import { z } from "zod";
import type { PreferenceChange, UnitControl } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import { DAY, type Millis } from "../../core/time.ts";

/** What may be said about a message: its receipts, and for a person who is known, answers and wishes. */
export interface InAppAction {
  /** Also from a page without login. */
  readonly anonymous: boolean;
  readonly body: z.ZodType;
  control(row: Delivery, body: unknown, now: Millis): UnitControl;
}

const nothing = z.strictObject({}).optional();
const LONGEST_SNOOZE = 365 * DAY;

const feedbackBody = z
  .strictObject({
    answer: z.enum(["yes", "no", "not_mine", "someone_else"]).nullable().default(null),
    stars: z.int().min(1).max(5).nullable().default(null),
  })
  .refine(({ answer, stars }) => answer !== null || stars !== null, "give an answer, or stars, or both");

const snoozeBody = z.union([
  z.strictObject({ for: z.enum(["1d", "1w"]) }),
  z.strictObject({ until: z.iso.datetime({ offset: true }).nullable() }),
]);

const LENGTHS = { "1d": DAY, "1w": 7 * DAY } as const;

const receipt = (kind: "shown" | "clicked" | "dismissed"): InAppAction => ({
  anonymous: true,
  body: nothing,
  control: (row, _body, at) => ({ kind: "receipt", delivery: row.id, receipt: kind, at }),
});

const preference = (row: Delivery, change: PreferenceChange): UnitControl => ({
  kind: "preference",
  person: row.person ?? "",
  change,
  actor: "customer",
  reason: `in the product, at message ${row.id}`,
});

export const IN_APP_ACTIONS: { readonly [name: string]: InAppAction } = {
  shown: receipt("shown"),
  clicked: receipt("clicked"),
  dismissed: receipt("dismissed"),
  feedback: {
    anonymous: false,
    body: feedbackBody,
    control(row, body) {
      const { answer, stars } = feedbackBody.parse(body);
      return {
        kind: "feedback",
        delivery: row.id,
        match: row.match,
        person: row.person ?? "",
        answer,
        stars,
      };
    },
  },
  snooze: {
    anonymous: false,
    body: snoozeBody,
    control(row, body, now) {
      const wanted = snoozeBody.parse(body);
      const until =
        "for" in wanted ? now + LENGTHS[wanted.for] : wanted.until === null ? null : Date.parse(wanted.until);
      const capped = until === null ? null : Math.min(until, now + LONGEST_SNOOZE);
      return preference(row, { kind: "snooze", until: capped });
    },
  },
  stop: { anonymous: false, body: nothing, control: (row) => preference(row, { kind: "stop" }) },
  resume: { anonymous: false, body: nothing, control: (row) => preference(row, { kind: "resume" }) },
};
