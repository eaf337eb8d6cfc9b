import { z } from "zod";
import { TICKET_ISSUES } from "../core/pattern.ts";
import { DAY, parseDuration } from "../core/time.ts";
import { isTimeZone } from "../lib/time-zone.ts";

/*
 * What a tenant may set, as people write it: durations as `48h` or in milliseconds, times of day as `21:00` or in
 * minutes after midnight. `null` in a map takes an entry away. Everything is optional: a patch names what changes.
 */

const DAY_MINUTES = 24 * 60;

/** Digits count as a number, as a command line has nothing but text. */
const numeric = <Schema extends z.ZodType<number>>(schema: Schema) =>
  z.preprocess(
    (given) => (typeof given === "string" && /^-?\d{1,15}(\.\d{1,10})?$/.test(given) ? Number(given) : given),
    schema,
  );

const duration = z.union(
  [
    numeric(z.int().nonnegative()),
    z
      .string()
      .regex(/^\d{1,6}[smhd]$/)
      .transform(parseDuration),
  ],
  "write a duration such as 30m, 48h or 7d",
);

/** Messages are remembered for as long as these look back. */
const lookBack = duration.refine((length) => length <= 31 * DAY, "can be at most 31d");

const timeOfDay = z.union(
  [
    numeric(z.int().min(0).max(DAY_MINUTES)),
    z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/)
      .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))),
  ],
  "write a time such as 21:00",
);

const timeZone = z.string().refine(isTimeZone, "write an IANA time zone such as Europe/Berlin");

const isWeb = (text: string) => /^https?:\/\//i.test(text) && URL.canParse(text);
const webAddress = z.string().trim().refine(isWeb, "write a web address such as https://example.com/help");
const email = z.email("write an email address");
/** An empty text says that there is none. */
const webAddressOrNone = z.union(
  [z.literal(""), webAddress],
  "write a web address such as https://example.com",
);
const emailOrNone = z.union([z.literal(""), email], "write an email address");
const line = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, "write one line of text");
const share = numeric(z.number().min(0).max(1));
const points = numeric(z.int().min(0).max(100));
const atLeastOne = numeric(z.int().min(1));
const named = z.string().min(1).max(100);

export const settingsPatch = z
  .strictObject({
    name: line,
    timeZone,
    product: z
      .strictObject({
        name: line,
        senderName: line,
        senderEmail: emailOrNone,
        supportEmail: emailOrNone,
        supportUrl: webAddressOrNone,
        logoUrl: webAddressOrNone,
        color: z.string().regex(/^#[0-9a-f]{6}$/i, "write a colour such as #1f5fbf"),
      })
      .partial(),
    links: z.record(named, webAddress.nullable()),
    quiet: z.strictObject({ from: timeOfDay, to: timeOfDay }).partial(),
    cap: z.strictObject({ messages: numeric(z.int().min(0).max(100)), within: lookBack }).partial(),
    gap: lookBack,
    cooldown: duration,
    stale: duration,
    muteFor: duration,
    holdout: z.strictObject({ percent: numeric(z.number().min(0).max(100)), salt: line.min(1) }).partial(),
    bands: z.strictObject({ watch: points, alert: points, critical: points }).partial(),
    experimentalFrom: points,
    reviewUnder: share,
    owners: z.record(named, email.nullable()),
    incident: z
      .strictObject({
        matches: atLeastOne,
        accounts: atLeastOne,
        within: duration,
        personsOfAccount: atLeastOne,
        quietEnd: duration,
      })
      .partial(),
    excluded: z.array(z.string().min(1).max(256)).max(100_000),
    categories: z.record(z.string().min(1).max(200), z.enum(TICKET_ISSUES).nullable()),
  })
  .partial();

export type SettingsPatch = z.output<typeof settingsPatch>;
