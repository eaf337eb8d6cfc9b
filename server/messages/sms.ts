import { gsm7Length, toGsm7 } from "./gsm7.ts";
import { partsOf } from "./parts.ts";
import { mailAddress, oneLine, webAddress } from "./safe.ts";
import type { CommonWords, MessageTemplate } from "./template.ts";
import { NotReady, type RenderedSms, type RenderInput } from "./types.ts";

/** Places of one SMS in GSM-7. */
const ONE_SMS = 160;

/**
 * One SMS: who writes, what happened, where to go, and how to stop.
 *
 * Where to go are two addresses: the remedy, and the person's own page, which says why, takes answers and leads to a
 * person. Where both fit beside the whole text, both are there. Else the page alone, as it offers the remedy too, and
 * its address is the shorter one. A mailbox joins where it fits. The remedy is the tenant's own short page, not the
 * exact one of the evidence, which is often longer than an SMS. A text that a colleague wrote is shortened until it
 * fits.
 */
export function renderSms(input: RenderInput, template: MessageTemplate, words: CommonWords): RenderedSms {
  const parts = partsOf(input, template, words);
  const remedy = linkOf(input, template);
  const page = webAddress(input.person?.short);
  const contact = mailAddress(input.settings.supportEmail);
  const sender = `${toGsm7(oneLine(parts.product, 20))}: `;
  const stop = toGsm7(words.smsStop(parts.scope));
  const body = toGsm7(input.text === undefined ? template.short(parts.scope) : oneLine(input.text, 300));
  const mailbox = contact === null ? [] : [toGsm7(words.smsPerson({ ...parts.scope, contact }))];
  const why = page === null ? [] : [`${toGsm7(words.smsPage(parts.scope))} ${page}`];

  const both = [`${sender}${pointing(body, remedy)}`, ...why];
  const room = ONE_SMS - gsm7Length(`${sender}${pointing("", page ?? remedy)}\n${stop}`);
  const one = [`${sender}${pointing(shorten(body, room), page ?? remedy)}`];
  const choices = [[...both, ...mailbox], both, [...one, ...mailbox]].map((lines) =>
    [...lines, stop].join("\n"),
  );
  const text = choices.find((each) => gsm7Length(each) <= ONE_SMS) ?? [...one, stop].join("\n");
  return { kind: "sms", text };
}

/** The address ends its line, so that no phone takes a full stop for a part of it. */
function pointing(body: string, link: string | null): string {
  const mark = /[.?!]$/.test(body) ? "" : link === null ? "." : ":";
  return `${body}${mark}${link === null ? "" : ` ${link}`}`;
}

/** A message that can do without its page leads to the support page instead, or says to whom one can write. */
function linkOf({ settings }: RenderInput, { remedy }: MessageTemplate): string | null {
  const link = webAddress(settings.links[remedy.link]);
  if (link === null && !remedy.optional) {
    throw new NotReady(`links.${remedy.link} is not set to a web address`);
  }
  return link ?? webAddress(settings.supportUrl);
}

/** Cut at a word; a link so long that hardly a word fits keeps forty places of text and costs a second SMS. */
function shorten(text: string, room: number): string {
  const places = Math.max(40, room);
  if (gsm7Length(text) <= places) return text;
  let cut = text;
  while (gsm7Length(cut) > places - 3) cut = cut.slice(0, -1);
  const word = cut.lastIndexOf(" ");
  return `${word > 20 ? cut.slice(0, word) : cut}...`;
}
