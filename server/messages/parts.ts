import type { FeedbackAnswer } from "../core/control.ts";
import type { Scope } from "./liquid.ts";
import { mailAddress, oneLine, readable, webAddress } from "./safe.ts";
import type { CommonWords, MessageTemplate } from "./template.ts";
import {
  type FeedbackLink,
  type Link,
  type MessageSettings,
  NotReady,
  type PersonLinks,
  type RenderInput,
} from "./types.ts";

/** What the channels share of one message: plain texts and checked addresses. */
export interface Parts {
  readonly scope: Scope;
  readonly product: string;
  readonly why: string;
  readonly remedy: Link;
  readonly person: Link;
}

const LONGEST_PARAGRAPH = 2_000;

/** @throws NotReady when an address is missing or is no web address. */
export function partsOf(input: RenderInput, template: MessageTemplate, words: CommonWords): Parts {
  const scope = scopeOf(input);
  const why = words.why({
    ...scope,
    clue: oneLine(input.why.clue, 300),
    aim: oneLine(input.why.aim ?? template.aim(scope), 200),
    sureness: oneLine(input.why.sureness, 200),
  });
  return {
    scope,
    product: String(scope.product),
    why,
    remedy: remedyOf(input, template, words, scope),
    person: { label: words.person(scope), url: contactOf(input.settings).url },
  };
}

export function scopeOf({ values, settings, recipient }: RenderInput): Scope {
  const product = oneLine(settings.productName, 60);
  const name = oneLine(recipient.preferredName ?? "", 60);
  const sender = oneLine(settings.senderName ?? "", 60);
  return {
    product,
    sender: sender === "" ? product : sender,
    ...(name === "" ? {} : { name }),
    data: readable(values),
  };
}

/** The paragraphs of the message, or of what a colleague wrote instead. */
export function paragraphsOf(input: RenderInput, own: () => readonly string[]): readonly string[] {
  if (input.text === undefined) return own();
  return input.text
    .split(/\r?\n\s*\r?\n/)
    .map((paragraph) => oneLine(paragraph, LONGEST_PARAGRAPH))
    .filter((paragraph) => paragraph !== "");
}

/** The page of exactly this case where the evidence names one, else the tenant's page. */
function remedyOf(
  { values, settings }: RenderInput,
  { remedy }: MessageTemplate,
  words: CommonWords,
  scope: Scope,
): Link {
  const exact = remedy.from === undefined ? undefined : values[remedy.from];
  const url =
    webAddress(typeof exact === "string" ? exact : undefined) ?? webAddress(settings.links[remedy.link]);
  if (url === null && remedy.optional) return { label: words.person(scope), url: contactOf(settings).url };
  if (url === null) throw new NotReady(`links.${remedy.link} is not set to a web address`);
  return { label: remedy.label(scope), url };
}

/** The way to a human: the support page, else the support mailbox. */
export function contactOf({ supportUrl, supportEmail }: MessageSettings): Link {
  const page = webAddress(supportUrl);
  const mailbox = mailAddress(supportEmail);
  if (page !== null) return { label: mailbox ?? page, url: page };
  if (mailbox !== null) return { label: mailbox, url: `mailto:${mailbox}` };
  throw new NotReady("supportUrl or supportEmail is not set: every message names a way to a person");
}

const ANSWERS: readonly FeedbackAnswer[] = ["yes", "no", "not_mine"];

export function feedbackOf({ about }: RenderInput, person: PersonLinks, words: CommonWords): FeedbackLink[] {
  const answers = about === "account" ? [...ANSWERS, "someone_else" as const] : ANSWERS;
  return answers.map((answer) => ({
    answer,
    label: words.answers[answer]({}),
    url: required(person.feedback(answer), "feedback"),
  }));
}

/** Snooze, preferences, stop. */
export function controlsOf(person: PersonLinks, words: CommonWords): Link[] {
  return (["snooze", "preferences", "stop"] as const).map((name) => ({
    label: words[name]({}),
    url: required(person[name], name),
  }));
}

export function required(url: string, name: string): string {
  const checked = webAddress(url);
  if (checked === null) throw new NotReady(`the ${name} link of the person's page is no web address`);
  return checked;
}
