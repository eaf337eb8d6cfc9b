import { z } from "zod";
import { idText, shortText } from "../../actions/params.ts";
import { type Millis, parseDuration } from "../../core/time.ts";
import { invalid } from "../problem.ts";

/** Parts that requests share. Every message says what to send instead. */

const LARGEST_PAGE = 200;
const USUAL_PAGE = 50;

export { idText };

export const isoTime = z.iso
  .datetime({ offset: true, error: "must be a time such as 2026-03-02T10:00:00Z" })
  .transform((text) => Date.parse(text))
  .meta({ format: "date-time", description: "ISO 8601" });

const duration = z
  .string()
  .regex(/^\d{1,6}[smhd]$/, "must be a length of time such as 30m, 48h or 7d")
  .transform((text) => parseDuration(text))
  .meta({ examples: ["48h"] });

export const whole = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${low} to ${high}`)
    .transform(Number)
    .refine((n) => n >= low && n <= high, `must be a whole number from ${low} to ${high}`);

/** Query parameters are text; one that comes twice is refused, as nobody can know which is meant. */
export const page = {
  after: z.string().max(2_000).optional().meta({ description: "`next` of the page before" }),
  limit: whole(1, LARGEST_PAGE)
    .default(USUAL_PAGE)
    .meta({ description: `1 to ${LARGEST_PAGE}` }),
};
export const identity = {
  identity: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,40}:.{1,400}$/u, "must read <system>:<id there>, such as zendesk:123")
    .optional()
    .meta({ description: "Another system's id, such as `zendesk:123`; write `-` for the id in the path" }),
};
/** A moment, or how long ago. */
export const since = z
  .union([isoTime, duration.transform((length) => ({ ago: length }))], {
    error: "must be a time such as 2026-03-02T10:00:00Z, or how long ago, such as 24h",
  })
  .optional()
  .meta({ description: "Only what is newer: ISO 8601, or how long ago, such as `24h`" });
export type Since = z.output<typeof since>;

export function sinceOf(value: Since, now: Millis): { since?: Millis } {
  if (value === undefined) return {};
  return { since: typeof value === "number" ? value : now - value.ago };
}

export const about = {
  person: idText.optional().meta({ description: "Only what is about this person, by id" }),
  account: idText.optional().meta({ description: "Only what is about this account, by id" }),
  since,
};

export const nothing = z.strictObject({});

/** What every write says. */
export const reasoned = {
  reason: z
    .string("must be given: say in a few words why")
    .trim()
    .min(1, "must not be empty: say in a few words why")
    .max(500)
    .meta({ description: "Why, in a few words; it is recorded" }),
  actor: shortText.optional().meta({ description: "Who acts; the header Forestall-Actor wins" }),
};
export const justReason = z.strictObject(reasoned);

export const until = {
  until: isoTime.optional().meta({ description: "When it ends: ISO 8601" }),
  for: duration.optional().meta({ description: "How long it lasts, instead of `until`" }),
};

/** The moment that `until` or `for` names; null when neither was given. */
export function endOf(
  given: { until?: Millis | undefined; for?: Millis | undefined },
  now: Millis,
): Millis | null {
  if (given.until !== undefined && given.for !== undefined) {
    throw invalid("body: give `until` or `for`, not both.");
  }
  return given.until ?? (given.for === undefined ? null : now + given.for);
}
