import { z } from "zod";
import { changePreferences } from "../../actions/change-preferences.ts";
import { giveFeedback } from "../../actions/give-feedback.ts";
import type { ReceiptKind } from "../../core/control.ts";
import type { Delivery } from "../../core/delivery.ts";
import { DAY, type Millis } from "../../core/time.ts";

/** What may be said about a message: its receipts, and for a person who is known, answers and wishes. */
export type InAppSaying =
  | { readonly receipt: ReceiptKind }
  | { readonly feedback: z.input<typeof giveFeedback.params> }
  | { readonly change: z.input<typeof changePreferences.params>["change"] };

export interface InAppAction {
  /** Also from a page without login. */
  readonly anonymous: boolean;
  readonly body: z.ZodType;
  say(row: Delivery, body: unknown, now: Millis): InAppSaying;
}

/** What can be carried out from a message in the product. */
export const IN_APP_ACTS = [giveFeedback, changePreferences] as const;

const nothing = z.strictObject({}).optional();

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
  say: () => ({ receipt: kind }),
});

export const IN_APP_ACTIONS: { readonly [name: string]: InAppAction } = {
  shown: receipt("shown"),
  clicked: receipt("clicked"),
  dismissed: receipt("dismissed"),
  feedback: {
    anonymous: false,
    body: feedbackBody,
    say({ id, match, person }, body) {
      return { feedback: { ...feedbackBody.parse(body), delivery: id, match, person: person ?? "" } };
    },
  },
  snooze: {
    anonymous: false,
    body: snoozeBody,
    say(_row, body, now) {
      const wanted = snoozeBody.parse(body);
      return {
        change: { kind: "snooze", until: "for" in wanted ? now + LENGTHS[wanted.for] : wanted.until },
      };
    },
  },
  stop: { anonymous: false, body: nothing, say: () => ({ change: { kind: "stop" } }) },
  resume: { anonymous: false, body: nothing, say: () => ({ change: { kind: "resume" } }) },
};
