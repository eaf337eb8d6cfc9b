import { z } from "zod";
import { type Compiled, compileText } from "./liquid.ts";
import type { MessageKind } from "./types.ts";

const KINDS = [
  "article_push",
  "error_explanation",
  "configuration_guidance",
  "usage_warning",
  "onboarding_help",
  "alert",
] as const satisfies readonly MessageKind[];

const text = z
  .string("write a text")
  .trim()
  .min(1, "write a text")
  .transform((source, ctx): Compiled => {
    try {
      return compileText(source);
    } catch (error) {
      ctx.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });

const remedy = z.strictObject({
  label: text,
  /** Key of the tenant's `links`. */
  link: z.string().regex(/^[a-zA-Z0-9]+$/, "write the key of one of the tenant's links"),
  /** Without the link the button leads to a person: for words that need no page. */
  optional: z.boolean().default(false),
  /** Field of the evidence that holds a more exact address, such as the page of this invoice. */
  from: z.string().optional(),
});

const words = {
  /** Email subject. */
  subject: text,
  /** Heading in email and in-app. */
  title: text,
  /** In-app: one or two sentences. */
  brief: text,
  /** Email: paragraphs. */
  body: z.array(text).min(1),
  /** SMS, without sender, link and stop words. */
  short: text,
  remedy,
  /** What an in-app guide walks through. */
  steps: z.array(text).default([]),
};

const forCustomers = z.strictObject({
  kind: z.enum(KINDS).exclude(["alert"]),
  /** "to help you ...": the end of "Our aim is ...". */
  aim: text,
  ...words,
  /** What a colleague should offer when the case reaches a person. */
  human: text,
});

const forColleagues = z.strictObject({ kind: z.literal("alert"), human: text });

/** `message.yaml` of one template; every text is Liquid. */
export const TEMPLATE_FILE = z.discriminatedUnion("kind", [forCustomers, forColleagues]);

export type MessageTemplate = z.output<typeof forCustomers>;
export type AlertTemplate = z.output<typeof forColleagues>;

export const COMMON_FILE = z.strictObject({
  /** For the `lang` attribute of the email. */
  lang: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "write a language tag such as en or de-AT"),
  greeting: text,
  whyTitle: text,
  why: text,
  whyMore: text,
  helpful: text,
  answers: z.strictObject({ yes: text, no: text, not_mine: text, someone_else: text }),
  person: text,
  personLine: text,
  snooze: text,
  preferences: text,
  stop: text,
  footer: text,
  signature: text,
  smsPerson: text,
  smsPage: text,
  smsStop: text,
  alert: z.strictObject({
    subject: text,
    customer: text,
    owner: text,
    due: text,
    seen: text,
    first: text,
    offer: text,
    playbook: text,
    open: text,
  }),
});

/** The words that every message of a locale shares. */
export type CommonWords = z.output<typeof COMMON_FILE>;
