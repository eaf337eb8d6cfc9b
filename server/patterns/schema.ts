import { z } from "zod";
import { CHANNELS, ISSUES } from "../core/pattern.ts";
import { parseDuration } from "../core/time.ts";

const RECIPIENTS = ["actor", "technical", "billing", "admin"] as const;

/** Said in these words wherever a pattern without them is refused. */
export const OWNER_OR_REFUSED =
  "No pattern is saved without one owner, one first action and one playbook paragraph";

const words = (what: string) => z.string(`write ${what}`).trim().min(1, `write ${what}`);
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `write one of ${values.join(", ")}`);
const between = (low: number, high: number) =>
  z
    .number(`write a number from ${low} to ${high}`)
    .min(low, `write a number from ${low} to ${high}`)
    .max(high, `write a number from ${low} to ${high}`);
const flag = z.boolean("write true or false");
const list = z.array(words("a word"), "write a list");
const length = z.string("write a length of time such as 30s, 15m, 48h or 7d").transform((text, ctx) => {
  try {
    return parseDuration(text);
  } catch {
    ctx.addIssue({ code: "custom", message: "write a length of time such as 30s, 15m, 48h or 7d" });
    return z.NEVER;
  }
});

const recipient = z.union(
  [oneOf(RECIPIENTS).transform((one) => [one]), z.array(oneOf(RECIPIENTS)).min(1).max(2)],
  `write one of ${RECIPIENTS.join(", ")}, or two of them: the second is tried when nobody of the first can be reached`,
);

const owner = z.union(
  [words("a role").transform((role) => ({ role })), z.strictObject({ role: words("a role") })],
  {
    error: `${OWNER_OR_REFUSED}: write owner: { role: support-ops }`,
  },
);

/** A pattern file as it is written. `when`, `recovers` and `segments` are read apart, for better messages. */
export const PATTERN_FILE = z.strictObject({
  id: words("an id such as P-101").regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
    "write an id of letters, digits, - and _, such as P-101",
  ),
  name: words("a name that people understand"),
  family: words("a family").optional(),
  issue: oneOf(ISSUES),
  when: z.looseObject(
    {},
    "write what makes it fire, such as { count: 5, of: ..., within: 15m, per: [account] }",
  ),
  recovers: z.unknown().optional(),
  segments: z.record(z.string(), z.unknown(), "write { <segment>: { count: 3 } }").default({}),
  quiet: length.optional(),
  risk: between(0, 100),
  confidence: between(0, 1).default(1),
  halfLife: length.default(24 * 3_600_000),
  channels: z
    .array(oneOf(CHANNELS), "write a list of channels")
    .min(1, "write at least one channel")
    .optional(),
  watch: z.array(oneOf([...CHANNELS, "csm"]), "write a list of channels, or csm").default([]),
  recipient: recipient.default(["actor"]),
  timing: oneOf(["immediate", "short", "medium", "long"]).default("short"),
  stepAfter: length.optional(),
  urgent: flag.default(false),
  sensitive: flag.default(false),
  anonymous: flag.default(false),
  alertOnly: flag.default(false),
  logOnly: flag.default(false),
  refractory: length.default(0),
  tags: list.default([]),
  history: z
    .strictObject({
      correlation: between(0, 1),
      prevention: between(0, 1),
      leadTime: length,
      expert: z.literal(true, "write true, or leave it out").optional(),
      measured: z.literal(true, "write true, or leave it out").optional(),
    })
    .refine(
      ({ expert, measured }) => expert === undefined || measured === undefined,
      "figures are either measured or an expert's guess",
    )
    // Nobody knows yet: even odds, and a ticket within the brief's 4 hours of a medium case.
    .default({ correlation: 0.5, prevention: 0.5, leadTime: 4 * 3_600_000, expert: true }),
  window: length.optional(),
  typicalTicket: words("the ticket it usually becomes").default("Something does not work as I expect"),
  clue: words("what was seen, such as {count} failed logins").optional(),
  message: words("the id of a message template")
    .regex(/^[a-z0-9-]+$/, "write the name of a message template")
    .default("general-help"),
  categories: list.default([]),
  owner,
  firstAction: words("the first thing to do").optional(),
  playbook: words("the name of a file in playbooks/, or the paragraph itself"),
  status: oneOf(["active", "experimental", "paused"]).default("active"),
});

export type PatternFile = z.output<typeof PATTERN_FILE>;
